"""What the codes of a batch mean, looked up in sets before any row is looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.feeds.batches import FeedRow, Removal, UnreadableRow
from service.feeds.cross_references import CodeKind, existing, translate
from service.feeds.merged_accounts import with_survivors
from service.feeds.subjects import Subject
from service.feeds.units import ItemUnits, item_units


@dataclass(frozen=True)
class References:
    """The keys behind a batch's codes, by column; which of them exist; the units of its items."""

    keys: Mapping[str, Mapping[str, str]]
    existing: Mapping[str, frozenset[str]]
    unit_codes: Mapping[str, str]
    units: Mapping[str, ItemUnits]

    def key(self, column: str, code: str) -> str:
        """The key that ``code`` stands for in ``column``."""
        return self.keys[column][code] if column in self.keys else code


def load_references(
    session: Session, system: str, subject: Subject, rows: Sequence[FeedRow]
) -> References:
    """Look up what ``rows`` refer to."""
    keys = {
        column: translate(session, system, kind, _codes(rows, column))
        for column, kind in {**subject.given, **subject.known}.items()
    }
    if "account_id" in keys and "account_id" not in subject.key:
        keys["account_id"] = with_survivors(session, keys["account_id"])
    in_use = {
        column: frozenset(existing(session, kind, keys[column].values()))
        for column, kind in subject.known.items()
    }
    measured = [row for row in rows if getattr(row, "unit", None) is not None]
    unit_codes = translate(session, system, CodeKind.UNIT, _codes(measured, "unit"))
    items = {keys["item_id"][code] for code in _codes(measured, "item_id")} if measured else set()
    return References(keys, in_use, unit_codes, item_units(session, items))


def _codes(rows: Iterable[FeedRow], column: str) -> set[str]:
    codes = {code_of(row, column) for row in rows}
    return {code for code in codes if code is not None}


def code_of(row: FeedRow, column: str) -> str | None:
    """The code a row has in a column, as far as the row could be read."""
    if isinstance(row, UnreadableRow):
        return (row.named or {}).get(column)
    if isinstance(row, Removal):
        return row.key.get(column)
    code: str | None = getattr(row, column)
    return code

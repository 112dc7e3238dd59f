"""Which version of a row counts, and what a batch changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.upsert import upsert
from service.feeds.batches import Outcome
from service.feeds.code_sets import one_of
from service.feeds.placing import PlacedRow
from service.feeds.row_problems import Fault
from service.feeds.subjects import Subject

Values = Mapping[str, Any]
"""A table row by column."""

_ABOUT_THE_VERSION = ("native_id", "external_key", "version_token", "changed_at")
_NO_CONTENT = {*_ABOUT_THE_VERSION, "received_at"}


class Change(NamedTuple):
    """A row before (None: it is new) and after."""

    before: Values | None
    after: Values


class Verdict(NamedTuple):
    """What becomes of one placed row; ``after`` is what to write, if anything."""

    outcome: Outcome
    after: dict[str, Any] | None = None
    fault: Fault | None = None


@dataclass
class Ledger:
    """The stored rows that a batch is about, and what it makes of them, row by row.

    ``written`` has also the rows that only tell of a newer version with the same content.
    """

    subject: Subject
    stored: dict[tuple[Any, ...], Values]
    written: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    changed: set[tuple[Any, ...]] = field(default_factory=set)

    def post(self, row: PlacedRow) -> Verdict:
        """Judge ``row`` against the newest version known, rows before it included."""
        current = self.written.get(row.key) or self.stored.get(row.key)
        verdict = _judge(self.subject, current, row)
        if verdict.after is not None:
            self.written[row.key] = verdict.after
        if verdict.outcome == Outcome.STORED:
            self.changed.add(row.key)
        return verdict

    def changes(self) -> list[Change]:
        """The rows whose content is another one now."""
        return [Change(self.stored.get(key), self.written[key]) for key in self.changed]

    def write(self, session: Session) -> None:
        """Store what was posted."""
        rows = list(self.written.values())
        upsert(session, self.subject.table, rows, key=self.subject.key)


def open_ledger(session: Session, subject: Subject, rows: Sequence[PlacedRow]) -> Ledger:
    """A ledger with the stored versions of ``rows``."""
    keys = {row.key for row in rows}
    stored = {
        tuple([values[name] for name in subject.key]): values
        for values in stored_rows(session, subject, keys)
    }
    return Ledger(subject, {key: values for key, values in stored.items() if key in keys})


def stored_rows(
    session: Session, subject: Subject, keys: Collection[tuple[Any, ...]]
) -> Iterator[Values]:
    """The stored rows with these keys; of keyed subjects also others of the same items."""
    table = subject.table.__table__
    # One column of the key, not tuples of all: those would defeat the index on SQLite.
    place = subject.key.index("native_id") if subject.is_line else 0
    column = table.c[subject.key[place]]
    rows = select(*(table.c[name] for name in subject.columns))
    if subject.is_line:
        rows = rows.where(table.c.system.in_({key[0] for key in keys}))
    wanted = one_of(session, column, {key[place] for key in keys})
    for row in session.execute(rows.where(wanted)):
        yield dict(zip(subject.columns, row, strict=True))


def _judge(subject: Subject, current: Values | None, row: PlacedRow) -> Verdict:
    if current is None:
        unknown = row.removal
        return Verdict(Outcome.UNCHANGED) if unknown else Verdict(Outcome.STORED, row.values)
    if fault := _refusal(current, row):
        return Verdict(Outcome.REJECTED, fault=fault)
    if _is_older(subject, row.values, current):
        return Verdict(Outcome.STALE)
    after = {**current, **row.values, "gone": row.removal}
    if any(after[name] != current[name] for name in subject.columns if name not in _NO_CONTENT):
        return Verdict(Outcome.STORED, after)
    # Where we count since the sender's last word, an undated repetition is a word too.
    renewed = any(after[name] != current[name] for name in _ABOUT_THE_VERSION) or (
        bool(subject.ours) and after["changed_at"] is None
    )
    return Verdict(Outcome.UNCHANGED, after if renewed else None)


def _is_older(subject: Subject, new: Values, current: Values) -> bool:
    """By the time of change where both have one, else by the subject's own version."""
    if new["changed_at"] and current["changed_at"]:
        return bool(new["changed_at"] < current["changed_at"])
    if subject.version is None or subject.version not in new:
        return False
    return bool(new[subject.version] < current[subject.version])


def _refusal(current: Values, row: PlacedRow) -> Fault | None:
    owner = current["system"]
    if owner != row.values["system"] and not current["gone"]:
        return Fault(
            "owned-by-another-system",
            "",
            f"This object belongs to the system {owner!r}.",
            "Let its owner send it, or use another key and a cross reference.",
        )
    base_unit = current.get("base_unit")
    if not row.removal and base_unit is not None and row.values["base_unit"] != base_unit:
        return Fault(
            "base-unit-fixed",
            "base_unit",
            f"The item is counted in {base_unit!r}, and so is all that is stored of it.",
            "Send a conversion for the other unit, or a new item with a cross reference to it.",
        )
    return None

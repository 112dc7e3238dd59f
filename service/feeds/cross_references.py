"""The senders' codes and our keys.

A code with a cross reference means the key that stands there; any other code is taken as the
key itself. Cross references are kept per system and kind, so that two systems may use the same
code for different things.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from adapters.canonical.identity import Canonical, Code
from service.database.upsert import upsert
from service.feeds.batches import Outcome, RowResult, UnreadableRow
from service.feeds.code_sets import one_of
from service.feeds.merged_accounts import with_survivors
from service.feeds.row_problems import Fault, row_problem
from service.feeds.tables import AccountRow, CrossReferenceRow, ItemRow, LocationRow


class CodeKind(StrEnum):
    """What a code stands for."""

    ITEM = "item"
    LOCATION = "location"
    ACCOUNT = "account"
    SUPPLIER = "supplier"
    UNIT = "unit"


class CrossReference(Canonical):
    """``native_id`` of ``system`` means ``canonical_key``."""

    system: Code
    kind: CodeKind
    native_id: Code
    canonical_key: Code


_MASTER_KEYS: dict[str, tuple[InstrumentedAttribute[str], ColumnElement[bool]]] = {
    CodeKind.ITEM: (ItemRow.item_id, ItemRow.gone.is_(False)),
    CodeKind.LOCATION: (LocationRow.location_id, LocationRow.gone.is_(False)),
    CodeKind.ACCOUNT: (AccountRow.account_id, AccountRow.gone.is_(False)),
}
"""Suppliers and units have no master data: each of their codes is a key."""


def resolve(session: Session, system: str, kind: str, codes: Collection[str]) -> dict[str, str]:
    """The keys of those ``codes`` that resolve; the others are missing from the answer.

    An item, location or account resolves only to master data that is not gone, and an account
    that was merged to the one that it was merged into.
    """
    keys = translate(session, system, kind, codes)
    if kind == CodeKind.ACCOUNT:
        keys = with_survivors(session, keys)
    in_use = existing(session, kind, keys.values())
    return {code: key for code, key in keys.items() if key in in_use}


def translate(session: Session, system: str, kind: str, codes: Collection[str]) -> dict[str, str]:
    """The keys of all ``codes``, whether or not there is master data for them."""
    known = select(CrossReferenceRow.native_id, CrossReferenceRow.canonical_key).where(
        CrossReferenceRow.system == system, CrossReferenceRow.kind == str(kind)
    )
    rows = session.execute(known.where(one_of(session, CrossReferenceRow.native_id, codes)))
    references = {row[0]: row[1] for row in rows}
    return {code: references.get(code, code) for code in codes}


def existing(session: Session, kind: str, keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` for which there is master data that is not gone."""
    if kind not in _MASTER_KEYS:
        return set(keys)
    column, in_use = _MASTER_KEYS[kind]
    wanted = one_of(session, column, set(keys))
    return set(session.scalars(select(column).where(wanted, in_use)))


def put_cross_references(
    session: Session, refs: Sequence[CrossReference | UnreadableRow], actor: str, now: datetime
) -> list[RowResult]:
    """Keep ``refs``, one result each; the same code again replaces what it meant.

    Rows stored earlier under the old meaning are left as they are: their sender sends them
    again. One that points to no known item, location or account is rejected.
    """
    rejected = {i: ref.problem for i, ref in enumerate(refs) if isinstance(ref, UnreadableRow)}
    read = {i: ref for i, ref in enumerate(refs) if isinstance(ref, CrossReference)}
    rejected |= {i: _pointless(i, read[i]) for i in _without_key(session, read)}
    good = {_place(ref): ref for i, ref in read.items() if i not in rejected}
    stored = _stored(session, good.values())
    changed = [ref for place, ref in good.items() if stored.get(place) != ref.canonical_key]
    rows = [
        {**ref.model_dump(mode="json"), "created_at": now, "created_by": actor} for ref in changed
    ]
    upsert(session, CrossReferenceRow, rows, key=("system", "kind", "native_id"))
    new = {id(ref) for ref in changed}
    return [
        RowResult(index, Outcome.REJECTED, rejected[index])
        if index in rejected
        else RowResult(index, Outcome.STORED if id(ref) in new else Outcome.UNCHANGED)
        for index, ref in enumerate(refs)
    ]


def _without_key(session: Session, refs: Mapping[int, CrossReference]) -> Iterator[int]:
    for kind in CodeKind:
        of_kind = {index: ref.canonical_key for index, ref in refs.items() if ref.kind == kind}
        in_use = existing(session, kind, of_kind.values())
        yield from (index for index, key in of_kind.items() if key not in in_use)


def _place(ref: CrossReference) -> tuple[str, str, str]:
    return ref.system, str(ref.kind), ref.native_id


def _stored(session: Session, refs: Collection[CrossReference]) -> dict[tuple[str, str, str], str]:
    """What the codes of ``refs`` mean now."""
    meanings = select(
        CrossReferenceRow.system,
        CrossReferenceRow.kind,
        CrossReferenceRow.native_id,
        CrossReferenceRow.canonical_key,
    )
    return {
        (row[0], row[1], row[2]): row[3]
        for row in session.execute(
            meanings.where(
                one_of(session, CrossReferenceRow.native_id, {ref.native_id for ref in refs})
            )
        )
    }


def _pointless(index: int, ref: CrossReference) -> dict[str, Any]:
    fault = Fault(
        "unknown-key",
        "canonical_key",
        f"There is no {ref.kind} {ref.canonical_key!r}.",
        f"Send the {ref.kind} first, or correct the key.",
    )
    return row_problem(index, fault)

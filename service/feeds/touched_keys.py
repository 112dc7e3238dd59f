"""Which (item, location) keys a change of feed data makes out of date, and how much so."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from service.database.base import Table
from service.feeds.code_sets import one_of
from service.feeds.subjects import Subject
from service.feeds.tables import SalesLineRow, StockPositionRow, SupplierTermsRow
from service.feeds.versions import Change, Values
from service.work import dirty_keys
from service.work.dirty_keys import Key

_MEASURES = ("unit_decimals", "conversions", "gone")
_MINIMUM = ("supplier_id", "location_id", "currency", "minimum_order_value", "gone")
_STOCKED = (SupplierTermsRow, StockPositionRow)
_INTERVAL = ("lead_time_days", "review_period_days", "priority", "gone")


def mark_touched(
    session: Session, subject: Subject, changes: Collection[Change], now: datetime
) -> None:
    """Mark the keys that ``changes`` concern.

    Sales lines and what sets the protection interval ask for a new baseline. An item's units
    and the end (or return) of an item or a location touch all keys with stock or terms of it.
    A supplier's conditions touch what it supplies, if its minimum order value is another one.
    Accounts touch none. A line that names an opportunity touches its item everywhere, since the
    opportunity may have been planned for another location. A lane touches what it can move, at
    both its ends: what is stocked, sold or bought there. It asks for new baselines, since a place
    that only supplies others has another one than a place where the item is new.
    """
    if subject.name in ("item", "location"):
        touched = _keys_of(session, subject.key[0], _redefined(subject, changes))
        dirty_keys.mark(session, touched, subject.name, now)
        return
    if subject.name in _KEYS_BEHIND:
        touched = _KEYS_BEHIND[subject.name](session, changes)
        refit = subject.name == "transfer_lane"
        dirty_keys.mark(session, touched, subject.name, now, refit=refit)
        return
    if "location_id" not in subject.columns:
        return
    named = _keys_of(session, "item_id", _items_of_deals(subject, changes))
    wishes = dict.fromkeys([*named, *_keys(changes)], False)
    wishes |= dict.fromkeys(_keys(one for one in changes if _moves_baseline(subject, one)), True)
    dirty_keys.mark_each(session, wishes, subject.name, now)


def _moves_baseline(subject: Subject, change: Change) -> bool:
    if subject.name == "sales_line":
        return True
    return subject.name == "supplier_terms" and _differs(change, _INTERVAL)


def _differs(change: Change, columns: Iterable[str]) -> bool:
    before = change.before
    return before is None or any(before[name] != change.after[name] for name in columns)


def _keys(changes: Iterable[Change]) -> Iterator[Key]:
    """Where a row is now, and where it was before."""
    for change in changes:
        yield change.after["item_id"], change.after["location_id"]
        if change.before is not None:
            yield change.before["item_id"], change.before["location_id"]


def _items_of_deals(subject: Subject, changes: Iterable[Change]) -> set[str]:
    if "opportunity_id" not in subject.columns:
        return set()
    states = [state for change in changes for state in (change.before, change.after) if state]
    return {state["item_id"] for state in states if state["opportunity_id"] is not None}


def _redefined(subject: Subject, changes: Iterable[Change]) -> set[str]:
    columns = _MEASURES if subject.name == "item" else ("gone",)
    name = subject.key[0]
    return {change.after[name] for change in changes if _differs(change, columns)}


def _keys_of_lanes(session: Session, changes: Iterable[Change]) -> set[Key]:
    states = [state for change in changes for state in (change.before, change.after) if state]
    every_item = _ends(state for state in states if state["item_id"] is None)
    keys = _keys_of(session, "location_id", every_item, (*_STOCKED, SalesLineRow))
    for state in states:
        if state["item_id"] is not None:
            keys |= {(state["item_id"], place) for place in _ends([state])}
    return keys


def _ends(lanes: Iterable[Values]) -> set[str]:
    return {lane[end] for lane in lanes for end in ("from_location_id", "to_location_id")}


def _keys_of(
    session: Session,
    column: str,
    codes: Collection[str],
    tables: Sequence[type[Table]] = _STOCKED,
) -> set[Key]:
    """All keys of these items or locations that ``tables`` know, as a rule by terms or stock."""
    places: list[Select[Any]] = [
        select(known.c.item_id, known.c.location_id).where(
            one_of(session, known.c[column], codes), known.c.gone.is_(False)
        )
        for known in (table.__table__ for table in tables)
    ]
    return {(row[0], row[1]) for row in session.execute(union(*places))}


def _keys_supplied(session: Session, changes: Iterable[Change]) -> set[Key]:
    """The keys with terms of the suppliers whose minimum order value is another one now."""
    states = [
        state
        for change in changes
        if _differs(change, _MINIMUM)
        for state in (change.before, change.after)
        if state is not None
    ]
    suppliers = {state["supplier_id"] for state in states}
    supplied = select(SupplierTermsRow.item_id, SupplierTermsRow.location_id).where(
        one_of(session, SupplierTermsRow.supplier_id, suppliers), SupplierTermsRow.gone.is_(False)
    )
    return {(row[0], row[1]) for row in session.execute(supplied)} if suppliers else set()


_KEYS_BEHIND = {"supplier_conditions": _keys_supplied, "transfer_lane": _keys_of_lanes}
"""Subjects that have no location of their own, and how the keys behind them are found."""

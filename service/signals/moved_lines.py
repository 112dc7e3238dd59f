"""What a merge of accounts moves: their sales lines, open orders and opportunity lines."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, literal, select, update
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.database.upsert import insert_into
from service.exceptions.queue import Finding
from service.feeds.cross_references import CodeKind, translate
from service.feeds.merged_accounts import with_survivors
from service.feeds.tables import MergedLineRow, OpenSalesLineRow, SalesLineRow
from service.signals.ended_lines import mapped_as_before
from service.signals.line_events import REMAPPED, line_event
from service.signals.lines import demand_of, replace_allocations, stored_lines
from service.signals.linked_orders import LineChange, keys_of_linked_orders
from service.signals.mapping import MappedSignal, line_of, map_signals
from service.signals.results import LineKey
from service.signals.tables import DemandSignalRow, SignalMessageRow
from service.work.business_date import business_date
from service.work.dirty_keys import Key
from service.work.outbox import publish

OrderTable = type[SalesLineRow] | type[OpenSalesLineRow]
ORDER_TABLES: tuple[OrderTable, ...] = (SalesLineRow, OpenSalesLineRow)

_PER_PASS = 500


def give_away(
    session: Session, table: OrderTable, merge_id: UUID, accounts: tuple[str, str]
) -> set[Key]:
    """Give the lines of the first account to the second, and note which; their keys."""
    its_own = table.account_id == accounts[0]
    noted = select(
        literal(merge_id, MergedLineRow.merge_id.type),
        literal(table.__tablename__),
        table.system,
        table.native_id,
    ).where(its_own)
    session.execute(
        insert_into(session, MergedLineRow)
        .from_select(["merge_id", "kind", "system", "native_id"], noted)
        .on_conflict_do_nothing()
    )
    return _move(session, table, accounts[1], its_own)


def give_back(
    session: Session, table: OrderTable, merge_id: UUID, accounts: tuple[str, str]
) -> set[Key]:
    """Give those lines of the first account back that a merge took from the second; their keys.

    A line that its sender has given to another account since stays there.
    """
    of_merge = (
        MergedLineRow.merge_id == merge_id,
        MergedLineRow.kind == table.__tablename__,
    )
    noted = exists().where(
        *of_merge,
        MergedLineRow.system == table.system,
        MergedLineRow.native_id == table.native_id,
    )
    keys = _move(session, table, accounts[1], noted & (table.account_id == accounts[0]))
    session.execute(delete(MergedLineRow).where(*of_merge))
    return keys


def remap_lines(session: Session, account_id: str, now: datetime) -> tuple[int, dict[Key, bool]]:
    """Map the opportunity lines of an account anew by what their codes mean now.

    Those whose account is another one now move, with their locations: how many they are, and the
    keys that this concerns, True where a baseline may move.
    """
    bodies = session.scalars(
        select(SignalMessageRow.body)
        .join(DemandSignalRow, DemandSignalRow.message_row_id == SignalMessageRow.message_row_id)
        .where(DemandSignalRow.account_id == account_id)
        .order_by(DemandSignalRow.system, DemandSignalRow.opportunity_id, DemandSignalRow.line_id)
    ).all()
    signals = [DemandSignal.model_validate(body) for body in bodies]
    moved, wishes = 0, dict[Key, bool]()
    for start in range(0, len(signals), _PER_PASS):
        count, keys = _remap(session, signals[start : start + _PER_PASS], account_id, now)
        moved += count
        wishes = {key: keys.get(key, False) or wishes.get(key, False) for key in {*wishes, *keys}}
    return moved, wishes


def _remap(
    session: Session, signals: Sequence[DemandSignal], account_id: str, now: datetime
) -> tuple[int, dict[Key, bool]]:
    stored = stored_lines(session, {line_of(signal) for signal in signals})
    moved = [mapped for mapped in _mapped(session, signals, now) if mapped.account_id != account_id]
    ids = {mapped.line: stored[mapped.line].signal_id for mapped in moved}
    _write(session, moved, ids)
    for mapped in moved:
        publish(session, line_event(REMAPPED, mapped, ids[mapped.line]), now)
    keys = replace_allocations(session, moved, ids)
    changes = [
        LineChange(one.signal.opportunity_id, stored[one.line].demand, demand_of(one))
        for one in moved
    ]
    return len(moved), dict.fromkeys(keys, False) | keys_of_linked_orders(session, changes)


def _write(session: Session, moved: Sequence[MappedSignal], ids: Mapping[LineKey, UUID]) -> None:
    if moved:
        session.execute(
            update(DemandSignalRow),
            [
                {
                    "signal_id": ids[one.line],
                    "account_id": one.account_id,
                    "location_rule": one.location_rule,
                    "quantity": one.quantity,
                }
                for one in sorted(moved, key=lambda one: one.line)
            ],
        )


def _mapped(session: Session, signals: Sequence[DemandSignal], now: datetime) -> list[MappedSignal]:
    """Each as it maps now; one that can no longer be mapped keeps all but its account."""
    stored = stored_lines(session, {line_of(signal) for signal in signals})
    found = map_signals(session, signals, business_date(session, now))
    accounts = _accounts(session, signals)
    return [
        replace(
            mapped_as_before(signal, stored[line_of(signal)].demand),
            account_id=accounts[signal.system, signal.account],
        )
        if isinstance(mapped, Finding)
        else mapped
        for signal, mapped in zip(signals, found, strict=True)
    ]


def _accounts(session: Session, signals: Sequence[DemandSignal]) -> dict[tuple[str, str], str]:
    """What the accounts' codes mean, whether or not they are still in use."""
    meanings: dict[tuple[str, str], str] = {}
    for system in {signal.system for signal in signals}:
        codes = {signal.account for signal in signals if signal.system == system}
        keys = with_survivors(session, translate(session, system, CodeKind.ACCOUNT, codes))
        meanings |= {(system, code): key for code, key in keys.items()}
    return meanings


def _move(
    session: Session, table: OrderTable, account_id: str, which: ColumnElement[bool]
) -> set[Key]:
    keys = session.execute(select(table.item_id, table.location_id).where(which).distinct())
    found = {(row[0], row[1]) for row in keys}
    session.execute(
        update(table)
        .where(which)
        .values(account_id=account_id)
        .execution_options(synchronize_session=False)
    )
    return found

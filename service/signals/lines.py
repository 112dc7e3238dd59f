"""Opportunity lines: the newest version of each, and what it asks of which location.

A version is written only where it is newer than the stored one, and the database compares: two
writers that come at once cannot leave the older version.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from service.database.base import new_id
from service.database.upsert import insert_into
from service.signals.mapping import MappedSignal
from service.signals.results import LineKey
from service.signals.tables import DemandSignalRow, SignalAllocationRow
from service.work.dirty_keys import Key

_LINE = ("system", "opportunity_id", "line_id")
_KEPT = (*_LINE, "signal_id", "first_seen_at")


@dataclass(frozen=True)
class LineDemand:
    """What a version of a line asks for; orders are linked to it by no more than that."""

    account_id: str
    item_id: str
    quantity: Decimal
    quantity_basis: str
    status: str
    window_start: date
    window_end: date
    allocations: Mapping[str, Decimal]
    location_rule: str = field(compare=False)


@dataclass(frozen=True)
class StoredLine:
    """What is stored of an opportunity line."""

    signal_id: UUID
    source_version: int
    demand: LineDemand


@dataclass(frozen=True)
class NewVersion:
    """A mapped version of a line and the inbox row of the message that brought it."""

    mapped: MappedSignal
    message_row_id: UUID


def demand_of(mapped: MappedSignal) -> LineDemand:
    """What ``mapped`` asks for."""
    signal = mapped.signal
    return LineDemand(
        account_id=mapped.account_id,
        item_id=mapped.item_id,
        quantity=mapped.quantity,
        quantity_basis=signal.quantity_basis,
        status=signal.status,
        window_start=signal.delivery_window.start,
        window_end=signal.delivery_window.end,
        allocations=mapped.allocations,
        location_rule=mapped.location_rule,
    )


def stored_lines(session: Session, lines: Collection[LineKey]) -> dict[LineKey, StoredLine]:
    """The stored ones of ``lines``."""
    wanted = set(lines)
    rows: dict[LineKey, DemandSignalRow] = {}
    for system in sorted({line[0] for line in wanted}):
        found = session.scalars(
            select(DemandSignalRow)
            .where(
                DemandSignalRow.system == system,
                DemandSignalRow.opportunity_id.in_({line[1] for line in wanted}),
            )
            .execution_options(populate_existing=True)
        )
        rows.update({(system, row.opportunity_id, row.line_id): row for row in found})
    rows = {line: row for line, row in rows.items() if line in wanted}
    places = _allocations(session, [row.signal_id for row in rows.values()])
    return {line: _stored(row, places[row.signal_id]) for line, row in rows.items()}


def _stored(row: DemandSignalRow, allocations: Mapping[str, Decimal]) -> StoredLine:
    demand = LineDemand(
        account_id=row.account_id,
        item_id=row.item_id,
        quantity=row.quantity,
        quantity_basis=row.quantity_basis,
        status=row.status,
        window_start=row.window_start,
        window_end=row.window_end,
        allocations=allocations,
        location_rule=row.location_rule,
    )
    return StoredLine(row.signal_id, row.source_version, demand)


def _allocations(
    session: Session, signal_ids: Collection[UUID]
) -> defaultdict[UUID, dict[str, Decimal]]:
    found: defaultdict[UUID, dict[str, Decimal]] = defaultdict(dict)
    if signal_ids:
        rows = session.execute(
            select(
                SignalAllocationRow.signal_id,
                SignalAllocationRow.location_id,
                SignalAllocationRow.quantity,
            ).where(SignalAllocationRow.signal_id.in_(signal_ids))
        )
        for signal_id, location_id, quantity in rows:
            found[signal_id][location_id] = quantity
    return found


def write_versions(
    session: Session, versions: Sequence[NewVersion], now: datetime
) -> dict[LineKey, UUID]:
    """Write those versions, one per line, that are newer than what is stored; their signal ids.

    Rows are written in key order, so that concurrent writers do not lock each other crosswise.
    """
    if not versions:
        return {}
    rows = [_row(one, now) for one in sorted(versions, key=lambda one: one.mapped.line)]
    statement = insert_into(session, DemandSignalRow)
    written = session.execute(
        statement.on_conflict_do_update(
            index_elements=_LINE,
            set_={name: statement.excluded[name] for name in rows[0] if name not in _KEPT},
            where=DemandSignalRow.source_version < statement.excluded.source_version,
        ).returning(
            DemandSignalRow.system,
            DemandSignalRow.opportunity_id,
            DemandSignalRow.line_id,
            DemandSignalRow.signal_id,
        ),
        rows,
    )
    return {(row[0], row[1], row[2]): row[3] for row in written}


def replace_allocations(
    session: Session, mapped: Sequence[MappedSignal], signal_ids: dict[LineKey, UUID]
) -> set[Key]:
    """Allocate the written lines anew; returns the keys that were and that are concerned.

    Call it after ``write_versions``, which holds the locks of the lines.
    """
    written = [one for one in mapped if one.line in signal_ids]
    if not written:
        return set()
    ids = [signal_ids[one.line] for one in written]
    before = session.execute(
        delete(SignalAllocationRow)
        .where(SignalAllocationRow.signal_id.in_(ids))
        .returning(SignalAllocationRow.item_id, SignalAllocationRow.location_id)
        .execution_options(synchronize_session=False)
    )
    concerned = {(row[0], row[1]) for row in before}
    rows = [
        {
            "signal_id": signal_ids[one.line],
            "location_id": location_id,
            "item_id": one.item_id,
            "quantity": quantity,
        }
        for one in written
        for location_id, quantity in one.allocations.items()
    ]
    session.execute(insert(SignalAllocationRow), rows)
    return concerned | {(one.item_id, place) for one in written for place in one.allocations}


def _row(version: NewVersion, now: datetime) -> dict[str, Any]:
    mapped, signal = version.mapped, version.mapped.signal
    return {
        "signal_id": new_id(),
        "system": signal.system,
        "opportunity_id": signal.opportunity_id,
        "line_id": signal.line_id,
        "source_version": signal.source_version,
        "message_row_id": version.message_row_id,
        "account_id": mapped.account_id,
        "item_id": mapped.item_id,
        "location_rule": mapped.location_rule,
        "quantity": mapped.quantity,
        "quantity_basis": signal.quantity_basis,
        "window_start": signal.delivery_window.start,
        "window_end": signal.delivery_window.end,
        "stage": signal.stage,
        "status": signal.status,
        "win_probability": signal.win_probability,
        "first_seen_at": now,
        "changed_at": now,
    }

"""What an opportunity says now and what came before."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.signals.tables import DemandSignalRow, SignalAllocationRow, SignalMessageRow

_MOST_VERSIONS = 1000


def opportunity_lines(session: Session, system: str, opportunity_id: str) -> list[dict[str, Any]]:
    """The lines of an opportunity as JSON values.

    Each says what counts now and where (``current`` is None as long as nothing could be mapped),
    and lists the versions that came, newest first.
    """
    current = _current(session, system, opportunity_id)
    versions = _versions(session, system, opportunity_id)
    return [
        {
            "line_id": line_id,
            "current": current.get(line_id),
            "versions": versions.get(line_id, []),
        }
        for line_id in sorted({*current, *versions})
    ]


def _current(session: Session, system: str, opportunity_id: str) -> dict[str, dict[str, Any]]:
    rows = session.scalars(
        select(DemandSignalRow).where(
            DemandSignalRow.system == system, DemandSignalRow.opportunity_id == opportunity_id
        )
    ).all()
    allocations = _allocations(session, [row.signal_id for row in rows])
    return {
        row.line_id: {
            "signal_id": str(row.signal_id),
            "source_version": row.source_version,
            "account_id": row.account_id,
            "item_id": row.item_id,
            "quantity": _number(row.quantity),
            "quantity_basis": row.quantity_basis,
            "delivery_window": {
                "start": row.window_start.isoformat(),
                "end": row.window_end.isoformat(),
            },
            "stage": row.stage,
            "status": row.status,
            "win_probability": _number(row.win_probability),
            "location_rule": row.location_rule,
            "allocations": allocations[row.signal_id],
            "first_seen_at": _moment(row.first_seen_at),
            "changed_at": _moment(row.changed_at),
        }
        for row in rows
    }


def _allocations(
    session: Session, signal_ids: Collection[UUID]
) -> defaultdict[UUID, list[dict[str, str]]]:
    parts: defaultdict[UUID, list[dict[str, str]]] = defaultdict(list)
    for row in session.scalars(
        select(SignalAllocationRow)
        .where(SignalAllocationRow.signal_id.in_(signal_ids))
        .order_by(SignalAllocationRow.location_id)
    ):
        parts[row.signal_id].append(
            {"location_id": row.location_id, "quantity": _number(row.quantity)}
        )
    return parts


def _versions(
    session: Session, system: str, opportunity_id: str
) -> dict[str, list[dict[str, Any]]]:
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in session.scalars(
        select(SignalMessageRow)
        .where(SignalMessageRow.system == system, SignalMessageRow.opportunity_id == opportunity_id)
        .order_by(SignalMessageRow.source_version.desc(), SignalMessageRow.message_row_id.desc())
        .limit(_MOST_VERSIONS)
    ):
        versions.setdefault(row.line_id, []).append(
            {
                "source_version": row.source_version,
                "message_id": row.message_id,
                "outcome": row.outcome,
                "deliveries": row.deliveries,
                "received_at": _moment(row.received_at),
                "last_delivery_at": _moment(row.last_delivery_at),
                "signal": row.body,
            }
        )
    return versions


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _moment(value: datetime) -> str:
    return value.isoformat()

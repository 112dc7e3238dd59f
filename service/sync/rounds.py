"""One round with all connected systems: relay, deliver, hand off, read; each a little."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from adapters.ports import PortError
from service.context import ServiceContext
from service.database.retry import write_again
from service.sync import poll_leases
from service.sync.connections import connections, opening
from service.sync.delivering import deliver_due
from service.sync.delivery_leases import connections_with_due
from service.sync.handing_off import hand_off
from service.sync.polling import poll
from service.sync.relay import relay
from service.sync.tables import ConnectionRow
from service.sync.trouble import note_trouble
from service.sync.visit import Visit
from service.work.tables import OutboxRow

_LOG = logging.getLogger(__name__)

Step = Callable[[ServiceContext, Visit], int]


def sync_once(context: ServiceContext) -> bool:
    """One round; True if there was anything to do. Harmless when run twice at once.

    What goes wrong with one system keeps no other waiting: it is noted and logged.
    """
    routed = _relay(context)
    done = [_visit(context, row, steps) for row, steps in _due(context)]
    return bool(routed or any(done))


def _relay(context: ServiceContext) -> int:
    now = context.clock()
    released = or_(OutboxRow.release_not_before.is_(None), OutboxRow.release_not_before <= now)
    waiting = select(OutboxRow.event_id).where(OutboxRow.routed_at.is_(None), released)
    with context.database.read() as session:
        if session.scalar(waiting.limit(1)) is None:
            return 0
    return write_again(context.database, lambda session: relay(session, now))


def _due(context: ServiceContext) -> list[tuple[ConnectionRow, list[Step]]]:
    """The connections that something is to be done with, and what."""
    now = context.clock()
    with context.database.read() as session:
        rows = [row for row in connections(session) if row.paused_at is None]
        to_tell = connections_with_due(session, now) if rows else set()
        due = [(row, _steps(session, row, to_tell, now)) for row in rows]
    return [(row, steps) for row, steps in due if steps]


def _steps(session: Session, row: ConnectionRow, to_tell: set[str], now: datetime) -> list[Step]:
    steps: list[Step] = []
    if row.quiet_until is None or row.quiet_until <= now:
        if row.name in to_tell:
            steps.append(deliver_due)
        if row.push:
            steps.append(hand_off)
    if row.reads and poll_leases.is_due(session, row.name, now):
        steps.append(poll)
    return steps


def _visit(context: ServiceContext, row: ConnectionRow, steps: list[Step]) -> bool:
    try:
        visit = Visit(row, context.outside.open(opening(row)))
    except (ValueError, PortError) as error:
        _not_opened(context, row.name, f"it cannot be opened: {error}")
        return False
    return any([_done(context, visit, step) for step in steps])  # noqa: C419  each step is done


def _not_opened(context: ServiceContext, name: str, detail: str) -> None:
    now = context.clock()
    with context.database.write() as session:
        note_trouble(session, name, detail, now)
        leased = poll_leases.lease_poll(session, name, now)
        if leased is not None:
            poll_leases.note_poll_trouble(session, name, leased[0], (detail, None), now)


def _done(context: ServiceContext, visit: Visit, step: Step) -> bool:
    try:
        return step(context, visit) > 0
    except Exception:  # noqa: BLE001  whatever one system brings about, the others go on
        # What was leased comes back when its lease runs out.
        _LOG.exception("%s of %s failed", step.__name__, visit.name)
        return False

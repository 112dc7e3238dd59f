"""Deliver what is due to one connection: lease, call, settle."""

from service.context import ServiceContext
from service.database.retry import write_again
from service.sync.delivery_leases import lease_due, settle
from service.sync.telling import tell
from service.sync.trouble import note_answers
from service.sync.visit import Visit

LARGEST_BATCH = 50
"""A round is kept short: the recompute waits for it."""


def deliver_due(context: ServiceContext, visit: Visit) -> int:
    """Deliver one batch; returns how many that was. No call is made within a transaction."""
    limit = visit.batch(LARGEST_BATCH)
    leased = write_again(
        context.database, lambda session: lease_due(session, visit.name, limit, context.clock())
    )
    if leased:
        answers = tell(visit.system, leased)
        now = context.clock()
        with context.database.write() as session:
            settle(session, visit.name, leased, answers, now)
            note_answers(session, visit.name, list(answers.values()), now)
    return len(leased)

"""Fetch what a transfer plan rests on besides the inputs of its keys."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from service.forecasts.transfer_lanes import lanes_of
from service.proposals.open_transfers import declined_ways, edited_transfers
from service.replenishment.networks import NetworkFacts, PlannerEdit


def load_network(session: Session, items: Collection[str], today: date) -> NetworkFacts:
    """Lanes, planners' edits and closed ways of ``items``; nothing is asked for no items."""
    if not items:
        return NetworkFacts()
    edits = edited_transfers(session, items)
    return NetworkFacts(
        lanes=lanes_of(session, items),
        edits={way: PlannerEdit(*edit) for way, edit in edits.items()},
        closed=declined_ways(session, items, today),
    )

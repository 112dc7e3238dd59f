import time
from datetime import timedelta

from sqlalchemy import func, select

from service.proposals.amend import apply_recommendations
from service.proposals.tables import ProposalRow
from tests.service.builders_proposals import TODAY, Desk, wanted

_KEYS = 3000
_SECONDS = 6.0
"""Three times the aim of two seconds: other work on the machine must not fail the test."""


def test_three_thousand_keys_are_proposed_and_amended_in_seconds(desk: Desk) -> None:
    outcomes = ("auto", "review", "hold")
    for day in (0, 1):
        date = TODAY + timedelta(days=day)
        orders = [
            wanted(100 + number + day, outcomes[number % 3], item_id=f"I{number}", order_date=date)
            for number in range(_KEYS)
        ]
        began = time.perf_counter()
        with desk.context.database.write() as session:
            counts = apply_recommendations(session, orders, desk.clock())
        took = time.perf_counter() - began
        assert (counts.created, counts.amended) == ((_KEYS, 0) if day == 0 else (0, _KEYS))
        assert took < _SECONDS
    with desk.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ProposalRow)) == _KEYS

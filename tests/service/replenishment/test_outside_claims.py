"""Another system recommends while the ERP works on what it recommended before."""

from datetime import timedelta

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.scopes import Use
from service.proposals.planner import approve
from service.replenishment.tables import RecommendationRow
from tests.service.builders_feeds import Erp, purchase
from tests.service.builders_plan import plan, planner_says, proposals, recommendations
from tests.service.builders_plans import advice, put_in_charge, tell
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock


@pytest.fixture
def claimed(erp: Erp, clock: FakeClock) -> dict[str, object]:
    """The ERP works on a recommended order, and the other system reckons again meanwhile."""
    tell(erp.context, advice("130"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    planner_says(erp.context, approve)
    claimed = Desk(erp.context, clock).claim()
    clock.now += timedelta(minutes=5)
    tell(erp.context, advice("130", version=2, as_of=clock.now.isoformat()))
    clock.now += timedelta(minutes=5)
    return claimed


def _newest(context: ServiceContext) -> RecommendationRow:
    return [row for row in recommendations(context) if row.location_id == "UK"][-1]


@pytest.mark.parametrize("answered", [False, True])
def test_what_lies_claimed_and_unanswered_is_known_to_nobody_else(
    erp: Erp, clock: FakeClock, claimed: dict[str, object], *, answered: bool
) -> None:
    desk = Desk(erp.context, clock)
    if answered:  # the document came after the other system had reckoned
        desk.acknowledge(claimed, 130)
    else:
        desk.lease_ends()
    plan(erp.context)
    assert _newest(erp.context).quantity == 0
    assert len(proposals(erp.context)) == 1


@pytest.mark.usefixtures("claimed")
def test_what_only_the_feed_confirms_was_not_known_before(erp: Erp, clock: FakeClock) -> None:
    Desk(erp.context, clock).lease_ends()
    (row,) = proposals(erp.context)
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-7", "130", proposal_ref=row.external_ref))
    plan(erp.context)
    assert [one.state for one in proposals(erp.context)] == ["ordered"]
    assert _newest(erp.context).quantity == 0

"""Another system recommends to order on a later day: the ERP is not offered it before."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from adapters.canonical.proposal import ProposalKind
from service.context import ServiceContext
from service.forecasts.scopes import Use
from service.proposals.claims import ClaimRequest, claim
from service.proposals.planner import UNDO_WINDOW, approve
from service.replenishment.full_pass import recompute_everything
from service.work.tables import CompanyRow, OutboxRow
from tests.service.builders_feeds import Erp
from tests.service.builders_plan import plan, planner_says, proposals
from tests.service.builders_plans import advice, put_in_charge, tell
from tests.service.conftest import FakeClock


def offered_to_the_erp(context: ServiceContext, now: datetime) -> list[str]:
    request = ClaimRequest(
        "erp", str(now), str(now), ProposalKind.REQUISITION, 10, timedelta(minutes=1)
    )
    with context.database.write() as session:
        return [one["external_ref"] for one in claim(session, request, now)["proposals"]]


def in_auckland(context: ServiceContext) -> None:
    """The company plans twelve hours ahead of UTC, in a zone without summer time in August."""
    with context.database.write() as session:
        session.merge(
            CompanyRow(name="company", title="K", time_zone="Pacific/Auckland", currency="NZD")
        )


def test_what_is_to_be_ordered_later_is_not_offered_to_the_erp_before(
    erp: Erp, clock: FakeClock
) -> None:
    in_auckland(erp.context)
    tell(erp.context, advice("130", order_date="2011-09-05"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    assert proposal.order_date == date(2011, 9, 5)
    planner_says(erp.context, approve)
    day_begins = datetime(2011, 9, 4, 12, tzinfo=UTC)
    assert proposals(erp.context)[0].release_not_before == day_begins
    clock.now = day_begins - timedelta(seconds=1)
    recompute_everything(erp.context)
    assert proposals(erp.context)[0].state == "approved"
    assert offered_to_the_erp(erp.context, clock.now) == []
    assert offered_to_the_erp(erp.context, day_begins) == [proposal.external_ref]


def test_an_order_that_is_recommended_earlier_after_all_is_released_earlier(
    erp: Erp, clock: FakeClock
) -> None:
    tell(erp.context, advice("130", order_date="2011-09-05"))
    put_in_charge(erp.context, Use.RECOMMENDATION)
    plan(erp.context)
    planner_says(erp.context, approve)
    tell(erp.context, advice("130", order_date="2011-08-31", version=2))
    plan(erp.context)
    (proposal,) = proposals(erp.context)
    day_begins = datetime(2011, 8, 31, tzinfo=UTC)
    assert (proposal.state, proposal.release_not_before) == ("approved", day_begins)
    with erp.context.database.read() as session:
        kept_back = select(OutboxRow.release_not_before).where(
            OutboxRow.subject == proposal.external_ref, OutboxRow.type == "proposal.approved"
        )
        assert session.scalars(kept_back).all() == [day_begins]
    tell(erp.context, advice("130", version=3))
    plan(erp.context)
    assert offered_to_the_erp(erp.context, clock.now + UNDO_WINDOW) == [proposal.external_ref]

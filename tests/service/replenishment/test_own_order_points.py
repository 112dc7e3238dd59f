"""The ERP's own maximum: what would lift the stock above it is looked at by a person."""

import pytest
from sqlalchemy import select

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.policies.versions import ensure_default
from service.replenishment.replay import replay
from service.replenishment.tables import DecisionRow, RecommendationRow
from tests.service.builders_feeds import Erp, location, order_point
from tests.service.builders_supplier_orders import add_item, lines, rest


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """A bottle that is ordered by itself: 40 are there, some 180 are to come."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"))
    add_item(erp, "BOTTLE")
    rest(context)
    return erp


def _decision(context: ServiceContext) -> DecisionRow:
    with context.database.read() as session:
        return session.get_one(DecisionRow, lines(context)["BOTTLE"].decision_id)


def _inputs(context: ServiceContext) -> list[dict[str, object]]:
    with context.database.read() as session:
        return list(
            session.scalars(
                select(RecommendationRow.inputs).order_by(RecommendationRow.recommendation_id)
            )
        )


def test_without_an_order_point_nothing_is_said_of_one(erp: Erp) -> None:
    assert lines(erp.context)["BOTTLE"].state == "approved"
    assert _decision(erp.context).facts["above_own_maximum"] == "0"
    assert all("order_point" not in inputs for inputs in _inputs(erp.context))


@pytest.mark.parametrize(("spare", "state"), [(0, "approved"), (-1, "in_review")])
def test_an_order_goes_out_by_itself_up_to_the_maximum_and_not_a_unit_beyond(
    erp: Erp, spare: int, state: str
) -> None:
    reached = 40 + lines(erp.context)["BOTTLE"].recommended_quantity + spare
    erp.send(FeedKind.ORDER_POINTS, order_point(str(reached)))
    rest(erp.context)
    assert lines(erp.context)["BOTTLE"].state == state
    decision = _decision(erp.context)
    assert decision.facts["above_own_maximum"] == str(-spare)
    told = [one["code"] for one in decision.reasons]
    assert ("ABOVE_OWN_MAXIMUM" in told) == (state == "in_review")


def test_an_order_point_without_a_maximum_asks_for_nothing(erp: Erp) -> None:
    erp.send(FeedKind.ORDER_POINTS, order_point(None))
    rest(erp.context)
    assert lines(erp.context)["BOTTLE"].state == "approved"
    assert _inputs(erp.context)[-1]["order_point"] is not None


def test_decisions_before_and_after_are_replayed_exactly(erp: Erp) -> None:
    before = _decision(erp.context)
    erp.send(FeedKind.ORDER_POINTS, order_point("100"))
    rest(erp.context)
    after = _decision(erp.context)
    assert before.decision_id != after.decision_id
    with erp.context.database.read() as session:
        for decision in (before, after):
            again = replay(session, decision.decision_id)
            assert again is not None
            assert again.differences == []

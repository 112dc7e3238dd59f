"""What is particular about a transfer between its proposal and its end."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from adapters.canonical.proposal import ProposalKind
from service.http.problems import Problem
from service.proposals.committed import committed
from service.proposals.reserved import reserved
from service.proposals.tables import ProposalRow
from service.work.tables import OutboxRow
from tests.service.builders_proposals import Desk, wanted

BOTH = {("BOTTLE", "UK"), ("BOTTLE", "HUB")}


def transfer(quantity: int, giver: str = "HUB", **changes: Any) -> Any:
    """So many bottles from a giver that can spare a hundred."""
    return wanted(
        quantity,
        kind=ProposalKind.TRANSFER,
        from_location_id=giver,
        supplier_id=None,
        spare=Decimal(100),
        **changes,
    )


def taken_transfer(desk: Desk, quantity: int = 40) -> ProposalRow:
    """A transfer that the ERP has acknowledged."""
    desk.recommend(0, transfers=(transfer(quantity),))
    desk.acknowledge(desk.claim("transfer"), quantity)
    desk.dirty()
    return desk.proposal()


def held(desk: Desk) -> tuple[list[Decimal], list[Decimal]]:
    """What is reserved at the giver, and what counts at the receiver."""
    with desk.context.database.read() as session:
        at_giver = [one.quantity for one in reserved(session, BOTH)]
        at_receiver = [one.quantity for one in committed(session, BOTH)]
    return at_giver, at_receiver


def test_an_erp_that_claims_requisitions_is_offered_no_transfer(desk: Desk) -> None:
    desk.recommend(480, transfers=(transfer(40),))
    (order,) = desk.claim("requisition")["proposals"]
    (sent,) = desk.claim("transfer")["proposals"]
    assert (order["kind"], order["from_location_id"]) == ("requisition", None)
    assert (sent["kind"], sent["from_location_id"], sent["quantity"]) == ("transfer", "HUB", "40")


def test_whatever_happens_to_a_transfer_marks_both_ends(desk: Desk) -> None:
    desk.recommend(0, transfers=(transfer(40),))
    claimed = desk.claim("transfer")
    assert desk.dirty() == BOTH
    desk.acknowledge(claimed, 40)
    assert desk.dirty() == BOTH
    desk.progress(desk.proposal(), "shipped")
    assert desk.dirty() == BOTH


def test_a_transfer_that_is_wanted_no_more_is_cancelled_and_one_from_elsewhere_proposed(
    desk: Desk,
) -> None:
    desk.recommend(0, transfers=(transfer(40),))
    desk.recommend(0, transfers=(transfer(30, giver="DEPOT"),))
    states = {row.from_location_id: row.state for row in desk.proposals()}
    assert states == {"HUB": "cancelled", "DEPOT": "approved"}


def test_a_shipment_says_how_much_left(desk: Desk) -> None:
    row = taken_transfer(desk)
    assert held(desk) == ([Decimal(40)], [Decimal(40)])
    desk.progress(row, "shipped", ordered_quantity="36")
    assert held(desk) == ([], [Decimal(36)])  # no stock figure of the giver: nothing shows it


def test_received_goods_count_until_the_erp_closes_the_transfer(desk: Desk) -> None:
    row = taken_transfer(desk)
    desk.progress(row, "received")
    arrived = desk.proposal()
    assert arrived.shipped_at == arrived.received_at == desk.clock()
    assert held(desk) == ([], [Decimal(40)])
    desk.progress(row, "closed")
    assert held(desk) == ([], [])


def test_what_was_shipped_is_not_ordered_again(desk: Desk) -> None:
    row = taken_transfer(desk)
    desk.progress(row, "shipped")
    with pytest.raises(Problem) as refused:
        desk.progress(row, "ordered")
    assert refused.value.status == 409


def test_an_order_to_a_supplier_is_not_shipped(desk: Desk) -> None:
    row = desk.acknowledged(480)
    with pytest.raises(Problem, match="Only a transfer is shipped"):
        desk.progress(row, "shipped")


def test_a_shipment_of_tomorrow_is_refused(desk: Desk) -> None:
    row = taken_transfer(desk)
    tomorrow = (desk.clock() + timedelta(days=1)).isoformat()
    with pytest.raises(Problem, match="has not happened yet"):
        desk.progress(row, "shipped", occurred_at=tomorrow)


def test_a_refused_transfer_is_as_good_as_rejected(desk: Desk) -> None:
    desk.recommend(0, transfers=(transfer(40),))
    desk.refuse(desk.claim("transfer"))
    row = desk.proposal()
    assert row.state == "rejected"
    assert row.declined_until is not None
    desk.recommend(0, lacking=Decimal(0))
    assert desk.proposal().declined_until is None


def test_others_are_told_of_each_step_and_of_the_giver(desk: Desk) -> None:
    row = taken_transfer(desk)
    desk.progress(row, "shipped")
    desk.progress(row, "received")
    steps = ("approved", "acknowledged", "shipped", "received")
    assert desk.told() == [f"proposal.{step}" for step in steps]
    with desk.context.database.read() as session:
        givers = {message.body["from_location_id"] for message in session.scalars(_MESSAGES)}
    assert givers == {"HUB"}


_MESSAGES = select(OutboxRow)

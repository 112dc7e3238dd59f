"""What a location has for its deals, out of the inputs of a recommendation."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.outlook.supply_position import SupplyPosition
from service.outlook.supply_proposals import KeyProposals
from service.outlook.supply_risk import Risk, shortage_risks
from service.proposals.tables import ProposalRow
from service.replenishment.inputs import CommittedInput
from service.replenishment.network_inputs import ReservedInput
from tests.service.builders_replenishment import (
    baseline,
    in_days,
    key_inputs,
    opportunity,
    order,
    receipt,
    stock,
)

DEAL = "crm/OPP-1/1@UK"


def position(proposals: KeyProposals | None = None, **changes: Any) -> SupplyPosition:
    """Ten bottles are sold a day; the deal is to be delivered within eleven days."""
    given_to = {"opportunities": (opportunity(400),), "stock": stock(300), **changes}
    return SupplyPosition(key_inputs(**given_to), proposals or KeyProposals())


def got(found: SupplyPosition, deal: str = DEAL) -> Decimal:
    return sum((part.quantity for part in found.set_aside[deal]), Decimal(0))


def test_usual_sales_until_the_end_of_the_window_come_first() -> None:
    assert got(position()) == 300 - 110


def test_backorders_and_firm_orders_come_before_the_deal() -> None:
    assert got(position(stock=stock(300, backorders=40))) == 150
    assert got(position(orders=(order(60, in_days(5), "crm/OPP-9/1@UK"),))) == 130


def test_an_order_is_part_of_the_usual_sales_up_to_what_they_are() -> None:
    assert got(position(orders=(order(100, in_days(5)),))) == 190
    assert got(position(orders=(order(150, in_days(5)),))) == 150
    assert got(position(orders=(order(150, in_days(12)),))) == 190


def test_an_order_after_the_window_leaves_the_deal_its_goods() -> None:
    assert got(position(orders=(order(150, in_days(30), "crm/OPP-9/1@UK"),))) == 190


def test_a_total_speaks_of_what_the_account_buys_anyway() -> None:
    total = opportunity(400, quantity_basis="total", account_share=0.5)
    assert got(position(opportunities=(total,))) == 300 - 110 + 40


def test_parts_are_whole_units() -> None:
    assert got(position(baseline=baseline(mean=205.0))) == 300 - 108


def test_an_overdue_purchase_line_is_supply_without_a_day() -> None:
    found = position(receipts=(receipt(400, in_days(-3)),))
    assert got(found) == 400
    assert [part.incoming.available_on for part in found.set_aside[DEAL]] == [in_days(0), None]


def test_what_is_given_to_another_location_is_no_longer_there() -> None:
    given = ProposalRow(
        kind="transfer",
        state="approved",
        external_ref="PEG-2",
        recommended_quantity=Decimal(50),
        order_date=in_days(0),
    )
    assert got(position(KeyProposals(taking=[given]))) == 140


def test_what_the_erp_took_for_another_location_counts_as_long_as_the_stock_shows_it() -> None:
    promised = ReservedInput(
        external_ref="PEG-2", to_location_id="DE", quantity=Decimal(50), state="shipped"
    )
    assert got(position(reserved=(promised,))) == 140


def test_what_was_received_is_there_today_whatever_day_it_was_required_for() -> None:
    come = ProposalRow(
        kind="transfer",
        state="received",
        external_ref="PEG-3",
        recommended_quantity=Decimal(50),
        required_date=in_days(9),
    )
    taken = CommittedInput(external_ref="PEG-3", quantity=Decimal(50), state="received")
    found = position(KeyProposals(bringing=[come]), committed=(taken,))
    assert got(found) == 240
    assert {part.incoming.available_on for part in found.set_aside[DEAL]} == {in_days(0)}


def test_the_risk_weighs_the_deal_and_knows_it_won() -> None:
    enough = position(stock=stock(700))
    short = position(stock=stock(300))
    assert shortage_risks([(enough, DEAL)])[DEAL] == Risk(Decimal(0), Decimal(0))
    risk = shortage_risks([(short, DEAL)])[DEAL]
    assert risk.as_is == Decimal("0.5")
    assert risk.if_won == 1


def test_any_of_two_locations_may_fall_short() -> None:
    half = Risk(Decimal("0.5"), Decimal(1))
    assert Risk.of_any([half, half]) == Risk(Decimal("0.75"), Decimal(1))


quantities = st.integers(0, 900)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(quantities, st.integers(-20, 40), st.integers(0, 40)), max_size=4),
    st.lists(st.tuples(quantities, st.integers(-5, 40)), max_size=4),
    st.integers(-50, 900),
)
def test_deals_get_no_more_than_there_is_nor_than_they_want(
    deals: list[tuple[int, int, int]], lines: list[tuple[int, int]], usable: int
) -> None:
    found = position(
        stock=stock(usable),
        opportunities=tuple(
            opportunity(
                quantity,
                opportunity=f"crm/OPP-{number}/1@UK",
                window_start=in_days(first),
                window_end=in_days(first + days),
            )
            for number, (quantity, first, days) in enumerate(deals)
        ),
        receipts=tuple(
            receipt(quantity, in_days(100 * number + day)).model_copy(
                update={"line": f"PO-{number}"}
            )
            for number, (quantity, day) in enumerate(lines)
        ),
    )
    for name, one in found.expected.items():
        assert 0 <= got(found, name) <= one.unordered
    all_supply = max(usable, 0) + sum(quantity for quantity, _ in lines)
    assert sum(got(found, name) for name in found.expected) <= all_supply

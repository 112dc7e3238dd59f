import re
from collections.abc import Callable
from decimal import Decimal

from service.context import ServiceContext
from service.feeds.tables import ItemRow, SupplierConditionsRow
from service.proposals.tables import ProposalRow
from tests.service.builders_rationale import Planned
from tests.service.web.conftest import Browser

PAGE = "/supplier-orders/lines?supplier=SUPPLIER-07&location=DC-UK"
Put = Callable[[Planned], ProposalRow]
Stored = Callable[[ProposalRow], ProposalRow]


def ask(context: ServiceContext, minimum: str, **more: str) -> None:
    """SUPPLIER-07 delivers from this value on."""
    with context.database.write() as session:
        session.add(
            SupplierConditionsRow(
                system="erp",
                native_id="C-1",
                supplier_id="SUPPLIER-07",
                currency="GBP",
                minimum_order_value=Decimal(minimum),
                received_at=context.clock(),
                **{name: Decimal(value) for name, value in more.items()},
            )
        )


def value(row: ProposalRow) -> Decimal:
    assert row.unit_price is not None
    return row.recommended_quantity * row.unit_price


def test_orders_are_listed_by_supplier_and_site(
    planner: Browser, planned: Put, context: ServiceContext
) -> None:
    first = planned(Planned(item_id="A1", description="RED LAMP"))
    planned(Planned(item_id="B2", description="BLUE LAMP", location_id="DC-EU"))
    ask(context, f"{value(first) + 50}")
    page = planner.get("/supplier-orders").text
    assert "Leeds" in page
    assert "Rotterdam" in page
    assert "£50 short" in page


def test_all_lines_that_may_be_approved_are_approved_together_without_a_script(
    planner: Browser, planned: Put, stored: Stored
) -> None:
    rows = [planned(Planned(item_id=f"A{n}", description=f"LAMP {n}")) for n in range(3)]
    taken = planned(Planned(item_id="A9", description="LAMP 9", state="claimed"))
    page = planner.get(PAGE).text
    picks = re.findall(r'name="pick" value="([^"]+)"', page)
    assert picks == [f"{row.external_ref}:1" for row in rows]
    assert taken.external_ref in page

    answer = planner.send("/queue/approvals", {"pick": picks, "back": PAGE})
    assert {stored(row).state for row in rows} == {"approved"}
    assert all(stored(row).release_not_before for row in rows)
    assert answer.headers["location"].startswith(PAGE)
    assert "3 approved." in planner.get(answer.headers["location"]).text


def test_a_line_that_changed_meanwhile_is_left_and_named(
    planner: Browser, planned: Put, stored: Stored, context: ServiceContext
) -> None:
    rows = [planned(Planned(item_id=f"A{n}", description=f"LAMP {n}")) for n in range(2)]
    picks = re.findall(r'name="pick" value="([^"]+)"', planner.get(PAGE).text)
    with context.database.write() as session:
        session.get_one(ProposalRow, rows[0].proposal_id).row_version += 1
    answer = planner.send("/queue/approvals", {"pick": picks, "back": PAGE})
    page = planner.get(answer.headers["location"]).text
    assert "1 approved, 1 had changed meanwhile." in page
    assert f"Left as found: {rows[0].external_ref} (in review)." in page
    assert [stored(row).state for row in rows] == ["in_review", "approved"]


def test_what_would_reach_the_minimum_is_suggested_and_not_done(
    planner: Browser, planned: Put, stored: Stored, context: ServiceContext
) -> None:
    row = planned(Planned(item_id="A1", description="RED LAMP", price="2.00"))
    ask(context, f"{value(row) + 50}", container_volume="10", freight_free_value="99999")
    with context.database.write() as session:
        session.get_one(ItemRow, "A1").unit_volume = Decimal("0.01")
    page = planner.get(PAGE).text
    told = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "RED LAMP 48 EA £96 " in told.partition("What would reach the minimum")[2]
    assert "by volume" in page
    assert stored(row).recommended_quantity == row.recommended_quantity


def test_a_reader_sees_the_lines_and_no_buttons(stranger: Browser, planned: Put) -> None:
    planned(Planned(item_id="A1", description="RED LAMP"))
    stranger.log_in("admin")
    page = stranger.get(PAGE).text
    assert "RED LAMP" in page
    assert 'name="pick"' not in page


def test_an_order_that_nobody_knows_is_not_found(planner: Browser) -> None:
    assert planner.get(PAGE).status_code == 404

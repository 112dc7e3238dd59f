"""``POST /v1/account-merges``: two accounts turn out to be one."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.canonical.master_data import Account, Item
from service.access.api_keys import Scope
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, Removal
from service.feeds.tables import AccountMergeRow, OpenSalesLineRow, SalesLineRow
from service.signals.merge_routes import router as merges
from service.signals.routes import router as signals
from service.work.tables import OutboxRow
from tests.service.builders_feeds import (
    Erp,
    account,
    clean,
    dirty,
    key_for,
    order,
    sale,
    source,
    steady_erp,
    stored,
)
from tests.service.builders_plan import of_kind, plan, recommendations
from tests.service.builders_signals import allocations, lines, signal_json


@pytest.fixture
def erp(context: Any) -> Erp:
    """Accounts ACME, and ACME-OLD that was shipped from FR; both bought bottles."""
    erp = steady_erp(context)
    erp.send(
        FeedKind.ACCOUNTS,
        account("ACME", sourcing_location_id="UK"),
        account("ACME-OLD", sourcing_location_id="FR"),
        account("OTHER"),
    )
    erp.send(FeedKind.SALES_LINES, sale("S-OLD", "7", account_id="ACME-OLD"))
    erp.send(FeedKind.OPEN_ORDERS, order("SO-OLD", "24", account_id="ACME-OLD"))
    clean(context)
    return erp


@pytest.fixture
def client(erp: Erp, client_for: Callable[..., TestClient]) -> TestClient:
    client = client_for(merges, signals)
    client.headers.update(key_for(erp.context, "crm", Scope.SIGNALS_WRITE, Scope.FEEDS_WRITE))
    return client


def merge(client: TestClient, before: str, after: str, **headers: str) -> Any:
    body = {
        "system": "crm",
        "from_account_id": before,
        "into_account_id": after,
        "merged_at": "2011-08-29T08:00:00Z",
    }
    return client.post("/v1/account-merges", json=body, headers=headers)


def send(client: TestClient, **fields: Any) -> dict[str, Any]:
    told = signal_json(**{"account": "ACME-OLD", "location": None, **fields})
    answer: dict[str, Any] = client.post("/v1/demand-signals", json=told).json()
    return answer


def accounts_of(erp: Erp, table: Any) -> set[str]:
    return {row.account_id for row in stored(erp.context, table) if row.account_id}


def test_deals_sales_and_orders_of_the_old_account_count_for_the_new_one(
    client: TestClient, erp: Erp
) -> None:
    send(client)
    assert set(allocations(erp.context)) == {"FR"}
    clean(erp.context)
    answer = merge(client, "ACME-OLD", "ACME")
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] == "merged"
    assert answer.json()["opportunity_lines"] == 1
    (line,) = lines(erp.context)
    assert (line.account_id, line.location_rule) == ("ACME", "sourcing_rule")
    assert set(allocations(erp.context)) == {"UK"}
    assert accounts_of(erp, SalesLineRow) == {"ACME"}
    assert accounts_of(erp, OpenSalesLineRow) == {"ACME"}
    assert dirty(erp.context) == {("BOTTLE", "FR"): True, ("BOTTLE", "UK"): True}


def events(erp: Erp, type_: str) -> list[dict[str, Any]]:
    rows = [row for row in stored(erp.context, OutboxRow) if row.type == type_]
    return [row.body for row in sorted(rows, key=lambda row: row.event_id)]


def test_who_listens_is_told_for_whom_and_where_a_deal_counts_now(
    client: TestClient, erp: Erp
) -> None:
    send(client)
    merge(client, "ACME-OLD", "ACME")
    (told,) = events(erp, "demand-signal.remapped")
    assert (told["account_id"], told["allocations"]) == ("ACME", {"UK": "400"})
    assert told["signal"]["account"] == "ACME-OLD"
    merge(client, "ACME-OLD", "ACME")
    assert len(events(erp, "demand-signal.remapped")) == 1
    merge(client, "ACME", "ACME-OLD")
    assert events(erp, "demand-signal.remapped")[1]["allocations"] == {"FR": "400"}


def test_what_waited_for_an_account_that_is_gone_is_taken_with_the_merge(
    client: TestClient, erp: Erp
) -> None:
    gone = Removal(Account, source("ACME-OLD"), {"account_id": "ACME-OLD"})
    erp.send(FeedKind.ACCOUNTS, gone)
    assert send(client)["result"] == "exception"
    assert send(client, opportunity_id="OPP-2", account="STRANGER")["result"] == "exception"
    merge(client, "ACME-OLD", "ACME")
    (line,) = lines(erp.context)
    assert (line.opportunity_id, line.account_id) == ("OPP-1", "ACME")
    waiting = {row.payload["account"]: row.state for row in stored(erp.context, ExceptionRow)}
    assert waiting == {"ACME-OLD": "replayed", "STRANGER": "open"}
    assert len(events(erp, "demand-signal.accepted")) == 1


def test_what_comes_late_under_the_old_code_means_the_new_account(
    client: TestClient, erp: Erp
) -> None:
    merge(client, "ACME-OLD", "ACME")
    send(client)
    erp.send(FeedKind.SALES_LINES, sale("S-LATE", "7", account_id="ACME-OLD"))
    erp.send(FeedKind.ACCOUNTS, account("ACME-OLD", name="Old", sourcing_location_id="FR"))
    assert lines(erp.context)[0].account_id == "ACME"
    assert set(allocations(erp.context)) == {"UK"}
    assert accounts_of(erp, SalesLineRow) == {"ACME"}


def test_an_order_of_the_old_account_fulfils_a_deal_of_the_new_one(
    client: TestClient, erp: Erp
) -> None:
    won = {"status": "won", "win_probability": "1"}
    send(client, account="ACME", location="UK", **won)
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "linked_orders") == 0
    merge(client, "ACME-OLD", "ACME")
    plan(erp.context)
    newest = recommendations(erp.context)[-1]
    assert of_kind(newest, "linked_orders") == 24
    assert of_kind(newest, "opportunity") < 400


def test_a_total_replaces_the_share_of_both_accounts(client: TestClient, erp: Erp) -> None:
    recent = date(2011, 8, 26)
    sales = [
        sale(f"S-{name}", "500", account_id=name, sold_on=recent) for name in ("ACME", "ACME-OLD")
    ]
    erp.send(FeedKind.SALES_LINES, *sales)
    window = {"start": "2011-08-29", "end": "2011-09-30"}
    send(client, account="ACME", location="UK", quantity_basis="total", delivery_window=window)
    plan(erp.context)
    before = of_kind(recommendations(erp.context)[-1], "opportunity")
    merge(client, "ACME-OLD", "ACME")
    plan(erp.context)
    assert of_kind(recommendations(erp.context)[-1], "opportunity") < before


def test_twice_is_harmless(client: TestClient, erp: Erp) -> None:
    send(client)
    merge(client, "ACME-OLD", "ACME")
    clean(erp.context)
    assert merge(client, "ACME-OLD", "ACME").json()["result"] == "unchanged"
    assert dirty(erp.context) == {}
    assert len(stored(erp.context, AccountMergeRow)) == 1


def test_the_opposite_merge_undoes_it(client: TestClient, erp: Erp) -> None:
    send(client)
    send(client, opportunity_id="OPP-2", account="ACME")
    merge(client, "ACME-OLD", "ACME")
    send(client, opportunity_id="OPP-3")
    assert merge(client, "ACME", "ACME-OLD").json()["result"] == "undone"
    by_deal = {line.opportunity_id: line.account_id for line in lines(erp.context)}
    assert by_deal == {"OPP-1": "ACME-OLD", "OPP-2": "ACME", "OPP-3": "ACME-OLD"}
    assert accounts_of(erp, SalesLineRow) == {"ACME-OLD"}
    assert accounts_of(erp, OpenSalesLineRow) == {"ACME-OLD"}
    assert merge(client, "ACME-OLD", "ACME").json()["result"] == "merged"


def test_merges_in_a_row_are_undone_from_the_last(client: TestClient, erp: Erp) -> None:
    send(client)
    merge(client, "ACME-OLD", "ACME")
    merge(client, "ACME", "OTHER")
    assert lines(erp.context)[0].account_id == "OTHER"
    assert accounts_of(erp, SalesLineRow) == {"OTHER"}
    assert merge(client, "OTHER", "ACME-OLD").json()["type"].endswith("merge-circle")
    assert merge(client, "ACME", "ACME-OLD").json()["type"].endswith("newer-merge")
    assert merge(client, "OTHER", "ACME").json()["result"] == "undone"
    assert merge(client, "ACME", "ACME-OLD").json()["result"] == "undone"
    assert lines(erp.context)[0].account_id == "ACME-OLD"
    assert accounts_of(erp, SalesLineRow) == {"ACME-OLD"}


def test_into_an_account_that_was_merged_itself_means_the_one_that_goes_on(
    client: TestClient, erp: Erp
) -> None:
    merge(client, "ACME", "OTHER")
    merge(client, "ACME-OLD", "ACME")
    assert accounts_of(erp, SalesLineRow) == {"OTHER"}
    assert merge(client, "ACME-OLD", "ACME").json()["result"] == "unchanged"
    assert merge(client, "OTHER", "ACME").json()["type"].endswith("newer-merge")
    assert merge(client, "ACME", "ACME-OLD").json()["result"] == "undone"
    assert accounts_of(erp, SalesLineRow) == {"ACME-OLD"}
    assert merge(client, "OTHER", "ACME").json()["result"] == "undone"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("ACME", "ACME", "merge-circle"),
        ("NOBODY", "ACME", "unknown-account"),
        ("ACME", "NOBODY", "unknown-account"),
    ],
)
def test_a_merge_that_cannot_be_is_a_problem(
    client: TestClient, erp: Erp, before: str, after: str, problem: str
) -> None:
    answer = merge(client, before, after)
    assert answer.status_code in (409, 422)
    assert answer.json()["type"].endswith(problem)
    assert stored(erp.context, AccountMergeRow) == []


def test_a_merge_needs_a_key_that_may_say_what_codes_mean(client: TestClient, erp: Erp) -> None:
    poor = key_for(erp.context, "crm", Scope.SIGNALS_WRITE)
    assert merge(client, "ACME-OLD", "ACME", **poor).status_code == 403


def test_a_deal_whose_item_is_gone_keeps_its_place_when_its_account_moves(
    client: TestClient, erp: Erp
) -> None:
    send(client)
    erp.send(FeedKind.ITEMS, Removal(Item, source("BOTTLE"), {"item_id": "BOTTLE"}))
    merge(client, "ACME-OLD", "ACME")
    (line,) = lines(erp.context)
    assert line.account_id == "ACME"
    assert set(allocations(erp.context)) == {"FR"}

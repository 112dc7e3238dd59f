"""A surplus in one place and a need in another, over HTTP, until the goods have arrived."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.service.scenarios.distributor import ITEM, WEEKS, Distributor, terms
from tests.service.scenarios.running_service import ON_EACH_DATABASE, running_service

pytestmark = ON_EACH_DATABASE

SURPLUS, NEEDY = "UK", "FR"


class TwoWarehouses(Distributor):
    """The distributor with a second warehouse, to which a lane leads."""

    def open_second(self) -> None:
        """The same sales and terms as in the first, and hardly any stock."""
        self.feed("locations", {"native_id": NEEDY, "location_id": NEEDY})
        self.feed(
            "supplier-terms",
            {
                "native_id": "T2",
                "item_id": ITEM,
                "location_id": NEEDY,
                "supplier_id": "GLASSWORKS",
                "lead_time_days": 14,
                "unit_price": "2.50",
                "currency": "GBP",
            },
        )
        self.feed(
            "transfer-lanes",
            {
                "native_id": "UK-FR",
                "from_location_id": SURPLUS,
                "to_location_id": NEEDY,
                "lead_time_days": 2,
            },
        )
        self.count(SURPLUS, 2000)
        self.count(NEEDY, 100)
        first = self.today - timedelta(weeks=WEEKS)
        days = [first + timedelta(days=number) for number in range(WEEKS * 7)]
        sales = [
            {
                "native_id": f"FR{day}",
                "item_id": ITEM,
                "location_id": NEEDY,
                "sold_on": day.isoformat(),
                "quantity": str(10 + day.toordinal() % 3),
            }
            for day in days
        ]
        self.feed("sales-lines", *sales)

    def count(self, place: str, on_hand: int) -> None:
        """The stock of a warehouse as of now."""
        position = {"native_id": place, "item_id": ITEM, "location_id": place}
        counted = {"on_hand": str(on_hand), "as_of": datetime.now(UTC).isoformat()}
        self.feed("stock-positions", position | counted)

    def plan_of(self, place: str) -> dict[str, Any]:
        """What is recommended there, once nothing is pending."""
        return self.service.recommendation(ITEM, place)

    def open_of(self, kind: str) -> list[dict[str, Any]]:
        """The open proposals of a kind."""
        states = ("in_review", "approved", "held")
        listed = self.service.erp.get("/v1/requisition-proposals", kind=kind)["proposals"]
        return [one for one in listed if one["state"] in states]

    def progress(self, ref: str, state: str) -> None:
        """The ERP tells how far the transfer is."""
        answer = self.service.erp.post(
            f"/v1/requisition-proposals/{ref}/progress", {"state": state}
        )
        assert answer["state"] == state

    def state_of(self, ref: str) -> str:
        """The state of a proposal."""
        return str(self.service.erp.get(f"/v1/requisition-proposals/{ref}")["state"])


@pytest.fixture
def distributor(empty_database_url: str, tmp_path: Path) -> Iterator[TwoWarehouses]:
    with running_service(empty_database_url, tmp_path) as service:
        distributor = TwoWarehouses(service, datetime.now(UTC).date())
        distributor.open_for_business()
        distributor.open_second()
        yield distributor


def test_a_surplus_is_sent_where_it_is_needed_and_nothing_is_ordered_on_top(
    distributor: TwoWarehouses,
) -> None:
    needed = distributor.plan_of(NEEDY)
    (transfer,) = distributor.open_of("transfer")
    ref, quantity = transfer["external_ref"], Decimal(transfer["quantity"])
    assert (transfer["from_location_id"], transfer["location_id"]) == (SURPLUS, NEEDY)
    assert terms(needed, "transfer_in") == -quantity
    assert distributor.open_of("requisition") == []

    distributor.approve(transfer)
    claimed = _claim(distributor)
    assert claimed["proposals"][0]["from_location_id"] == SURPLUS
    distributor.service.erp.post(
        f"/v1/requisition-proposals/{ref}/acknowledge",
        {
            "claim_id": claimed["claim_id"],
            "erp_number": "ST-1",
            "accepted_quantity": str(quantity),
        },
    )
    distributor.progress(ref, "shipped")
    assert terms(distributor.plan_of(SURPLUS), "reserved_transfer") == quantity
    distributor.count(SURPLUS, 2000 - int(quantity))
    assert terms(distributor.plan_of(SURPLUS), "reserved_transfer") == 0
    distributor.progress(ref, "received")
    assert terms(distributor.plan_of(NEEDY), "committed_proposal") == -quantity
    distributor.count(NEEDY, 100 + int(quantity))
    assert terms(distributor.plan_of(NEEDY), "committed_proposal") == 0
    _wait_until_closed(distributor, ref)
    assert distributor.open_of("transfer") == distributor.open_of("requisition") == []
    told = " ".join(distributor.service.replenish("explain", ref).split())
    assert f"Transfer {SURPLUS} to {NEEDY}" in told


def _claim(distributor: TwoWarehouses) -> dict[str, Any]:
    """Claim transfers until the undo window of the approval is over."""
    for attempt in range(60):
        key = {"Idempotency-Key": f"transfers-{attempt}"}
        claimed = distributor.service.erp.post("/v1/proposal-claims", {"kind": "transfer"}, **key)
        if claimed["proposals"]:
            return claimed
        time.sleep(0.3)
    raise AssertionError("no transfer was offered")


def _wait_until_closed(distributor: TwoWarehouses, ref: str) -> None:
    for _ in range(60):
        if distributor.state_of(ref) == "closed":
            return
        time.sleep(0.2)
    raise AssertionError(f"{ref} is {distributor.state_of(ref)}")

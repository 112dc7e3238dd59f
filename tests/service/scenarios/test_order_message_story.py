"""A purchase line that comes too late: from the plan over a buyer to the ERP, over HTTP."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.service.scenarios.distributor import ITEM, WAREHOUSE, Distributor
from tests.service.scenarios.running_service import ON_EACH_DATABASE, running_service

pytestmark = ON_EACH_DATABASE

_PATIENCE_SECONDS = 20.0


@pytest.fixture
def distributor(empty_database_url: str, tmp_path: Path) -> Iterator[Distributor]:
    with running_service(empty_database_url, tmp_path) as service:
        distributor = Distributor(service, datetime.now(UTC).date())
        distributor.open_for_business()
        yield distributor


def on_order(distributor: Distributor, days: int) -> None:
    """Five hundred bottles come in so many days."""
    distributor.feed(
        "open-orders",
        {
            "kind": "purchase",
            "native_id": "PO-4711/10",
            "item_id": ITEM,
            "location_id": WAREHOUSE,
            "supplier_id": "GLASSWORKS",
            "quantity_open": "500",
            "due_date": (distributor.today + timedelta(days=days)).isoformat(),
        },
    )


def message(distributor: Distributor) -> dict[str, Any]:
    """The only message about a purchase line, once the plan is up to date."""
    distributor.recommendation()
    answer = distributor.service.erp.get("/v1/requisition-proposals", item=ITEM)
    (found,) = [one for one in answer["proposals"] if one["purchase_line"]]
    return dict(found)


def claim(distributor: Distributor) -> dict[str, Any]:
    """The ERP asks for lines to be expedited, until the buyer's undo window is over."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    for attempt in range(100):
        claimed = distributor.service.erp.post(
            "/v1/proposal-claims", {"kind": "expedite"}, **{"Idempotency-Key": f"day-{attempt}"}
        )
        if claimed["proposals"] or time.monotonic() > deadline:
            return claimed
        time.sleep(0.5)
    raise AssertionError("nothing to expedite was offered")


def test_a_late_line_is_expedited_and_the_matter_is_closed(distributor: Distributor) -> None:
    distributor.stock(60)
    on_order(distributor, days=13)
    asked = message(distributor)
    wanted = asked["required_date"]
    assert (asked["kind"], asked["state"]) == ("expedite", "in_review")
    assert asked["purchase_line"] == "erp/PO-4711/10"
    assert asked["rationale"].startswith("Expedite erp/PO-4711/10 from ")
    needed = distributor.recommendation()

    distributor.approve(asked)
    claimed = claim(distributor)
    (offered,) = claimed["proposals"]
    assert offered["kind"] == "expedite"
    assert offered["purchase_line"] == "erp/PO-4711/10"
    assert (Decimal(offered["quantity"]), offered["required_date"]) == (Decimal(500), wanted)

    taken = {
        "claim_id": claimed["claim_id"],
        "erp_number": "PO-4711",
        "accepted_quantity": "500",
        "expected_date": wanted,
    }
    path = f"/v1/requisition-proposals/{asked['external_ref']}/acknowledge"
    assert distributor.service.erp.post(path, taken)["state"] == "acknowledged"
    assert message(distributor)["state"] == "acknowledged"
    assert distributor.recommendation()["quantity"] == needed["quantity"]

    on_order(distributor, days=(datetime.fromisoformat(wanted).date() - distributor.today).days)
    assert message(distributor)["state"] == "closed"

    story = distributor.service.replenish("explain", asked["external_ref"])
    assert "Why expedite erp/PO-4711/10" in story
    assert "projected stock" in story
    decision = story.partition("replenish replay ")[2].split()[0]
    assert distributor.service.replenish("replay", decision).startswith("Identical: ")

"""A small distributor: one warehouse, one bottle, steady buyers, and a key account."""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.service.scenarios.running_service import RunningService

ITEM, WAREHOUSE, KEY_ACCOUNT = "BOTTLE", "UK", "ACME"
WEEKS = 30
_PATIENCE_SECONDS = 20.0


@dataclass
class Distributor:
    """Sends what an ERP and a CRM send, and reads what came of it."""

    service: RunningService
    today: date
    item: str = ITEM
    warehouse: str = WAREHOUSE
    account: str = KEY_ACCOUNT
    _messages: int = field(default=0)

    def feed(self, kind: str, *rows: dict[str, Any]) -> None:
        """Send rows to the feed of ``kind`` and insist that each is stored."""
        answer = self.service.erp.post(f"/v1/{kind}", {"system": "erp", "rows": list(rows)})
        assert {row["result"] for row in answer["results"]} <= {"stored", "unchanged"}, answer

    def open_for_business(self) -> None:
        """Master data, terms without minimum or multiple, stock, and steady sales."""
        self.feed("locations", {"native_id": self.warehouse, "location_id": self.warehouse})
        self.feed(
            "items",
            {"native_id": self.item, "item_id": self.item, "description": "Water bottle"},
        )
        self.feed(
            "accounts",
            {
                "native_id": self.account,
                "account_id": self.account,
                "sourcing_location_id": self.warehouse,
            },
        )
        self.feed(
            "supplier-terms",
            {
                "native_id": f"{self.item}-T1",
                "item_id": self.item,
                "location_id": self.warehouse,
                "supplier_id": "GLASSWORKS",
                "lead_time_days": 14,
                "review_period_days": 7,
                "unit_price": "2.50",
                "currency": "GBP",
            },
        )
        self.stock(300)
        self.feed("sales-lines", *self._steady_sales())

    def stock(self, on_hand: int) -> None:
        """A count of the warehouse, as of now."""
        self.feed(
            "stock-positions",
            {
                "native_id": f"{self.item}@{self.warehouse}",
                "item_id": self.item,
                "location_id": self.warehouse,
                "on_hand": str(on_hand),
                "as_of": datetime.now(UTC).isoformat(),
            },
        )

    def order(self, native_id: str, quantity: int, *, opportunity: str | None = None) -> None:
        """An open customer order, due in ten days."""
        self.feed(
            "open-orders",
            {
                "kind": "sales",
                "native_id": native_id,
                "item_id": self.item,
                "location_id": self.warehouse,
                "account_id": self.account,
                "quantity_open": str(quantity),
                "requested_date": (self.today + timedelta(days=10)).isoformat(),
                "opportunity_id": opportunity,
            },
        )

    def signal(self, opportunity: str, version: int, quantity: int, **more: str) -> dict[str, Any]:
        """A version of an opportunity of the key account, wanted within the interval."""
        self._messages += 1
        body = {
            "message_id": f"M-{opportunity}-{version}",
            "system": "crm",
            "opportunity_id": opportunity,
            "source_version": version,
            "account": self.account,
            "product": self.item,
            "quantity": str(quantity),
            "delivery_window": {
                "start": (self.today + timedelta(days=5)).isoformat(),
                "end": (self.today + timedelta(days=15)).isoformat(),
            },
            "win_probability": "0.5",
            **more,
        }
        return self.service.crm.post("/v1/demand-signals", body)

    def recommendation(self) -> dict[str, Any]:
        """What is recommended for the bottle, once nothing is pending."""
        return self.service.recommendation(self.item, self.warehouse)

    def open_proposals(self) -> list[dict[str, Any]]:
        """The bottle's proposals that the ERP has not taken."""
        answer = self.service.erp.get(
            "/v1/requisition-proposals", item=self.item, location=self.warehouse
        )
        found: list[dict[str, Any]] = answer["proposals"]
        return [one for one in found if one["state"] in ("in_review", "approved", "held")]

    def ship(self, native_id: str, quantity: int, *, opportunity: str) -> None:
        """The customer order leaves the warehouse: a sales line, no open order, less stock."""
        self.feed(
            "sales-lines",
            {
                "native_id": f"SHIPPED-{native_id}",
                "item_id": self.item,
                "location_id": self.warehouse,
                "account_id": self.account,
                "sold_on": self.today.isoformat(),
                "quantity": str(quantity),
                "opportunity_id": opportunity,
            },
        )
        self.feed("open-orders", {"kind": "sales", "native_id": native_id, "gone": True})

    def approve(self, proposal: dict[str, Any]) -> None:
        """A planner approves what the policy has left to planners."""
        if proposal["state"] == "approved":
            return
        self.service.erp.post(
            f"/v1/requisition-proposals/{proposal['external_ref']}/decisions",
            {"action": "approve"},
            **{"If-Match": f'"{proposal["row_version"]}"'},
        )

    def claim(self, key: str) -> dict[str, Any]:
        """The ERP claims all of the warehouse, once a person's approval can no longer be undone."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        attempt = 0
        while True:
            attempt += 1
            answer = self.service.erp.post(
                "/v1/proposal-claims",
                {"locations": [self.warehouse]},
                **{"Idempotency-Key": f"{self.warehouse}-{key}-{attempt}"},
            )
            if answer["proposals"] or time.monotonic() > deadline:
                return {**answer, "key": f"{key}-{attempt}"}
            time.sleep(0.5)

    def outlook_after_undo(self, opportunity: str) -> dict[str, Any]:
        """The deal's line once it is covered: an approval counts when it cannot be undone."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            answer = self.service.crm.get(f"/v1/opportunities/{opportunity}/outlook")
            line: dict[str, Any] = answer["lines"][0]
            if Decimal(line["uncovered"]) == 0 or time.monotonic() > deadline:
                return line
            time.sleep(0.5)

    def _steady_sales(self) -> list[dict[str, Any]]:
        """Some twenty bottles a day, varying with the weekday and the week."""
        first = self.today - timedelta(weeks=WEEKS)
        return [
            {
                "native_id": f"{self.item}-S{number}",
                "item_id": self.item,
                "location_id": self.warehouse,
                "account_id": self.account if number % 5 == 0 else f"BUYER-{number % 7}",
                "sold_on": (first + timedelta(days=number)).isoformat(),
                "quantity": str(16 + number % 3 * 4 + (number // 7) % 4),
            }
            for number in range(WEEKS * 7)
        ]


def terms(recommendation: dict[str, Any], kind: str) -> Decimal:
    """The sum of the terms of ``kind`` in a recommendation's explanation."""
    return sum(
        (
            Decimal(term["quantity"])
            for term in recommendation["explanation"]["terms"]
            if term["kind"] == kind
        ),
        Decimal(0),
    )

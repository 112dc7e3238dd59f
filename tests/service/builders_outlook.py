"""A CRM that asks what its deals can count on, and listens to what it is told."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from service.context import ServiceContext
from service.outlook.refresh import refresh_outlooks
from service.outlook.supply_telling import EVENT_TYPE
from service.work import stale_outlooks
from service.work.tables import OutboxRow
from tests.service.builders_plan import plan
from tests.service.builders_signals import signal_json

WINDOW = {"delivery_window": {"start": "2011-09-12", "end": "2011-09-16"}}
"""From two weeks on, when a requisition made today has come."""


@dataclass
class Crm:
    """Speaks over HTTP; ``settle`` lets the worker do what is to be done."""

    client: TestClient
    context: ServiceContext

    def send(self, **fields: Any) -> dict[str, Any]:
        """Tell a version of a deal, by default OPP-1: 400 bottles at even odds."""
        answer = self.client.post("/v1/demand-signals", json=signal_json(**{**WINDOW, **fields}))
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def settle(self) -> None:
        """Fit, recompute and refresh until nothing is left."""
        plan(self.context)
        while refresh_outlooks(self.context):
            pass

    def proposal_changed(self, key: tuple[str, str] = ("BOTTLE", "UK")) -> None:
        """The relay has routed an event of a proposal."""
        with self.context.database.write() as session:
            stale_outlooks.mark(session, [key], self.context.clock())
        self.settle()

    def outlook(self, opportunity_id: str = "OPP-1") -> dict[str, Any]:
        """The outlook as the CRM reads it."""
        answer = self.client.get(f"/v1/opportunities/{opportunity_id}/outlook")
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read

    def line(self, opportunity_id: str = "OPP-1") -> dict[str, Any]:
        """The only line of an opportunity."""
        (line,) = self.outlook(opportunity_id)["lines"]
        return dict(line)

    def told(self, opportunity_id: str = "OPP-1") -> list[dict[str, Any]]:
        """The bodies of the events that were put out for an opportunity, oldest first."""
        with self.context.database.read() as session:
            rows = session.scalars(
                select(OutboxRow)
                .where(
                    OutboxRow.type == EVENT_TYPE,
                    OutboxRow.subject == f"crm/{opportunity_id}",
                )
                .order_by(OutboxRow.event_id)
            )
            return [row.body for row in rows]


def supplied(line: dict[str, Any]) -> list[tuple[str, Decimal, str | None]]:
    """The parts of a line: source, quantity, day."""
    return [
        (part["source"], Decimal(part["quantity"]), part["available_on"])
        for part in line["supplied"]
    ]

"""The distributor of the first story with its systems connected, and a morning of its planner."""

import os
import signal
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from typer.testing import CliRunner

from adapters.ports import IncomingKind
from service.access.api_keys import Scope
from service.cli.main import app
from service.context import ServiceContext
from service.sync.hand_offs import ON_THE_WAY
from service.sync.relay import DOCUMENTS
from service.sync.tables import ConnectionRow, HandOffRow, PollRow
from service.work.deliveries import OPEN
from service.work.tables import DeliveryRow, OutboxRow
from tests.service.builders_workers import children_of
from tests.service.scenarios.chapter_goods import (
    FR,
    PLENTY,
    PRICES,
    SCARCE,
    UK,
    advice,
    sale,
    steady_sales,
    terms,
)
from tests.service.scenarios.counterparts import CRM, ERP, PLANNING, Lines, until
from tests.service.scenarios.distributor import KEY_ACCOUNT, Distributor
from tests.service.scenarios.running_service import Caller


@dataclass
class ConnectedDistributor(Distributor):
    """Everybody talks over connections; what a person or the ERP decides goes over the API."""

    lines: Lines = field(kw_only=True)
    context: ServiceContext = field(kw_only=True)
    """The same database, to look into and to let time pass."""
    advice_decided: tuple[str, str] = ("", "")
    """Outcome and rule of the policy about what planning advised in the morning."""

    def replenish(self, *arguments: str) -> str:
        """Run a command in this process, against the same database."""
        done = CliRunner().invoke(app, list(arguments), env=self.service.environment)
        assert done.exit_code == 0, done.output
        return str(done.output)

    def connect(self) -> None:
        """Connect all systems, and have them read every second."""
        self.lines.connect(self.replenish, self.service.url)
        with self.context.database.write() as session:
            session.execute(update(ConnectionRow).values(poll_seconds=1))

    def open_up(self) -> None:
        """Items of many kinds in two places, one lane, steady sales for a while."""
        places = ({"native_id": place, "location_id": place} for place in (UK, FR))
        self.feed("locations", *places)
        items = ({"native_id": item, "item_id": item, "description": item} for item in PRICES)
        self.feed("items", *items)
        account = {"native_id": KEY_ACCOUNT, "account_id": KEY_ACCOUNT}
        self.feed("accounts", {**account, "sourcing_location_id": UK})
        self.feed("supplier-terms", *(terms(item, UK) for item in PRICES), terms("CRATE", FR))
        lane = {"from_location_id": UK, "to_location_id": FR, "lead_time_days": 2}
        self.feed("transfer-lanes", {"native_id": "UK-FR", **lane})
        self.feed("sales-lines", *steady_sales(self.today))
        self.count({item: SCARCE.get(item, PLENTY) for item in PRICES})

    def count(self, on_hand: Mapping[str, int], place: str = UK) -> None:
        """The stock of items as of now."""
        as_of = datetime.now(UTC).isoformat()
        rows = [
            {"native_id": f"{item}@{place}", "item_id": item, "location_id": place}
            | {"on_hand": str(number), "as_of": as_of}
            for item, number in on_hand.items()
        ]
        self.feed("stock-positions", *rows)

    def sell(self, item: str, name: str, quantity: int) -> None:
        """A sale of the week before last that is told only now."""
        self.feed("sales-lines", sale((item, UK), name, self.today - timedelta(days=10), quantity))

    def wish(
        self, deal: str, version: int, item: str, quantity: int, *, over_the_api: bool = False
    ) -> None:
        """The CRM tells of a deal that may come, over its line or with its key."""
        signal = {
            "message_id": f"M-{deal}-{version}",
            "system": CRM,
            "opportunity_id": deal,
            "source_version": version,
            "account": KEY_ACCOUNT,
            "product": item,
            "quantity": str(quantity),
            "delivery_window": {"start": self.day(15), "end": self.day(18)},
            "win_probability": "0.5",
        }
        if over_the_api:
            self.service.crm.post("/v1/demand-signals", signal)
            return
        counts = self.lines.tell(CRM, IncomingKind.DEMAND_SIGNALS, signal)
        assert counts == {"applied": 1}, counts

    def plan(self, version: int, *rows: Mapping[str, Any], kind: str = "forecast") -> list[str]:
        """The planning system tells of its plan over its line; the results in short."""
        as_of = datetime.now(UTC).isoformat()
        told = [{"kind": kind, "version": version, "as_of": as_of, **row} for row in rows]
        counts = self.lines.tell(PLANNING, IncomingKind.FORECASTS, *told)
        return [result for result, number in sorted(counts.items()) for _ in range(number)]

    def post_plan(self, version: int, *rows: Mapping[str, Any]) -> list[str]:
        """The planning system posts its forecast; the results in short."""
        key = self.replenish("keys", "create", PLANNING, "--scope", Scope.FORECASTS_WRITE).strip()
        said = {"system": PLANNING, "kind": "forecast", "version": version}
        body = {**said, "as_of": datetime.now(UTC).isoformat(), "rows": list(rows)}
        with closing(Caller(self.service.url, key)) as planning:
            answer = planning.post("/v1/forecasts", body)
        return sorted(row["result"] for row in answer["results"])

    def day(self, days: int) -> str:
        """So many days from today."""
        return (self.today + timedelta(days=days)).isoformat()

    def planned(self, item: str, place: str = UK) -> dict[str, Any]:
        """What is recommended, once nothing is pending."""
        return self.service.recommendation(item, place)

    def proposals(self, item: str) -> list[dict[str, Any]]:
        """All proposals of an item, whatever became of them."""
        listed = self.service.erp.get("/v1/requisition-proposals", item=item)["proposals"]
        return [dict(one) for one in listed]

    def only(self, item: str) -> dict[str, Any]:
        """The only proposal of an item."""
        self.planned(item)
        (found,) = self.proposals(item)
        return found

    def decide(self, item: str, action: str) -> None:
        """A planner decides on the only proposal of an item."""
        proposal = self.only(item)
        path = f"/v1/requisition-proposals/{proposal['external_ref']}/decisions"
        match = {"If-Match": f'"{proposal["row_version"]}"'}
        self.service.erp.post(path, {"action": action}, **match)

    def pushed(self, item: str, state: str = "acknowledged") -> dict[str, Any]:
        """The only proposal of an item, once the ERP has it and has said so."""

        def handed_over() -> bool:
            ref = self.only(item)["external_ref"]
            return ref in self.lines.systems[ERP].documents()

        until(handed_over, f"the ERP never got a document for {item}")
        proposal = self.only(item)
        if not self.lines.answers_at_once and proposal["state"] == "claimed":
            number = {"erp_number": f"PR-{item}"}
            self.answer(proposal["external_ref"], "acknowledged", **number)
        until(lambda: self.only(item)["state"] == state, f"{item} was never {state}")
        return self.only(item)

    def answer(self, ref: str, answer: str, **more: str) -> None:
        """The ERP tells what became of a document."""
        row = {"external_ref": ref, "answer": answer, **more}
        counts = self.lines.tell(ERP, IncomingKind.PROPOSAL_ANSWERS, row)
        assert counts == {answer: 1}, counts

    def versions_told(self, opportunity: str) -> list[int]:
        """The versions of an outlook that were put out, oldest first."""
        events = select(OutboxRow).where(OutboxRow.type == "supply-outlook.changed")
        with self.context.database.read() as session:
            rows = session.scalars(events.order_by(OutboxRow.event_id)).all()
        return [row.body["version"] for row in rows if row.subject == f"{CRM}/{opportunity}"]

    def told(self, opportunity: str, version: int) -> Mapping[str, Any]:
        """The CRM's line of an opportunity, once it holds this version of the outlook."""
        outlooks = self.lines.systems[CRM].outlooks

        def held() -> int:
            return outlooks().get(opportunity, (0, Decimal(0)))[0]

        until(lambda: held() >= version, f"the CRM never got version {version} of {opportunity}")
        assert held() == version, (
            f"the outlook of {opportunity} was told more often than it changed"
        )
        (line,) = self.lines.outlook_lines(opportunity)
        return line

    def supply_states(self, opportunity: str) -> list[str]:
        """The states of the proposals that the CRM knows to supply an opportunity."""
        return [
            part["state"]
            for line in self.lines.outlook_lines(opportunity)
            for part in line["supplied"]
            if part["state"]
        ]

    def events_for(self, system: str) -> set[str]:
        """The ids of the events that a system was to hear of; documents are no events."""
        routed = select(DeliveryRow).where(DeliveryRow.connection == system)
        with self.context.database.read() as session:
            rows = session.scalars(routed).all()
        return {str(row.event_id) for row in rows if row.type not in DOCUMENTS}

    def heard(self, kind: str) -> list[Mapping[str, Any]]:
        """The bodies of the events of a kind that planning has heard."""
        return [body for _, type_, body in self.lines.systems[PLANNING].heard() if type_ == kind]

    def left(self) -> int:
        """Deliveries and hand-offs that are neither done nor given up, and events not routed."""
        counts = (
            select(func.count()).select_from(DeliveryRow).where(DeliveryRow.status.in_(OPEN)),
            select(func.count()).select_from(HandOffRow).where(HandOffRow.status.in_(ON_THE_WAY)),
            select(func.count()).select_from(OutboxRow).where(OutboxRow.routed_at.is_(None)),
        )
        with self.context.database.read() as session:
            return sum(session.scalar(count) or 0 for count in counts)

    def settle(self) -> None:
        """Wait until all is told and handed over."""
        until(lambda: self.left() == 0, "something was never told, or never handed over")

    def exceptions(self, **wanted: str) -> list[dict[str, Any]]:
        """What waits in the exception queue."""
        listed = self.service.erp.get("/v1/exceptions", **wanted)["exceptions"]
        return [dict(one) for one in listed]

    def repair(self, exception: Mapping[str, Any], **corrections: Any) -> dict[str, Any]:
        """A clerk tries an exception again."""
        path = f"/v1/exceptions/{exception['exception_id']}/replay"
        return self.service.erp.post(path, {"corrections": corrections})

    def kill_worker(self) -> None:
        """As a power cut does; the web process starts another."""
        (worker,) = children_of(self.service.process_id)
        os.kill(worker, signal.SIGKILL)
        until(lambda: worker not in children_of(self.service.process_id), "it would not die")

    def leases_run_out(self) -> None:
        """The ten minutes pass for which the dead worker's work was left alone."""
        now = self.context.clock()
        with self.context.database.write() as session:
            leased = update(DeliveryRow).where(DeliveryRow.status == "leased")
            session.execute(leased.values(leased_until=now))
            under_way = update(HandOffRow).where(HandOffRow.status.in_(ON_THE_WAY))
            session.execute(under_way.values(due_at=now))
            session.execute(update(PollRow).values(due_at=now))
            session.execute(update(ConnectionRow).values(quiet_until=None))
        self.context.ring()

    def planners_morning(self) -> None:
        """LAMP is approved and taken back at once, LANTERN and SPOON are approved for good."""
        for item in ("LAMP", "LANTERN"):
            self.wish(f"OPP-{item}", 1, item, 100)
            self.planned(item)
            self.told(f"OPP-{item}", 1)
        self.plan(1, advice("SPOON", self.day(21)), kind="recommendation")
        self.replenish(
            *("forecasts", "use", PLANNING, "--as", "recommendation"),
            *("--item", "SPOON", "--reason", "the story"),
        )
        until(lambda: Decimal(self.planned("SPOON")["quantity"]), "its advice was never followed")
        decided = self.planned("SPOON")["decision"]
        self.advice_decided = (decided["outcome"], decided["rule_id"])
        for item in ("LAMP", "LANTERN", "SPOON"):
            self.decide(item, "approve")
        self.decide("LAMP", "undo")

"""A desk at which recommendations arrive, planners decide and an ERP takes what is approved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from rules.ordering.lot_sizing import LotSizing
from service.context import ServiceContext
from service.database.base import new_id
from service.feeds.tables import ItemRow, OpenPurchaseLineRow, SupplierTermsRow
from service.proposals.acknowledgements import acknowledge
from service.proposals.amend import AmendmentCounts, WantedOrder, apply_recommendations
from service.proposals.claims import ClaimRequest, claim
from service.proposals.decisions import Decided, Edit
from service.proposals.erp_answers import Reporter
from service.proposals.erp_words import AcknowledgementBody, ProgressBody, RefusalBody
from service.proposals.leases import expire_claims
from service.proposals.no_longer_planned import Retired, retire
from service.proposals.progress import report_progress
from service.proposals.refusals import refuse
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.work.tables import DirtyKeyRow, OutboxRow
from tests.service.conftest import FakeClock

TODAY = date(2011, 8, 29)
LEASE = timedelta(minutes=15)
NO_LOT = LotSizing(Decimal(0), Decimal(1), Decimal(1))


def wanted(quantity: int, outcome: str = "auto", **changes: Any) -> WantedOrder:
    """So many bottles for the UK, from GLASSWORKS, with no lot to keep to."""
    usual: dict[str, Any] = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity": Decimal(quantity),
        "supplier_id": "GLASSWORKS",
        "unit": "EA",
        "unit_price": Decimal("2.50"),
        "currency": "GBP",
        "order_date": TODAY,
        "required_date": TODAY + timedelta(days=14),
        "rationale": "steady demand",
        "recommendation_id": new_id(),
        "decision_id": new_id(),
        "outcome": outcome,
        "surplus": Decimal(0),
        "lot": NO_LOT,
        "change_request_min_share": Decimal("0.1"),
    }
    return WantedOrder(**{**usual, **changes})


def figures(row: ProposalRow | ProposalEventRow, *columns: str) -> tuple[Any, ...]:
    """These columns of a row, to be compared in one go."""
    return tuple(getattr(row, name) for name in columns)


@dataclass
class Desk:
    """Everything that may happen to the bottle's proposals, each in a transaction of its own."""

    context: ServiceContext
    clock: FakeClock
    _claims: int = 0

    def recommend(self, quantity: int, outcome: str = "auto", **changes: Any) -> AmendmentCounts:
        """The recompute wants so much, with this outcome of the policy."""
        if "surplus" in changes:
            changes["surplus"] = Decimal(changes["surplus"])
        with self.context.database.write() as session:
            return apply_recommendations(
                session, [wanted(quantity, outcome, **changes)], self.clock()
            )

    def plan(self, quantity: int, outcome: str = "auto", **changes: Any) -> AmendmentCounts:
        """The recompute takes up what is dirty, and wants so much."""
        self.dirty()
        return self.recommend(quantity, outcome, **changes)

    def retire(self) -> Retired:
        """The recompute finds that nobody plans the bottle any more."""
        with self.context.database.write() as session:
            return retire(session, {("BOTTLE", "UK")}, self.clock())

    def proposals(self) -> list[ProposalRow]:
        """All proposals, oldest first."""
        with self.context.database.read() as session:
            oldest_first = select(ProposalRow).order_by(
                ProposalRow.created_at, ProposalRow.proposal_id
            )
            return list(session.scalars(oldest_first))

    def proposal(self) -> ProposalRow:
        """The only proposal."""
        (row,) = self.proposals()
        return row

    def history(self, row: ProposalRow | None = None) -> list[ProposalEventRow]:
        """What happened to a proposal, by default to the only one."""
        subject = row or self.proposal()
        with self.context.database.read() as session:
            return list(
                session.scalars(
                    select(ProposalEventRow)
                    .where(ProposalEventRow.proposal_id == subject.proposal_id)
                    .order_by(ProposalEventRow.event_id)
                )
            )

    def decide(
        self,
        how: Callable[..., Decided],
        *values: Any,
        reason: str | None = "seen",
        row: ProposalRow | None = None,
    ) -> Decided:
        """Ann decides on the newest proposal (or ``row``) in the version that she sees."""
        seen = row or self.proposals()[-1]
        edit = Edit(seen.proposal_id, seen.row_version, "ann", reason)
        with self.context.database.write() as session:
            return how(session, edit, *values, self.clock())

    def claim(
        self, kind: str = "requisition", limit: int = 200, principal: str = "erp"
    ) -> dict[str, Any]:
        """An ERP claims under a new key, once every undo window is over."""
        self.clock.now += timedelta(seconds=10)
        self._claims += 1
        request = ClaimRequest(
            principal, f"key-{self._claims}", "digest", ProposalKind(kind), limit, LEASE
        )
        self.expire()
        with self.context.database.write() as session:
            return claim(session, request, self.clock())

    def expire(self) -> int:
        """The sweep looks for leases that have run out."""
        with self.context.database.write() as session:
            return expire_claims(session, self.clock())

    def lease_ends(self) -> None:
        """Time passes until no lease is left."""
        self.clock.now += LEASE + timedelta(seconds=1)
        self.expire()

    def acknowledge(
        self, claimed: dict[str, Any], quantity: int, number: str = "R-1", principal: str = "erp"
    ) -> dict[str, Any]:
        """The ERP took the first proposal of its claim under ``number``."""
        body = AcknowledgementBody(
            claim_id=claimed["claim_id"], erp_number=number, accepted_quantity=Decimal(quantity)
        )
        reporter = Reporter(principal, claimed["proposals"][0]["external_ref"])
        with self.context.database.write() as session:
            return acknowledge(session, reporter, body, self.clock())

    def refuse(
        self, claimed: dict[str, Any], reason: str = "blocked", number: str | None = None
    ) -> dict[str, Any]:
        """The ERP does not take the first proposal of its claim, or not any more."""
        body = RefusalBody(claim_id=claimed["claim_id"], reason=reason, erp_number=number)
        reporter = Reporter("erp", claimed["proposals"][0]["external_ref"])
        with self.context.database.write() as session:
            return refuse(session, reporter, body, self.clock())

    def progress(self, row: ProposalRow, state: str, **told: Any) -> dict[str, Any]:
        """The ERP tells how far it is."""
        body = ProgressBody.model_validate({"state": state, **told})
        with self.context.database.write() as session:
            return report_progress(session, Reporter("erp", row.external_ref), body, self.clock())

    def acknowledged(self, quantity: int) -> ProposalRow:
        """A proposal of this quantity that the ERP has taken."""
        self.recommend(quantity)
        claimed = self.claim()
        self.acknowledge(claimed, quantity)
        return self.proposals()[-1]

    def purchase_line(self, row: ProposalRow, quantity: int, *, gone: bool = False) -> None:
        """The ERP's feed shows (or shows no more) a purchase line under the reference."""
        with self.context.database.write() as session:
            session.merge(purchase_line(row, quantity, self.clock, gone=gone))

    def told(self) -> list[str]:
        """The types of the messages to outside systems, in order."""
        with self.context.database.read() as session:
            return list(session.scalars(select(OutboxRow.type).order_by(OutboxRow.event_id)))

    def dirty(self) -> set[tuple[str, str]]:
        """The keys marked dirty since the last look."""
        with self.context.database.write() as session:
            rows = list(session.scalars(select(DirtyKeyRow)))
            for row in rows:
                session.delete(row)
            return {(row.item_id, row.location_id) for row in rows}


def purchase_line(
    row: ProposalRow, quantity: int, clock: FakeClock, *, gone: bool
) -> OpenPurchaseLineRow:
    """A purchase line that names the proposal."""
    return OpenPurchaseLineRow(
        system="erp",
        native_id=f"PO-{row.external_ref[-6:]}",
        item_id=row.item_id,
        location_id=row.location_id,
        quantity_open=Decimal(quantity),
        due_date=row.required_date,
        proposal_ref=row.external_ref,
        received_at=clock(),
        provenance="",
        gone=gone,
    )


def store_terms(session: Session, clock: FakeClock) -> None:
    """The bottle counts in pieces; GLASSWORKS delivers at least 50, in multiples of 25."""
    session.add(
        ItemRow(
            item_id="BOTTLE",
            base_unit="EA",
            unit_decimals=0,
            system="erp",
            native_id="BOTTLE",
            received_at=clock(),
        )
    )
    session.add(
        SupplierTermsRow(
            item_id="BOTTLE",
            location_id="UK",
            supplier_id="GLASSWORKS",
            lead_time_days=14,
            review_period_days=7,
            minimum_order_quantity=Decimal(50),
            order_multiple=Decimal(25),
            unit_price=Decimal("2.50"),
            currency="GBP",
            priority=1,
            system="erp",
            native_id="T1",
            received_at=clock(),
        )
    )

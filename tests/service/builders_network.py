"""Locations that lanes connect, one of which has too many bottles and another too few."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import select

from adapters.canonical.network import TransferLane
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.proposals.planner import approve
from service.proposals.reserved import reserved
from service.proposals.states import AMENDABLE
from service.proposals.tables import ProposalRow
from service.replenishment.tables import CurrentRecommendationRow, RecommendationRow
from tests.service.builders_feeds import Erp, location, sale, source, stock, terms
from tests.service.builders_plan import of_kind, plan
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock


def lane(from_: str, to: str, **told: Any) -> TransferLane:
    """Goods may go from one to the other within a day."""
    usual: dict[str, Any] = {
        "source": source(f"{from_}-{to}-{told.get('item_id', 'all')}"),
        "from_location_id": from_,
        "to_location_id": to,
        "lead_time_days": 1,
    }
    return TransferLane(**{**usual, **told})


class Network(Desk):
    """A desk, an ERP that feeds it, and the worker that plans."""

    def __init__(self, context: ServiceContext, clock: FakeClock, erp: Erp) -> None:
        super().__init__(context, clock)
        self.erp = erp

    def place(
        self, name: str, on_hand: int, *, per_day: int = 10, supplied: bool = True, **told: Any
    ) -> None:
        """A location with steady sales of bottles since half a year."""
        self.erp.send(FeedKind.LOCATIONS, location(name))
        if supplied:
            self.erp.send(FeedKind.SUPPLIER_TERMS, terms(location_id=name, **told))
        self.count(name, on_hand)
        days = [date(2011, 8, 28) - timedelta(days=back) for back in range(180)]
        sales = [sale(f"{name}-{day}", str(per_day), location_id=name, sold_on=day) for day in days]
        self.erp.send(FeedKind.SALES_LINES, *sales)

    def count(self, name: str, on_hand: int, **told: Any) -> None:
        """The ERP tells its stock as of now."""
        self.erp.send(
            FeedKind.STOCK_POSITIONS,
            stock(str(on_hand), location_id=name, as_of=self.clock(), **told),
        )

    def connect(self, *lanes: TransferLane) -> None:
        """The ERP tells of lanes."""
        self.erp.send(FeedKind.TRANSFER_LANES, *lanes)

    def work(self) -> None:
        """The worker plans until nothing is dirty."""
        plan(self.context)

    def open(self, kind: str) -> list[ProposalRow]:
        """The open proposals of a kind, oldest first."""
        return [row for row in self.proposals() if row.kind == kind and row.state in AMENDABLE]

    def transfer(self) -> ProposalRow:
        """The only open transfer."""
        (row,) = self.open("transfer")
        return row

    def order(self) -> ProposalRow:
        """The only open order to a supplier."""
        (row,) = self.open("requisition")
        return row

    def take(self, row: ProposalRow, kind: str = "transfer") -> ProposalRow:
        """A planner approves it, the ERP claims it and acknowledges it in full."""
        if row.state != "approved":
            self.decide(approve, row=row)
        claimed = self.claim(kind)
        offer = next(one for one in claimed["proposals"] if one["external_ref"] == row.external_ref)
        alone = {**claimed, "proposals": [offer]}
        self.acknowledge(alone, int(Decimal(offer["quantity"])))
        return self.by_ref(row.external_ref)

    def by_ref(self, external_ref: str) -> ProposalRow:
        """A proposal as it is now."""
        return next(row for row in self.proposals() if row.external_ref == external_ref)

    def recommendation(self, name: str) -> RecommendationRow:
        """What is recommended for the bottle at a location now."""
        with self.context.database.read() as session:
            return session.scalars(
                select(RecommendationRow)
                .join(
                    CurrentRecommendationRow,
                    CurrentRecommendationRow.recommendation_id
                    == RecommendationRow.recommendation_id,
                )
                .where(RecommendationRow.location_id == name)
            ).one()

    def promised(self) -> dict[str, Decimal]:
        """What each location has promised: open transfers and reserved ones together."""
        promised: defaultdict[str, Decimal] = defaultdict(Decimal)
        with self.context.database.read() as session:
            for row in session.scalars(select(ProposalRow).where(ProposalRow.kind == "transfer")):
                if row.state in AMENDABLE:
                    quantity = row.planner_quantity
                    promised[row.from_location_id] += (
                        row.recommended_quantity if quantity is None else quantity
                    )
            keys = {("BOTTLE", row.location_id) for row in session.scalars(_LOCATIONS)}
            for one in reserved(session, keys):
                promised[one.giver[1]] += one.quantity
        return promised


_LOCATIONS = select(CurrentRecommendationRow)


def need_of(network: Network, name: str) -> Decimal:
    """What the location lacks before transfers, in whole bottles."""
    told = network.recommendation(name)
    need = Decimal(told.explanation["net_requirement"]) - of_kind(told, "transfer_in")
    return need.to_integral_value(ROUND_CEILING)

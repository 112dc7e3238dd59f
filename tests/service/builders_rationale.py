"""What planning stores beside a proposal: inputs, explanation, decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from rules.ordering.explain import Subject, explain
from rules.ordering.explanation import Explanation
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.supply_and_demand import Contribution, DemandSide, SupplyLine, SupplySide
from rules.ordering.terms import Record
from service.replenishment.tables import DecisionRow
from service.signals.tables import DemandSignalRow

TODAY = date(2011, 8, 29)
MADE_UP = "made up: seeded generator"
POLICY_HASH = "b2f1c0de" * 8


@dataclass(frozen=True)
class Hope:
    """An opportunity for an item."""

    opportunity_id: str
    quantity: int
    win_probability: str = "0.6"
    account: str = "Northgate Gifts"


@dataclass(frozen=True)
class Planned:
    """An item at a location with what planning made of it."""

    item_id: str = "BOTTLE"
    description: str = "HOT WATER BOTTLE TEA AND SYMPATHY"
    location_id: str = "DC-UK"
    weekly: float = 40
    lead_time_days: int = 21
    required_in_days: int = 21
    on_hand: int = 60
    price: str = "3.75"
    hopes: Sequence[Hope] = ()
    state: str = "in_review"
    planner_quantity: int | None = None
    edited_against: int | None = None
    rule_id: str = "value-above-limit"
    note: str = "Order value is above what may go out unseen"
    outcome: str = "review"
    provenance: str = MADE_UP
    ref: str = ""
    own_maximum: str | None = None
    """The maximum of the ERP's own order point, if it has one."""

    @property
    def interval_days(self) -> int:
        return self.lead_time_days + 7

    @property
    def interval_mean(self) -> float:
        return self.weekly * self.interval_days / 7


def inputs_of(
    planned: Planned, signals: Sequence[DemandSignalRow], run_id: UUID, now: datetime
) -> dict[str, Any]:
    """The inputs document, as far as pages read it."""
    point = {
        "system": "erp",
        "minimum_quantity": "20",
        "target_quantity": "100",
        "maximum_quantity": planned.own_maximum,
        "version": "3",
    }
    return {
        **({"order_point": point} if planned.own_maximum else {}),
        "unit": "EA",
        "baseline": {"run_id": str(run_id)},
        "terms": {
            "supplier_id": "SUPPLIER-07",
            "lead_time_days": planned.lead_time_days,
            "review_period_days": 7,
            "minimum_order_quantity": "48",
            "order_multiple": "24",
            "unit_price": planned.price,
            "currency": "GBP",
            "version": now.isoformat(),
        },
        "stock": {"usable": str(planned.on_hand), "as_of": now.isoformat()},
        "opportunities": [
            {
                "opportunity": name_of(planned, signal),
                "signal_id": str(signal.signal_id),
                "account_id": signal.account_id,
                "quantity": str(signal.quantity),
                "ordered": "0",
                "win_probability": str(signal.win_probability),
                "quantity_basis": "incremental",
                "status": "open",
                "window_start": signal.window_start.isoformat(),
                "window_end": signal.window_end.isoformat(),
            }
            for signal in signals
        ],
    }


def name_of(planned: Planned, signal: DemandSignalRow) -> str:
    """What an opportunity line asks of the location."""
    return f"crm/{signal.opportunity_id}/1@{planned.location_id}"


def explanation_of(
    planned: Planned, signals: Sequence[DemandSignalRow], run_id: UUID, now: datetime
) -> Explanation:
    """Terms that add up: safety stock is a third of the expected demand."""
    mean = Decimal(str(round(planned.interval_mean, 6)))
    hopes = tuple(
        Contribution(
            opportunity_id=signal.opportunity_id,
            quantity=signal.quantity,
            unordered=signal.quantity,
            win_probability=signal.win_probability,
            expected=signal.quantity * signal.win_probability,
            record=Record("demand_signal", name_of(planned, signal), "3"),
        )
        for signal in signals
    )
    expected = mean + sum((one.expected for one in hopes), Decimal(0))
    demand = DemandSide(
        order_up_to_level=round(expected * Decimal("1.318733"), 6),
        cycle_service_level=Decimal("0.95"),
        baseline_mean=mean,
        opportunities=hopes,
        baseline=(Record("forecast_run", str(run_id), "39 weeks"),),
        policy=Record("policy", POLICY_HASH, ""),
    )
    due = TODAY + timedelta(days=5)
    line = Record("open_purchase_line", "erp/PO-4711/1", due.isoformat())
    key = f"{planned.item_id}@{planned.location_id}"
    supply = SupplySide(
        usable_on_hand=Decimal(planned.on_hand),
        stock=Record("stock_position", key, now.isoformat()),
        receipts=(SupplyLine("erp/PO-4711/1", Decimal(24), line, due),),
    )
    lot = LotSizing(Decimal(48), Decimal(24), Decimal(1))
    return explain(demand, supply, lot, Subject(unit="EA"))


def decision_of(
    planned: Planned, explanation: Explanation, ids: tuple[UUID, UUID], now: datetime
) -> DecisionRow:
    hoped = sum(
        (term.quantity for term in explanation.terms if term.kind == "opportunity"), Decimal(0)
    )
    return DecisionRow(
        recommendation_id=ids[0],
        decision_id=ids[1],
        policy_hash=POLICY_HASH,
        policy="demo",
        policy_version=4,
        asked_for=TODAY,
        facts={
            "value": str(explanation.quantity * Decimal(planned.price)),
            "demand_class": "erratic",
            "history_weeks": 39,
            "backtest_error": "0.31",
            "opportunity_share": str(round(hoped / explanation.order_up_to_level, 4)),
            "planner_conflict": planned.planner_quantity is not None,
            "supplier": "SUPPLIER-07",
        },
        outcome=planned.outcome,
        rule_id=planned.rule_id,
        reasons=[
            {
                "rule_id": planned.rule_id,
                "stage": "route",
                "code": planned.rule_id,
                "note": planned.note,
            },
            {
                "rule_id": "stock-is-fresh",
                "stage": "guard",
                "code": "passed",
                "note": "Stock was counted today",
            },
        ],
        decided_at=now,
    )

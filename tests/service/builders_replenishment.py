"""Inputs of a recommendation in which only the numbers that matter are written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from forecasting.quantile_levels import QUANTILE_LEVELS
from service.replenishment.inputs import (
    BaselineInput,
    CommittedInput,
    KeyInputs,
    OpportunityInput,
    OrderInput,
    OverrideInput,
    ReceiptInput,
    Setting,
    StockInput,
    TermsInput,
)

TODAY = date(2011, 8, 29)
INTERVAL_DAYS = 21


def in_days(days: int) -> date:
    """A day counted from the planning day."""
    return TODAY + timedelta(days=days)


def key_inputs(**changes: Any) -> KeyInputs:
    """A bottle that sells 210 in three weeks, with 100 in stock and no lot restrictions."""
    usual: dict[str, Any] = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "unit": "EA",
        "unit_decimals": 0,
        "setting": setting(),
        "baseline": baseline(),
        "terms": terms(),
        "stock": stock(100),
        "opportunities": (),
        "orders": (),
        "receipts": (),
        "committed": (),
    }
    return KeyInputs(**{**usual, **changes})


def setting(**changes: Any) -> Setting:
    """95 % cycle service level on the planning day."""
    usual: dict[str, Any] = {
        "business_date": TODAY,
        "scenario_count": 2000,
        "won_grace_days": 14,
        "cycle_service_level": Decimal("0.95"),
        "value_currency": "GBP",
        "policy": "replenishment version 1",
        "policy_hash": "p" * 64,
    }
    return Setting(**{**usual, **changes})


def baseline(mean: float = 210.0, spread: float = 100.0) -> BaselineInput:
    """Demand spread evenly around its mean over the protection interval."""
    return BaselineInput(
        run_id="01900000-0000-7000-8000-000000000000",
        demand_class="smooth",
        history_weeks=39,
        interval_days=INTERVAL_DAYS,
        mean=mean,
        quantiles=tuple(mean + (level - 0.5) * spread for level in QUANTILE_LEVELS),
        backtest_error=0.3,
    )


def terms(**changes: Any) -> TermsInput:
    """Two weeks of lead time, weekly review."""
    usual: dict[str, Any] = {
        "supplier_id": "GLASSWORKS",
        "lead_time_days": 14,
        "review_period_days": 7,
        "minimum_order_quantity": Decimal(1),
        "order_multiple": Decimal(1),
        "unit_price": Decimal("2.50"),
        "currency": "GBP",
        "version": "1",
    }
    return TermsInput(**{**usual, **changes})


def stock(usable: int, *, backorders: int = 0, days_old: int = 0) -> StockInput:
    """A count at nine in the morning."""
    return StockInput(
        usable=Decimal(usable),
        backorders=Decimal(backorders),
        as_of=datetime(2011, 8, 29, 9, tzinfo=UTC) - timedelta(days=days_old),
        version="1",
    )


def opportunity(quantity: int = 400, **changes: Any) -> OpportunityInput:
    """An incremental opportunity at even odds, wanted well within the interval."""
    usual: dict[str, Any] = {
        "opportunity": "crm/OPP-1/1@UK",
        "signal_id": "01900000-0000-7000-8000-000000000001",
        "source_version": 1,
        "account_id": "ACME",
        "system": "crm",
        "opportunity_id": "OPP-1",
        "quantity": Decimal(quantity),
        "ordered": Decimal(0),
        "win_probability": Decimal("0.5"),
        "quantity_basis": "incremental",
        "status": "open",
        "window_start": in_days(3),
        "window_end": in_days(10),
        "account_share": 0.0,
    }
    return OpportunityInput(**{**usual, **changes})


def order(quantity: int, due: date, opportunity: str | None = None) -> OrderInput:
    """An open sales line."""
    return OrderInput(
        order=f"open/erp/{due}-{quantity}-{opportunity}",
        quantity=Decimal(quantity),
        due=due,
        opportunity=opportunity,
        on_top=opportunity is not None,
    )


def override(start: int = 0, end: int = INTERVAL_DAYS, **changes: Any) -> OverrideInput:
    """Anna expects half as much again, from and until days counted from the planning day."""
    usual: dict[str, Any] = {
        "override_id": "01900000-0000-7000-8000-000000000002",
        "version": 1,
        "author": "Anna",
        "reason": "trade fair",
        "starts_on": in_days(start),
        "expires_on": in_days(end),
        "factor": Decimal("1.5"),
        "per_week": None,
    }
    return OverrideInput(**{**usual, **changes})


def receipt(quantity: int, due: date) -> ReceiptInput:
    """An open purchase line."""
    return ReceiptInput(line=f"erp/{due}", quantity=Decimal(quantity), due=due, proposal_ref=None)


def taken(quantity: int) -> CommittedInput:
    """A proposal that the ERP took but does not show yet."""
    return CommittedInput(external_ref="PEG-1", quantity=Decimal(quantity), state="acknowledged")

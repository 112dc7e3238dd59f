"""Everything a recommendation reads, as one document: what is stored can be replayed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from service.replenishment.input_base import Input
from service.replenishment.network_inputs import NetworkInput, ReservedInput


class BaselineInput(Input):
    """The series' stored forecast over its protection interval; floats, base units."""

    run_id: str
    demand_class: str
    history_weeks: int
    interval_days: int
    mean: float
    quantiles: tuple[float, ...]
    backtest_error: float | None


class TermsInput(Input):
    """The supplier terms that apply: the first by priority.

    Where only lanes lead, those of the first lane, without supplier and price.
    """

    supplier_id: str | None
    lead_time_days: int
    review_period_days: int
    minimum_order_quantity: Decimal
    order_multiple: Decimal
    unit_price: Decimal | None
    currency: str | None
    version: str


class StockInput(Input):
    """The stock position; ``usable`` is on hand without what is blocked."""

    usable: Decimal
    backorders: Decimal
    as_of: datetime
    version: str


class OpportunityInput(Input):
    """The part of an opportunity line that this location is to supply."""

    opportunity: str
    signal_id: str
    source_version: int
    account_id: str
    system: str
    opportunity_id: str
    quantity: Decimal
    ordered: Decimal
    win_probability: Decimal
    quantity_basis: str
    status: str
    window_start: date
    window_end: date
    account_share: float

    @property
    def unordered(self) -> Decimal:
        """What no order has taken over yet."""
        return max(self.quantity - self.ordered, Decimal(0))


class OrderInput(Input):
    """An open sales order line; linked to an opportunity, ambiguous, or neither.

    ``on_top`` says that it is demand beyond the baseline; otherwise it consumes the baseline.
    """

    order: str
    quantity: Decimal
    due: date
    opportunity: str | None
    on_top: bool = False
    candidates: tuple[str, ...] = ()


class ReceiptInput(Input):
    """An open purchase line."""

    line: str
    quantity: Decimal
    due: date
    proposal_ref: str | None


class CommittedInput(Input):
    """A proposal that the ERP took but whose feed does not show yet."""

    external_ref: str
    quantity: Decimal
    state: str


class Setting(Input):
    """What holds for all keys of a pass."""

    business_date: date
    scenario_count: int
    won_grace_days: int
    """How long after its window a won but unordered quantity still counts."""
    cycle_service_level: Decimal
    value_currency: str | None
    """The currency in which the policy limits values."""
    policy: str
    """Name and version, for people; ``policy_hash`` is what counts."""
    policy_hash: str


class KeyInputs(Input):
    """All inputs of one (item, location)."""

    schema_version: int = 1
    item_id: str
    location_id: str
    unit: str
    unit_decimals: int
    setting: Setting
    baseline: BaselineInput
    terms: TermsInput
    stock: StockInput | None
    opportunities: tuple[OpportunityInput, ...]
    orders: tuple[OrderInput, ...]
    receipts: tuple[ReceiptInput, ...]
    committed: tuple[CommittedInput, ...]
    edited_against: Decimal | None = None
    """The recommendation that a planner's open edit was made against."""
    reserved: tuple[ReservedInput, ...] = ()
    network: NetworkInput | None = None
    """Its part of the transfer plan; None where no lane leads."""

    @property
    def key(self) -> tuple[str, str]:
        """(item_id, location_id)."""
        return self.item_id, self.location_id

    @model_serializer(mode="wrap")
    def _as_before(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields that came later are left out while empty: stored digests stay what they are."""
        document: dict[str, Any] = serialize(self)
        return {name: part for name, part in document.items() if part or name not in _LATER}


_LATER = frozenset({"reserved", "network"})

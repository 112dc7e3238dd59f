"""Everything a recommendation reads, as one document: what is stored can be replayed."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from service.replenishment.input_base import Input
from service.replenishment.network_inputs import NetworkInput, ReservedInput


def _absent(value: object) -> bool:
    """Left out of the document: what older inputs do not have must not change their digest."""
    return value is None


class OutsideForecastInput(Input):
    """The plan of another system that the baseline's mean and quantiles were taken from.

    ``version`` is the newest, ``as_of`` the oldest of the buckets within the interval.
    """

    system: str
    version: int
    as_of: datetime


class BaselineInput(Input):
    """The series' forecast over its protection interval; floats, base units.

    Our own as it is stored, unless ``outside`` names another system's.
    """

    run_id: str
    demand_class: str
    history_weeks: int
    interval_days: int
    mean: float
    quantiles: tuple[float, ...]
    backtest_error: float | None
    outside: OutsideForecastInput | None = Field(None, exclude_if=_absent)


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


class OverrideInput(Input):
    """A planner's override of the baseline on days of the interval: a factor or else a demand.

    It holds from ``starts_on`` until before ``expires_on``; ``per_week`` is in base units.
    """

    override_id: str
    version: int
    author: str
    reason: str
    starts_on: date
    expires_on: date
    factor: Decimal | None
    per_week: Decimal | None


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
    """An open purchase line; ``change_requested`` says that the ERP is being asked about it."""

    line: str
    quantity: Decimal
    due: date
    proposal_ref: str | None
    supplier_id: str | None = None
    change_requested: bool = False


class OrderPointInput(Input):
    """When the ERP would order by itself: below the minimum, up to the target."""

    system: str
    minimum_quantity: Decimal
    target_quantity: Decimal
    maximum_quantity: Decimal | None
    version: str


class CommittedInput(Input):
    """A proposal that the ERP took but whose feed does not show yet."""

    external_ref: str
    quantity: Decimal
    state: str


class RecommendedInput(Input):
    """What another system recommends to order, in place of what we would reckon ourselves.

    ``taken_since`` is what the ERP has taken since ``as_of``, which the system could not know.
    ``priced`` says that the terms of these inputs are those of the supplier it names, if any.
    ``to_lot`` is the policy's word on raising the quantity to the supplier's lot.
    """

    system: str
    version: int
    as_of: datetime
    quantity: Decimal
    supplier_id: str | None
    order_date: date | None
    required_date: date
    reference: str | None
    priced: bool
    to_lot: bool
    taken_since: tuple[CommittedInput, ...]


class SupplierOrderInput(Input):
    """What else is open for the same supplier and site, against the supplier's minimum.

    ``others`` is the value of the other lines in ``currency``; None where one of them has no
    price in it. ``planner_quantity`` is a planner's open edit of this line; a quantity of at most
    ``declined_quantity`` is not proposed, since a person has said no.
    """

    minimum_order_value: Decimal
    currency: str
    version: str
    others: Decimal | None
    planner_quantity: Decimal | None = None
    declined_quantity: Decimal = Decimal(0)


class Setting(Input):
    """What holds for all keys of a pass."""

    business_date: date
    scenario_count: int
    won_grace_days: int
    """How long after its window a won but unordered quantity still counts."""
    open_grace_days: int = Field(0, exclude_if=lambda days: days == 0)
    """How long after its window an open one does. Inputs stored before there was a grace have
    none, and keep their digest."""
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
    overrides: tuple[OverrideInput, ...] = Field((), exclude_if=lambda given: not given)
    """By day; left out of the document where there is none, as it was before there were any."""
    edited_against: Decimal | None = None
    """The recommendation that a planner's open edit was made against."""
    recommended: RecommendedInput | None = Field(None, exclude_if=_absent)
    """Another system's recommendation, where it is in charge."""
    supplier_order: SupplierOrderInput | None = Field(None, exclude_if=_absent)
    """Only where the supplier sets a minimum order value."""
    order_point: OrderPointInput | None = Field(None, exclude_if=_absent)
    """Only where the ERP has one of its own."""
    reserved: tuple[ReservedInput, ...] = Field((), exclude_if=lambda given: not given)
    network: NetworkInput | None = Field(None, exclude_if=_absent)
    """Its part of the transfer plan; None where no lane leads."""

    @property
    def key(self) -> tuple[str, str]:
        """(item_id, location_id)."""
        return self.item_id, self.location_id

    @property
    def supplier_id(self) -> str | None:
        """Who is to deliver: the terms' supplier, unless another system names one."""
        named = self.recommended.supplier_id if self.recommended else None
        return named or self.terms.supplier_id

    @property
    def priced(self) -> bool:
        """Whether the terms are those of the supplier that is to deliver."""
        return self.recommended is None or self.recommended.priced

"""What one recommendation rests on: the two sides of an order quantity.

All quantities in base units. The forecast's floats are converted once, by
``quantities.from_float``, before they come here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.ordering.terms import Record


@dataclass(frozen=True)
class LinkedOrder:
    """An open customer order that fulfils an opportunity, due within the interval."""

    order: str
    opportunity_id: str
    quantity: Decimal
    due: date
    record: Record


@dataclass(frozen=True)
class Contribution:
    """What an opportunity line adds to the expected demand of the interval.

    ``expected`` is the forecast's figure: quantity not yet ordered × win probability × share of
    the delivery that falls into the interval (``interval_share``, 0..1), less the account's
    usual demand where the opportunity replaces it. ``quantity`` is the whole line.
    """

    opportunity_id: str
    quantity: Decimal
    unordered: Decimal
    win_probability: Decimal
    expected: Decimal
    record: Record
    interval_share: Decimal = Decimal(1)
    quantity_basis: str = "incremental"
    status: str = "open"


@dataclass(frozen=True)
class DownstreamNeed:
    """What another location needs of this one, since no supplier delivers there.

    ``need`` is what it lacks, ``quantity`` the same in the lots in which it can be sent.
    """

    location_id: str
    need: Decimal
    quantity: Decimal
    record: Record


@dataclass(frozen=True)
class DemandSide:
    """Demand over the protection interval.

    ``order_up_to_level`` is the ``cycle_service_level`` quantile of all demand together.
    ``baseline_mean`` is the expected usual demand; ``orders_beyond_baseline`` what open orders
    demand on top of the baseline they consume. The safety stock is what the level holds above
    the sum of these expectations.
    ``downstream`` stands on top of the level.
    """

    order_up_to_level: Decimal
    cycle_service_level: Decimal
    baseline_mean: Decimal
    orders_beyond_baseline: Decimal = Decimal(0)
    linked_orders: tuple[LinkedOrder, ...] = ()
    opportunities: tuple[Contribution, ...] = ()
    downstream: tuple[DownstreamNeed, ...] = ()
    baseline: tuple[Record, ...] = ()
    unlinked_orders: tuple[Record, ...] = ()
    policy: Record | None = None


@dataclass(frozen=True)
class SupplyLine:
    """A scheduled receipt or a committed proposal; ``reference`` is what people call it."""

    reference: str
    quantity: Decimal
    record: Record
    due: date | None = None


@dataclass(frozen=True)
class SupplySide:
    """Stock and what is on its way. ``stock`` None means that no stock position is known.

    ``reserved`` lies there still, but the ERP has taken a transfer of it.
    """

    usable_on_hand: Decimal
    backorders: Decimal = Decimal(0)
    stock: Record | None = None
    receipts: tuple[SupplyLine, ...] = ()
    committed: tuple[SupplyLine, ...] = ()
    reserved: tuple[SupplyLine, ...] = ()


@dataclass(frozen=True)
class Movement:
    """A planned transfer as one end sees it; ``location_id`` is the other end."""

    location_id: str
    quantity: Decimal
    record: Record


@dataclass(frozen=True)
class NetworkSide:
    """What the plan moves: transfers given and received, and the need passed upstream."""

    given: tuple[Movement, ...] = ()
    received: tuple[Movement, ...] = ()
    passed_upstream: Movement | None = None


NO_NETWORK = NetworkSide()

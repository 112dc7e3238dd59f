"""Supply: what is in stock and what is on its way."""

from decimal import Decimal

from adapters.canonical.calendar import Day, Moment
from adapters.canonical.identity import Canonical, Code, SourceRef
from adapters.canonical.quantity import NonNegativeQuantity, PositiveQuantity, Quantity


class StockPosition(Canonical):
    """Stock of an item at a location, as counted at ``as_of``.

    ``unusable`` is blocked, expired or in quality inspection. ``allocated`` is shown to people
    and never subtracted: the open orders behind it consume the forecast.
    """

    source: SourceRef
    item_id: Code
    location_id: Code
    on_hand: Quantity
    unusable: NonNegativeQuantity = Decimal(0)
    allocated: NonNegativeQuantity = Decimal(0)
    backorders: NonNegativeQuantity = Decimal(0)
    unit: Code | None = None
    as_of: Moment


class OpenPurchaseLine(Canonical):
    """A purchase order line (or transfer) that is not received in full."""

    source: SourceRef
    item_id: Code
    location_id: Code
    supplier_id: Code | None = None
    quantity_open: PositiveQuantity
    unit: Code | None = None
    due_date: Day
    proposal_ref: Code | None = None
    """Our ``external_ref``, where the ERP kept it: the proposal this line fulfils. Else the ERP's
    own requisition number, if the line was made of one."""
    purchase_order_number: Code | None = None
    """The order that the line belongs to, where ``native_id`` does not begin with it."""

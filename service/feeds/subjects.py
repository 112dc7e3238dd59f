"""How each canonical object is kept: its table, its key, what it refers to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from adapters.canonical.demand import OpenSalesLine, SalesLine
from adapters.canonical.identity import Canonical
from adapters.canonical.master_data import Account, Item, Location, SupplierTerms
from adapters.canonical.network import TransferLane
from adapters.canonical.supply import (
    OpenPurchaseLine,
    OrderPoint,
    StockPosition,
    SupplierConditions,
)
from service.database.base import Table
from service.feeds.batches import FeedKind, OrderKind
from service.feeds.tables import (
    AccountRow,
    ItemRow,
    LocationRow,
    OpenPurchaseLineRow,
    OpenSalesLineRow,
    OrderPointRow,
    SalesLineRow,
    StockPositionRow,
    SupplierConditionsRow,
    SupplierTermsRow,
    TransferLaneRow,
)


@dataclass(frozen=True)
class Subject:
    """A canonical object and its table.

    ``known`` and ``given`` map columns to kinds of code. Codes of both pass through the cross
    references of the sender; what ``known`` names must then be in the master data, while a code
    under ``given`` is kept as it came. ``quantities`` are converted to base units as of
    ``measured_on``. ``version`` is a column that orders versions where the sender gives no time
    of change. ``ours`` are columns that no sender fills: what has happened to the object since
    its sender last told of it.
    """

    name: str
    model: type[Canonical]
    table: type[Table]
    key: tuple[str, ...]
    known: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    quantities: tuple[str, ...] = ()
    measured_on: Callable[[Any], date] = field(default=lambda _row: date.min)
    version: str | None = None
    order_kind: OrderKind | None = None
    ours: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that the sender fills."""
        return tuple(
            column.name for column in self.table.__table__.columns if column.name not in self.ours
        )

    @cached_property
    def is_line(self) -> bool:
        """Whether the sender's own id is the key."""
        return self.key == LINE_KEY

    @cached_property
    def naming(self) -> tuple[str, ...]:
        """The fields of a row that identify its object."""
        return ("native_id",) if self.is_line else self.key


LINE_KEY = ("system", "native_id")
_STOCKED = {"item_id": "item", "location_id": "location"}

SUBJECTS = (
    Subject("item", Item, ItemRow, ("item_id",), given={"item_id": "item"}),
    Subject(
        "location",
        Location,
        LocationRow,
        ("location_id",),
        given={"location_id": "location", "parent_id": "location"},
    ),
    Subject(
        "account",
        Account,
        AccountRow,
        ("account_id",),
        known={"sourcing_location_id": "location"},
        given={"account_id": "account"},
    ),
    Subject(
        "supplier_terms",
        SupplierTerms,
        SupplierTermsRow,
        ("item_id", "location_id", "supplier_id"),
        known=_STOCKED,
        given={"supplier_id": "supplier"},
    ),
    Subject(
        "supplier_conditions",
        SupplierConditions,
        SupplierConditionsRow,
        LINE_KEY,
        known={"location_id": "location"},
        given={"supplier_id": "supplier"},
    ),
    Subject(
        "transfer_lane",
        TransferLane,
        TransferLaneRow,
        LINE_KEY,
        known={
            "item_id": "item",
            "from_location_id": "location",
            "to_location_id": "location",
        },
    ),
    Subject(
        "order_point",
        OrderPoint,
        OrderPointRow,
        ("item_id", "location_id"),
        known=_STOCKED,
        quantities=("minimum_quantity", "target_quantity", "maximum_quantity"),
    ),
    Subject(
        "sales_line",
        SalesLine,
        SalesLineRow,
        LINE_KEY,
        known=_STOCKED,
        given={"account_id": "account"},
        quantities=("quantity",),
        measured_on=lambda row: row.sold_on,
    ),
    Subject(
        "stock_position",
        StockPosition,
        StockPositionRow,
        ("item_id", "location_id"),
        known=_STOCKED,
        quantities=("on_hand", "unusable", "allocated", "backorders"),
        measured_on=lambda row: row.as_of.date(),
        version="as_of",
    ),
    Subject(
        "open_purchase_line",
        OpenPurchaseLine,
        OpenPurchaseLineRow,
        LINE_KEY,
        known=_STOCKED,
        given={"supplier_id": "supplier"},
        quantities=("quantity_open",),
        measured_on=lambda row: row.due_date,
        order_kind=OrderKind.PURCHASE,
    ),
    Subject(
        "open_sales_line",
        OpenSalesLine,
        OpenSalesLineRow,
        LINE_KEY,
        known=_STOCKED,
        given={"account_id": "account"},
        quantities=("quantity_open",),
        measured_on=lambda row: row.requested_date,
        order_kind=OrderKind.SALES,
        ours=("shipped_since",),
    ),
)

SUBJECT_OF: dict[type[Canonical], Subject] = {subject.model: subject for subject in SUBJECTS}
SUBJECT_NAMED: dict[str, Subject] = {subject.name: subject for subject in SUBJECTS}

SUBJECTS_OF_KIND: dict[FeedKind, tuple[Subject, ...]] = {
    FeedKind.ITEMS: (SUBJECT_OF[Item],),
    FeedKind.LOCATIONS: (SUBJECT_OF[Location],),
    FeedKind.ACCOUNTS: (SUBJECT_OF[Account],),
    FeedKind.SUPPLIER_TERMS: (SUBJECT_OF[SupplierTerms],),
    FeedKind.SUPPLIER_CONDITIONS: (SUBJECT_OF[SupplierConditions],),
    FeedKind.TRANSFER_LANES: (SUBJECT_OF[TransferLane],),
    FeedKind.ORDER_POINTS: (SUBJECT_OF[OrderPoint],),
    FeedKind.SALES_LINES: (SUBJECT_OF[SalesLine],),
    FeedKind.STOCK_POSITIONS: (SUBJECT_OF[StockPosition],),
    FeedKind.OPEN_ORDERS: (SUBJECT_OF[OpenPurchaseLine], SUBJECT_OF[OpenSalesLine]),
}
KIND_OF_SUBJECT: dict[str, FeedKind] = {
    subject.name: kind for kind, subjects in SUBJECTS_OF_KIND.items() for subject in subjects
}

"""What the intake takes and what it answers: batches, snapshot parts, one result per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from adapters.canonical.demand import OpenSalesLine, SalesLine
from adapters.canonical.identity import Canonical, SourceRef
from adapters.canonical.master_data import Account, Item, Location, SupplierTerms
from adapters.canonical.network import TransferLane
from adapters.canonical.supply import (
    OpenPurchaseLine,
    OrderPoint,
    StockPosition,
    SupplierConditions,
)


class FeedKind(StrEnum):
    """What a batch is about; one route each."""

    ITEMS = "items"
    LOCATIONS = "locations"
    ACCOUNTS = "accounts"
    SUPPLIER_TERMS = "supplier_terms"
    SUPPLIER_CONDITIONS = "supplier_conditions"
    TRANSFER_LANES = "transfer_lanes"
    ORDER_POINTS = "order_points"
    SALES_LINES = "sales_lines"
    STOCK_POSITIONS = "stock_positions"
    OPEN_ORDERS = "open_orders"


class OrderKind(StrEnum):
    """Which side of the business an open order line is on."""

    PURCHASE = "purchase"
    SALES = "sales"


@dataclass(frozen=True)
class Removal:
    """The sender no longer has this object; what was stored is kept but no longer used.

    ``key`` holds the fields that identify the object beside ``source.native_id``: item_id for
    an item, item_id and location_id for a stock position, nothing for lines.
    """

    model: type[Canonical]
    source: SourceRef
    key: Mapping[str, str]


@dataclass(frozen=True)
class UnreadableRow:
    """A row that is no canonical object, with the problem the sender is told.

    ``named`` are the identifying fields where they could be read: a snapshot does not take
    the object for absent just because something else in its row is wrong.
    """

    problem: dict[str, Any]
    model: type[Canonical] | None = None
    named: Mapping[str, str] | None = None


CanonicalRow = (
    Item
    | Location
    | Account
    | SupplierTerms
    | SupplierConditions
    | TransferLane
    | OrderPoint
    | SalesLine
    | StockPosition
    | OpenPurchaseLine
    | OpenSalesLine
)
FeedRow = CanonicalRow | Removal | UnreadableRow


@dataclass(frozen=True)
class SnapshotPart:
    """Which part of which full picture a batch is.

    ``locations`` (the sender's codes) and ``order_kinds`` say what the picture covers; empty
    means all of it. Parts are numbered from 1, in any order of arrival; ``last`` marks the one
    with the highest number.
    """

    snapshot_id: str
    part: int = 1
    last: bool = False
    locations: tuple[str, ...] = ()
    order_kinds: tuple[OrderKind, ...] = ()


@dataclass(frozen=True)
class FeedBatch:
    """Rows of one kind from one system: a delta, or a part of a snapshot.

    ``waited`` says that the rows do not come from the system now but have waited here.
    """

    system: str
    kind: FeedKind
    rows: Sequence[FeedRow]
    snapshot: SnapshotPart | None = None
    waited: bool = False


class Outcome(StrEnum):
    """What became of a row.

    ``stored``: taken over. ``unchanged``: known already. ``stale``: older than what is stored,
    ignored. ``rejected``: wrong, see its problem; nothing was changed. ``exception``: right in
    itself, but something it refers to is unknown; kept in the exception queue for replay.
    """

    STORED = "stored"
    UNCHANGED = "unchanged"
    STALE = "stale"
    REJECTED = "rejected"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class RowResult:
    """The answer to the row with this position in its batch, counted from 0."""

    row: int
    result: Outcome
    problem: dict[str, Any] | None = None
    exception_id: UUID | None = None

"""What the feed routes take and answer, as OpenAPI describes it.

Rows are not validated here but one by one later: a bad row is answered, not the whole batch
refused. Only their schema is shown.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from adapters.canonical.demand import OpenSalesLine, SalesLine
from adapters.canonical.identity import Code
from adapters.canonical.master_data import Account, Item, Location, SupplierTerms
from adapters.canonical.network import TransferLane
from adapters.canonical.supply import (
    OpenPurchaseLine,
    OrderPoint,
    StockPosition,
    SupplierConditions,
)
from service.feeds.batches import OrderKind, Outcome, SnapshotPart
from service.feeds.cross_references import CrossReference
from service.feeds.row_schemas import flat_schema, inlined_schema

LARGEST_BATCH = 5000
LARGEST_SCOPE = 1000


class Closed(BaseModel):
    """A body that takes no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ScopeBody(Closed):
    """What a snapshot covers; empty means all that the system has of this kind."""

    locations: list[Code] = Field(
        default_factory=list,
        max_length=LARGEST_SCOPE,
        description="only these locations: terms, stock positions and open orders",
    )
    kinds: list[OrderKind] = Field(
        default_factory=list, max_length=2, description="only these kinds of open orders"
    )


class SnapshotBody(Closed):
    """Which part of which full picture the rows are."""

    id: Code = Field(description="new for each snapshot, the same in all of its parts")
    scope: ScopeBody = Field(default_factory=ScopeBody)
    part: int = Field(1, ge=1, le=100_000, description="counted from 1, sent in any order")
    last: bool = Field(default=False, description="this part has the highest number")


class BatchBody(Closed):
    """Rows of one system; each is answered by itself."""

    system: Code = Field(description="the system that the API key speaks for")
    mode: Literal["delta", "snapshot"] = Field(
        "delta",
        description="delta: what changed. snapshot: a part of all there is; what no part "
        "named is gone when the last missing part comes in",
    )
    snapshot: SnapshotBody | None = None
    rows: list[Any] = Field(max_length=LARGEST_BATCH)

    @model_validator(mode="after")
    def _snapshot_if_and_only_if(self) -> Self:
        if (self.mode == "snapshot") != (self.snapshot is not None):
            raise ValueError("mode 'snapshot' needs a snapshot, mode 'delta' has none")
        return self

    def part(self) -> SnapshotPart | None:
        """The snapshot part in the words of the intake."""
        told = self.snapshot
        if told is None:
            return None
        scope = told.scope
        return SnapshotPart(
            told.id, told.part, told.last, tuple(scope.locations), tuple(scope.kinds)
        )


class ItemsBody(BatchBody):
    """Items with their units."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(Item))]] = Field(max_length=LARGEST_BATCH)


class LocationsBody(BatchBody):
    """Locations."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(Location))]] = Field(
        max_length=LARGEST_BATCH
    )


class AccountsBody(BatchBody):
    """Customers."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(Account))]] = Field(
        max_length=LARGEST_BATCH
    )


class SupplierTermsBody(BatchBody):
    """Who supplies what to where, and on which terms."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(SupplierTerms))]] = Field(
        max_length=LARGEST_BATCH
    )


class SupplierConditionsBody(BatchBody):
    """What suppliers ask of a whole order: minimum value, free freight, containers."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(SupplierConditions))]] = Field(
        max_length=LARGEST_BATCH
    )


class TransferLanesBody(BatchBody):
    """Between which locations goods may be transferred."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(TransferLane))]] = Field(
        max_length=LARGEST_BATCH
    )


class OrderPointsBody(BatchBody):
    """When an ERP would order by itself, and up to which stock."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(OrderPoint))]] = Field(
        max_length=LARGEST_BATCH
    )


class SalesLinesBody(BatchBody):
    """Deliveries and returns; deltas only."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(SalesLine))]] = Field(
        max_length=LARGEST_BATCH
    )


class StockPositionsBody(BatchBody):
    """Counted stock."""

    rows: list[Annotated[Any, WithJsonSchema(flat_schema(StockPosition))]] = Field(
        max_length=LARGEST_BATCH
    )


_ORDER_SCHEMA: dict[str, Any] = {
    "oneOf": [flat_schema(OpenPurchaseLine), flat_schema(OpenSalesLine)]
}


class OpenOrdersBody(BatchBody):
    """Purchase and sales order lines that are not delivered in full."""

    rows: list[Annotated[Any, WithJsonSchema(_ORDER_SCHEMA)]] = Field(max_length=LARGEST_BATCH)


class CrossReferencesBody(Closed):
    """What senders' codes mean."""

    rows: list[Annotated[Any, WithJsonSchema(inlined_schema(CrossReference))]] = Field(
        max_length=LARGEST_BATCH
    )


class RowProblem(BaseModel):
    """What is wrong with a row (RFC 9457)."""

    type: str
    title: str
    detail: str
    remedy: str
    pointer: str = Field(description="JSON pointer into the request")
    errors: list[dict[str, str]] = []


class RowAnswer(BaseModel):
    """What became of one row."""

    row: int = Field(description="position in the request, counted from 0")
    result: Outcome
    problem: RowProblem | None
    exception_id: str | None = Field(description="where it waits in the exception queue")


class SnapshotAnswer(BaseModel):
    """How far a snapshot has come."""

    id: str
    state: Literal["open", "closed"]
    parts: list[int] = Field(description="the parts received")
    missing: list[int] = Field(description="known to be missing; the rest is not known yet")
    gone: int | None = Field(description="how many rows no part named, once closed")
    absence_ignored: bool = Field(
        description="a row could not be identified, so nothing was taken for gone"
    )


class BatchAnswer(BaseModel):
    """One result per row, in order, and how many of each."""

    counts: dict[Outcome, int]
    results: list[RowAnswer]
    snapshot: SnapshotAnswer | None = None

"""Feed rows that leave only the numbers that matter."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import delete, select

from adapters.canonical.demand import OpenSalesLine, SalesLine
from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Account, Item, Location, SupplierTerms, UnitConversion
from adapters.canonical.supply import OpenPurchaseLine, OrderPoint, StockPosition
from service.access.api_keys import Scope, create_key
from service.context import ServiceContext
from service.feeds.batches import FeedBatch, FeedKind, FeedRow, Outcome, RowResult, SnapshotPart
from service.feeds.intake import take
from service.policies.versions import ensure_default
from service.work.tables import DirtyKeyRow

SYSTEM = "erp"
FIRST = datetime(2011, 8, 1, 6, 0, tzinfo=UTC)
"""The time of change of a first version."""


def source(native_id: str, changed_at: datetime | None = None, system: str = SYSTEM) -> SourceRef:
    return SourceRef(system=system, native_id=native_id, changed_at=changed_at)


def item(item_id: str = "BOTTLE", **fields: Any) -> Item:
    return Item(**{"source": source(item_id), "item_id": item_id, **fields})


def order_point(maximum: str | None = "300", **fields: object) -> OrderPoint:
    """Below 20 up to 100, and never above the maximum."""
    told = {
        "source": source("OP-1"),
        "item_id": "BOTTLE",
        "location_id": "UK",
        "minimum_quantity": "20",
        "target_quantity": "100",
        "maximum_quantity": maximum,
    }
    return OrderPoint.model_validate({**told, **fields})


def box(pieces: str, since: date = date.min, denominator: str = "1") -> UnitConversion:
    return UnitConversion(
        unit="BOX",
        numerator=Decimal(pieces),
        denominator=Decimal(denominator),
        valid_from=since,
    )


def location(location_id: str = "UK", **fields: Any) -> Location:
    return Location(**{"source": source(location_id), "location_id": location_id, **fields})


def account(account_id: str = "14646", **fields: Any) -> Account:
    return Account(**{"source": source(account_id), "account_id": account_id, **fields})


def terms(item_id: str = "BOTTLE", location_id: str = "UK", **fields: Any) -> SupplierTerms:
    told = {
        "source": source(f"{item_id}/{location_id}"),
        "item_id": item_id,
        "location_id": location_id,
        "supplier_id": "S-01",
        "lead_time_days": 14,
        "unit_price": Decimal("2.10"),
        "currency": "GBP",
    }
    return SupplierTerms(**{**told, **fields})


def sale(native_id: str = "SO-1", quantity: str = "5", **fields: Any) -> SalesLine:
    told = {
        "source": source(native_id),
        "item_id": "BOTTLE",
        "location_id": "UK",
        "sold_on": date(2011, 8, 1),
        "quantity": Decimal(quantity),
    }
    return SalesLine(**{**told, **fields})


def stock(on_hand: str = "140", **fields: Any) -> StockPosition:
    told = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "on_hand": Decimal(on_hand),
        "as_of": FIRST,
        **fields,
    }
    return StockPosition(**{"source": source(f"{told['item_id']}/{told['location_id']}"), **told})


def purchase(native_id: str = "PO-1", quantity: str = "96", **fields: Any) -> OpenPurchaseLine:
    told = {
        "source": source(native_id),
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity_open": Decimal(quantity),
        "due_date": date(2011, 9, 5),
    }
    return OpenPurchaseLine(**{**told, **fields})


def order(native_id: str = "SO-9", quantity: str = "24", **fields: Any) -> OpenSalesLine:
    told = {
        "source": source(native_id),
        "item_id": "BOTTLE",
        "location_id": "UK",
        "quantity_open": Decimal(quantity),
        "requested_date": date(2011, 9, 2),
    }
    return OpenSalesLine(**{**told, **fields})


class Erp:
    """A system that feeds the service directly, without a web request."""

    def __init__(self, context: ServiceContext, system: str = SYSTEM) -> None:
        self.context = context
        self.system = system

    def send(
        self, kind: FeedKind, *rows: FeedRow, snapshot: SnapshotPart | None = None
    ) -> list[RowResult]:
        batch = FeedBatch(self.system, kind, rows, snapshot)
        with self.context.database.write() as session:
            return take(session, batch, self.context.clock())

    def stocked(self, items: Sequence[str] = ("BOTTLE",), places: Sequence[str] = ("UK",)) -> "Erp":
        """With master data told, and nothing dirty."""
        self.send(FeedKind.ITEMS, *map(item, items))
        self.send(FeedKind.LOCATIONS, *map(location, places))
        clean(self.context)
        return self


def steady_erp(context: ServiceContext) -> Erp:
    """An ERP that has told of steady sales of bottles at UK since a year, and of little stock."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, location("UK"), location("FR"))
    erp.send(FeedKind.ITEMS, item("BOTTLE"))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms())
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", as_of=context.clock()))
    days = [date(2011, 8, 28) - timedelta(days=back) for back in range(210)]
    erp.send(FeedKind.SALES_LINES, *(sale(f"SO-{day}", "10", sold_on=day) for day in days))
    return erp


def outcomes(results: Sequence[RowResult]) -> list[Outcome]:
    return [result.result for result in results]


def clean(context: ServiceContext) -> None:
    """As after a recompute: nothing is dirty."""
    with context.database.write() as session:
        session.execute(delete(DirtyKeyRow))


def dirty(context: ServiceContext) -> dict[tuple[str, str], bool]:
    """The dirty keys, and whether each wants a new baseline."""
    with context.database.read() as session:
        rows = session.execute(
            select(DirtyKeyRow.item_id, DirtyKeyRow.location_id, DirtyKeyRow.refit)
        )
        return {(row[0], row[1]): row[2] for row in rows}


def stored(context: ServiceContext, table: Any) -> list[Any]:
    """All rows of a table, in the order of their keys."""
    with context.database.read() as session:
        return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))


def key_for(context: ServiceContext, system: str, *scopes: Scope) -> dict[str, str]:
    """The headers of a system with these scopes."""
    with context.database.write() as session:
        key = create_key(session, system, scopes, context.clock())
    return {"Authorization": f"Bearer {key}"}


ClientFor = Callable[..., TestClient]

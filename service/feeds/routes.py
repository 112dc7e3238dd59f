"""Routes by which an ERP tells what it has: master data, history, stock, orders."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from service.feeds import examples
from service.feeds.batches import FeedKind
from service.feeds.bodies import (
    AccountsBody,
    BatchAnswer,
    CrossReferencesBody,
    ItemsBody,
    LocationsBody,
    OpenOrdersBody,
    SalesLinesBody,
    StockPositionsBody,
    SupplierTermsBody,
)
from service.feeds.cross_references import put_cross_references
from service.feeds.delivery import FeedSender, answer_of, deliver
from service.feeds.row_reading import read_cross_reference
from service.http.idempotency import Answer

router = APIRouter(tags=["feeds"])


def _example(value: dict[str, Any]) -> Any:
    return Body(openapi_examples={"example": Example(value=value)})


@router.post("/v1/items", response_model=BatchAnswer)
def post_items(
    body: Annotated[ItemsBody, _example(examples.ITEMS)], sender: FeedSender
) -> JSONResponse:
    """Items and their units. An item's base unit is fixed once it is stored."""
    return deliver(sender, FeedKind.ITEMS, body)


@router.post("/v1/locations", response_model=BatchAnswer)
def post_locations(
    body: Annotated[LocationsBody, _example(examples.LOCATIONS)], sender: FeedSender
) -> JSONResponse:
    """Locations. A parent may come later than its children."""
    return deliver(sender, FeedKind.LOCATIONS, body)


@router.post("/v1/accounts", response_model=BatchAnswer)
def post_accounts(
    body: Annotated[AccountsBody, _example(examples.ACCOUNTS)], sender: FeedSender
) -> JSONResponse:
    """Customers, with the location that supplies them where that is agreed."""
    return deliver(sender, FeedKind.ACCOUNTS, body)


@router.post("/v1/supplier-terms", response_model=BatchAnswer)
def post_supplier_terms(
    body: Annotated[SupplierTermsBody, _example(examples.SUPPLIER_TERMS)], sender: FeedSender
) -> JSONResponse:
    """Supplier's terms by item and location; quantities in base units.

    An item is planned at a location once there are terms for it.
    """
    return deliver(sender, FeedKind.SUPPLIER_TERMS, body)


@router.post("/v1/sales-lines", response_model=BatchAnswer)
def post_sales_lines(
    body: Annotated[SalesLinesBody, _example(examples.SALES_LINES)], sender: FeedSender
) -> JSONResponse:
    """Delivered and returned quantities, as deltas only; returns are negative.

    A line is kept under its native id: sent again, it replaces itself. An unknown account is
    stored as given; an unknown item, location or unit makes the line an exception.
    """
    return deliver(sender, FeedKind.SALES_LINES, body)


@router.post("/v1/stock-positions", response_model=BatchAnswer)
def post_stock_positions(
    body: Annotated[StockPositionsBody, _example(examples.STOCK_POSITIONS)], sender: FeedSender
) -> JSONResponse:
    """Counted stock. A count older than the one stored is ignored."""
    return deliver(sender, FeedKind.STOCK_POSITIONS, body)


@router.post("/v1/open-orders", response_model=BatchAnswer)
def post_open_orders(
    body: Annotated[OpenOrdersBody, _example(examples.OPEN_ORDERS)], sender: FeedSender
) -> JSONResponse:
    """Order lines that are not delivered in full; each row says 'purchase' or 'sales'.

    A line that is done is sent with ``"gone": true``, or left out of the next snapshot.
    """
    return deliver(sender, FeedKind.OPEN_ORDERS, body)


@router.put("/v1/cross-references", response_model=BatchAnswer)
def put_cross_reference_batch(
    body: Annotated[CrossReferencesBody, _example(examples.CROSS_REFERENCES)], sender: FeedSender
) -> JSONResponse:
    """What the codes of any system mean; exceptions they solve are replayed by their own route."""
    read = [read_cross_reference(raw, index) for index, raw in enumerate(body.rows)]

    def produce(session: Session) -> Answer:
        now = sender.context.clock()
        return 200, answer_of(put_cross_references(session, read, sender.system.system, now))

    return sender.once("feeds/cross_references", produce)

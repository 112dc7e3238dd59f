"""Routes by which an ERP tells what it has: master data, history, stock, orders."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel
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
    OrderPointsBody,
    SalesLinesBody,
    StockPositionsBody,
    SupplierConditionsBody,
    SupplierTermsBody,
    TransferLanesBody,
)
from service.feeds.cross_references import put_cross_references
from service.feeds.delivery import CodeSender, FeedSender, answer_of, deliver
from service.feeds.row_reading import read_cross_reference
from service.http.bodies import described, schema_of
from service.http.idempotency import Answer

router = APIRouter(tags=["feeds"])


def _described(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    return described(schema_of(model), example)


@router.post(
    "/v1/items", response_model=BatchAnswer, openapi_extra=_described(ItemsBody, examples.ITEMS)
)
def post_items(sender: FeedSender) -> JSONResponse:
    """Items and their units. An item's base unit is fixed once it is stored."""
    return deliver(sender, FeedKind.ITEMS, ItemsBody)


@router.post(
    "/v1/locations",
    response_model=BatchAnswer,
    openapi_extra=_described(LocationsBody, examples.LOCATIONS),
)
def post_locations(sender: FeedSender) -> JSONResponse:
    """Locations. A parent may come later than its children."""
    return deliver(sender, FeedKind.LOCATIONS, LocationsBody)


@router.post(
    "/v1/accounts",
    response_model=BatchAnswer,
    openapi_extra=_described(AccountsBody, examples.ACCOUNTS),
)
def post_accounts(sender: FeedSender) -> JSONResponse:
    """Customers, with the location that supplies them where that is agreed."""
    return deliver(sender, FeedKind.ACCOUNTS, AccountsBody)


@router.post(
    "/v1/supplier-terms",
    response_model=BatchAnswer,
    openapi_extra=_described(SupplierTermsBody, examples.SUPPLIER_TERMS),
)
def post_supplier_terms(sender: FeedSender) -> JSONResponse:
    """Supplier's terms by item and location; quantities in base units.

    An item is planned at a location once there are terms for it.
    """
    return deliver(sender, FeedKind.SUPPLIER_TERMS, SupplierTermsBody)


@router.post(
    "/v1/supplier-conditions",
    response_model=BatchAnswer,
    openapi_extra=_described(SupplierConditionsBody, examples.SUPPLIER_CONDITIONS),
)
def post_supplier_conditions(sender: FeedSender) -> JSONResponse:
    """What a supplier asks of a whole order: minimum value, free freight, containers.

    No order goes out by itself while all that is open for its supplier and site together is
    worth less than the minimum.
    """
    return deliver(sender, FeedKind.SUPPLIER_CONDITIONS, SupplierConditionsBody)


@router.post(
    "/v1/transfer-lanes",
    response_model=BatchAnswer,
    openapi_extra=_described(TransferLanesBody, examples.TRANSFER_LANES),
)
def post_transfer_lanes(sender: FeedSender) -> JSONResponse:
    """Lanes by which one location can supply another; quantities in base units.

    Before anything is bought, the surplus of a location at the other end of a lane is used.
    """
    return deliver(sender, FeedKind.TRANSFER_LANES, TransferLanesBody)


@router.post(
    "/v1/order-points",
    response_model=BatchAnswer,
    openapi_extra=_described(OrderPointsBody, examples.ORDER_POINTS),
)
def post_order_points(sender: FeedSender) -> JSONResponse:
    """When you would order an item for a location by yourself, and up to which stock.

    A hint: what would lift the stock above your own maximum is looked at by a person.
    """
    return deliver(sender, FeedKind.ORDER_POINTS, OrderPointsBody)


@router.post(
    "/v1/sales-lines",
    response_model=BatchAnswer,
    openapi_extra=_described(SalesLinesBody, examples.SALES_LINES),
)
def post_sales_lines(sender: FeedSender) -> JSONResponse:
    """Delivered and returned quantities, as deltas only; returns are negative.

    A line is kept under its native id: sent again, it replaces itself. An unknown account is
    stored as given; an unknown item, location or unit makes the line an exception. A line that
    says which open order it ships is taken off that order until the order is told anew; with
    ``changed_at`` on both, it does not matter which of the two comes first.
    """
    return deliver(sender, FeedKind.SALES_LINES, SalesLinesBody)


@router.post(
    "/v1/stock-positions",
    response_model=BatchAnswer,
    openapi_extra=_described(StockPositionsBody, examples.STOCK_POSITIONS),
)
def post_stock_positions(sender: FeedSender) -> JSONResponse:
    """Counted stock. A count older than the one stored is ignored."""
    return deliver(sender, FeedKind.STOCK_POSITIONS, StockPositionsBody)


@router.post(
    "/v1/open-orders",
    response_model=BatchAnswer,
    openapi_extra=_described(OpenOrdersBody, examples.OPEN_ORDERS),
)
def post_open_orders(sender: FeedSender) -> JSONResponse:
    """Order lines that are not delivered in full; each row says 'purchase' or 'sales'.

    A line that is done is sent with ``"gone": true``, or left out of the next snapshot.
    """
    return deliver(sender, FeedKind.OPEN_ORDERS, OpenOrdersBody)


@router.put(
    "/v1/cross-references",
    response_model=BatchAnswer,
    openapi_extra=_described(CrossReferencesBody, examples.CROSS_REFERENCES),
)
def put_cross_reference_batch(sender: CodeSender) -> JSONResponse:
    """What the codes of any system mean; exceptions they solve are replayed by their own route."""
    rows = sender.body(CrossReferencesBody).rows
    read = [read_cross_reference(raw, index) for index, raw in enumerate(rows)]

    def produce(session: Session) -> Answer:
        now = sender.context.clock()
        return 200, answer_of(put_cross_references(session, read, sender.system.system, now))

    return sender.once("feeds/cross_references", produce)

"""Supplier orders: what is open by supplier and site, and its lines for approval together."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from service.feeds.tables import LocationRow
from service.http.context import Context
from service.http.problems import Problem
from service.proposals.supplier_orders import Group
from service.replenishment.supplier_order_view import order_views, orders_page
from service.web.form_fields import searched
from service.web.outcomes import message_of
from service.web.possible_actions import can_be_approved
from service.web.rendering import render
from service.web.visitor import Visitor, frame

router = APIRouter(include_in_schema=False)
_LARGEST_BULK = 500
"""As many rows as one bulk decision takes."""


def order_address(group: Group) -> str:
    """The page of one supplier order."""
    return "/supplier-orders/lines?" + urlencode({"supplier": group[0], "location": group[1]})


@router.get("/supplier-orders")
def supplier_orders(request: Request, context: Context, visitor: Visitor) -> Response:
    """Supplier orders, fifty a page."""
    query = request.query_params
    after = searched(query.get("supplier", ""), 64), searched(query.get("location", ""), 64)
    with context.database.read() as session:
        views, following = orders_page(session, after if after[0] else None)
        more = following and urlencode({"supplier": following[0], "location": following[1]})
        return render(
            "supplier_orders.html",
            here="supplier-orders",
            frame=frame(session, context, visitor),
            views=views,
            names=_location_names(session, {view.group[1] for view in views}),
            address=order_address,
            following=more,
            later=bool(after[0]),
        )


@router.get("/supplier-orders/lines")
def supplier_order(request: Request, context: Context, visitor: Visitor) -> Response:
    """One supplier order with its lines; those that may be approved are picked."""
    query = request.query_params
    group = searched(query.get("supplier", ""), 64), searched(query.get("location", ""), 64)
    with context.database.read() as session:
        views = order_views(session, [group])
        message = message_of(session, query, visitor.person)
        if not views and message is None:
            raise Problem(
                404,
                "no-supplier-order",
                "Nothing is open for this supplier and site",
                remedy="Look at the list of supplier orders.",
            )
        decides = visitor.person.role.decides
        return render(
            "supplier_order.html",
            here="supplier-orders",
            frame=frame(session, context, visitor),
            group=group,
            view=views[0] if views else None,
            units={
                line.proposal.external_ref: line.proposal.unit
                for view in views
                for line in view.lines
            },
            location_name=_location_names(session, {group[1]}).get(group[1], group[1]),
            back=order_address(group),
            decides=decides,
            approvable=lambda proposal: decides and can_be_approved(proposal),
            most=_LARGEST_BULK,
            message=message,
        )


def _location_names(session: Session, locations: set[str]) -> dict[str, str]:
    rows = session.execute(
        select(LocationRow.location_id, LocationRow.name).where(
            LocationRow.location_id.in_(locations)
        )
    )
    return {row.location_id: row.name or row.location_id for row in rows}

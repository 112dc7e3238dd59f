"""``GET /v1/supplier-orders``: what is open by supplier and site, and what the supplier asks."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from rules.ordering.quantities import written
from rules.ordering.supplier_orders import Distance
from service.access.api_keys import Scope, System
from service.http.context import Context
from service.http.problems import Problem
from service.http.queries import KnownParametersOnly
from service.http.systems import system_with
from service.proposals.documents import described_proposal
from service.replenishment.supplier_order_view import (
    ORDERS_PER_PAGE,
    OrderView,
    order_views,
    orders_page,
)

router = APIRouter(prefix="/v1", tags=["supplier orders"])

Reader = Annotated[System, Depends(system_with(Scope.PROPOSALS_READ))]
Code = Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
OptionalCode = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


@router.get("/supplier-orders", summary="What is open by supplier and site")
def get_supplier_orders(
    context: Context,
    _system: Reader,
    _query: KnownParametersOnly,
    after_supplier: OptionalCode = None,
    after_location: OptionalCode = None,
    limit: Annotated[int, Query(ge=1, le=ORDERS_PER_PAGE)] = ORDERS_PER_PAGE,
) -> dict[str, Any]:
    """Open requisitions by supplier and receiving site, with what the ERP has not ordered yet.

    ``next`` has the values of ``after_supplier`` and ``after_location`` for the next page.
    """
    after = None
    if after_supplier is not None:
        after = after_supplier, after_location or ""
    with context.database.read() as session:
        views, following = orders_page(session, after, limit)
        return {
            "supplier_orders": [described_order(view) for view in views],
            "next": None
            if following is None
            else {"after_supplier": following[0], "after_location": following[1]},
        }


@router.get("/supplier-orders/lines", summary="The lines of one supplier and site")
def get_supplier_order_lines(
    context: Context, _system: Reader, _query: KnownParametersOnly, supplier: Code, location: Code
) -> dict[str, Any]:
    """One supplier order with its lines, and how its minimum could be reached.

    ``raises`` are alternatives, fewest days of cover first; none of them is ever applied by
    itself.
    """
    with context.database.read() as session:
        views = order_views(session, [(supplier, location)])
        if not views:
            raise Problem(
                404,
                "no-supplier-order",
                f"Nothing is open for {supplier} at {location}",
                remedy="GET /v1/supplier-orders lists what is.",
            )
        (view,) = views
        return {
            **described_order(view),
            "raises": [
                {
                    "external_ref": one.reference,
                    "multiples": one.multiples,
                    "extra_quantity": written(one.extra_quantity),
                    "extra_value": amount(one.extra_value),
                    "days_of_cover": None if one.days_of_cover is None else str(one.days_of_cover),
                    "why": one.why,
                }
                for one in view.order.raises
            ],
            "proposals": [described_proposal(line.proposal) for line in view.lines],
        }


def described_order(view: OrderView) -> dict[str, Any]:
    """A supplier order in JSON; decimals as strings, values by currency."""
    order, container = view.order, view.order.container
    return {
        "supplier_id": view.group[0],
        "location_id": view.group[1],
        "lines": len(view.lines),
        "states": dict(view.states),
        "oldest": view.oldest.isoformat(),
        "values": {currency: amount(value) for currency, value in order.values.items()},
        "units": amount(order.units),
        "volume": amount(order.volume),
        "weight": amount(order.weight),
        "unmeasured": dict(order.unmeasured),
        "minimum_order_value": _distance(order.minimum),
        "free_freight": _distance(order.free_freight),
        "currency": view.conditions.currency if view.conditions else None,
        "container": None
        if container is None
        else {
            "dimension": container.dimension,
            "containers": container.containers,
            "fill": amount(container.fill),
            "unmeasured": container.unmeasured,
        },
    }


def _distance(distance: Distance | None) -> dict[str, Any] | None:
    if distance is None:
        return None
    missing = None if distance.missing is None else amount(distance.missing)
    return {"limit": amount(distance.limit), "missing": missing, "met": distance.met}


def amount(value: Decimal) -> str:
    """An exact amount in plain digits."""
    return f"{value.normalize():f}"

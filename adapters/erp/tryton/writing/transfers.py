"""A transfer of ours as Tryton's internal shipment.

It is made as a draft, never as a request: Tryton deletes all requests whenever it reckons what is
to be moved, ours as well.
"""

from typing import Any

from adapters.canonical.proposal import RequisitionProposal
from adapters.erp.tryton.settings import TrytonSettings
from adapters.erp.tryton.writing.documents import Form, refusal
from adapters.erp.tryton.writing.names import Names

MODEL = "stock.shipment.internal"


def transfer_form(settings: TrytonSettings) -> Form:
    """A draft for people to take on, or waiting for its goods where we are to approve."""
    return Form(
        model=MODEL,
        lines="moves",
        due="planned_date",
        submit={"draft": "wait"} if settings.approve else {},
        reopen={"waiting": "draft", "request": "draft"},
        cancel={"waiting": "cancel", "request": "cancel", "draft": "cancel"},
        open_states=frozenset({"draft"}),
        refused=frozenset({"cancelled"}),
        extra_fields=("internal_transit_location", "moves.to_location", "moves.state"),
    )


def new_transfer(proposal: RequisitionProposal, names: Names) -> dict[str, Any]:
    """The values to create; raises the PortError of a code that Tryton does not know."""
    if proposal.from_location_id is None:
        raise refusal(f"{proposal.external_ref} does not say where its goods come from.")
    places = {
        "from_location": names.warehouse(proposal.from_location_id).storage_id,
        "to_location": names.warehouse(proposal.location_id).storage_id,
    }
    product = names.product(proposal)
    move = {
        **places,
        "product": product.id,
        "unit": product.unit_id,
        "quantity": float(proposal.quantity),
        "planned_date": proposal.required_date,
    }
    return {
        **places,
        **_dates(proposal),
        "reference": proposal.external_ref,
        "moves": [["create", [move]]],
    }


def changed_transfer(proposal: RequisitionProposal, names: Names) -> dict[str, Any]:
    """The values that a change asks for, those of the move under the name of the moves."""
    product = names.product(proposal)
    move = {"unit": product.unit_id, "quantity": float(proposal.quantity)}
    return {**_dates(proposal), "moves": move}


def _dates(proposal: RequisitionProposal) -> dict[str, Any]:
    """Goods leave no later than they come."""
    return {
        "planned_start_date": min(proposal.order_date, proposal.required_date),
        "planned_date": proposal.required_date,
    }

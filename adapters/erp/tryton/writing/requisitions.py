"""A requisition of ours as Tryton's purchase requisition.

Tryton makes the request to purchase of it by itself, once it is approved; with the supplier's
lead times and prices that it knows. So our price is not written: it would overrule them.
"""

from typing import Any

from adapters.canonical.proposal import RequisitionProposal
from adapters.erp.tryton.settings import TrytonSettings
from adapters.erp.tryton.writing.documents import Form
from adapters.erp.tryton.writing.names import Names
from adapters.erp.tryton.writing.wishes import APPROVE

MODEL = "purchase.requisition"


def requisition_form(settings: TrytonSettings) -> Form:
    """Submitted for approval, or approved by us where the settings say so."""
    approves = {"waiting": APPROVE} if settings.approve else {}
    return Form(
        model=MODEL,
        lines="lines",
        due="supply_date",
        submit={"draft": "wait", **approves},
        reopen={"waiting": "draft", "approved": "draft"},
        cancel={"waiting": "draft", "approved": "draft", "draft": "cancel"},
        open_states=frozenset({"draft"}),
        refused=frozenset({"rejected", "cancelled"}),
    )


def new_requisition(
    proposal: RequisitionProposal, names: Names, settings: TrytonSettings
) -> dict[str, Any]:
    """The values to create; raises the PortError of a code that Tryton does not know."""
    product = names.product(proposal)
    line = {"product": product.id, "unit": product.unit_id, "quantity": float(proposal.quantity)}
    if proposal.supplier_id is not None:
        line["supplier"] = names.supplier(proposal.supplier_id)
    values = {
        "description": " ".join(proposal.rationale.split()),  # a field of one line
        "warehouse": names.warehouse(proposal.location_id).id,
        "supply_date": proposal.required_date,
        "lines": [["create", [line]]],
    }
    return values if settings.employee is None else {**values, "employee": settings.employee}


def changed_requisition(proposal: RequisitionProposal, names: Names) -> dict[str, Any]:
    """The values that a change asks for, those of the line under its name."""
    product = names.product(proposal)
    line = {"unit": product.unit_id, "quantity": float(proposal.quantity)}
    return {"supply_date": proposal.required_date, "lines": line}

"""The ERP tells how far it is: ordered, partly ordered, closed."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.http.problems import Problem
from service.proposals.documents import written
from service.proposals.erp_answers import (
    Reporter,
    answered_otherwise,
    earlier_answers,
    reported_on,
)
from service.proposals.erp_words import ProgressBody, ProgressState
from service.proposals.offer import taken_quantity
from service.proposals.states import Event, State
from service.proposals.tables import ProposalRow
from service.proposals.transitions import Change, impossible, transition, unknown_proposal

_CLOCKS_DIFFER = timedelta(minutes=5)


def report_progress(
    session: Session, reporter: Reporter, body: ProgressBody, now: datetime
) -> dict[str, Any]:
    """Record the progress and return the record; the newest one sent again changes nothing.

    What is ordered can no longer be changed by request: a request that waits falls away. Raises
    a 409 problem for a proposal that the system has not acknowledged, 404 for another's.
    """
    row = reported_on(session, reporter, now)
    if row.taken_by not in {None, reporter.principal}:
        raise unknown_proposal()  # what another system took is none of this one's business
    asked = body.model_dump(mode="json")
    said = earlier_answers(session, row, {Event.PROGRESS_REPORTED})
    if said and said[0]["asked"] == asked:
        return dict(said[0]["answer"])
    if row.state in {State.CLAIMED, State.UNCONFIRMED}:
        raise answered_otherwise(row, "Acknowledge it first, with your number.")
    if row.taken_by is None:
        raise impossible(row, Event.PROGRESS_REPORTED)
    _must_fit(row, body, now)
    values = {**_values(row, body), **_movement(row, body, now)}
    answer = {
        "external_ref": row.external_ref,
        "state": body.state.value,
        "purchase_order_number": values.get("purchase_order_number", row.purchase_order_number),
        "ordered_quantity": written(values.get("ordered_quantity", row.ordered_quantity)),
    }
    details = {"asked": asked, "answer": answer}
    change = Change(
        Event.PROGRESS_REPORTED, body.state.state, reporter.actor, None, values, details
    )
    transition(session, row, change, now)
    session.flush()
    return answer


def _must_fit(row: ProposalRow, body: ProgressBody, now: datetime) -> None:
    """A 422 problem for goods that moved in an order to a supplier, or that move tomorrow."""
    moved = body.state in {ProgressState.SHIPPED, ProgressState.RECEIVED}
    if moved and row.kind != ProposalKind.TRANSFER:
        raise Problem(
            422,
            "no-transfer",
            f"Only a transfer is {body.state}",
            f"{row.external_ref} is a {row.kind}. Nothing was changed.",
            remedy="Report ordered, partly_ordered or closed.",
        )
    if body.occurred_at is not None and body.occurred_at > now + _CLOCKS_DIFFER:
        raise Problem(
            422,
            "not-yet",
            "It has not happened yet",
            f"occurred_at is {body.occurred_at.isoformat()}.",
            remedy="Report it once it has happened; expected_date says when it will.",
        )


def _movement(row: ProposalRow, body: ProgressBody, now: datetime) -> dict[str, Any]:
    """When the goods left and came; goods that came without having left did so at once."""
    at = body.occurred_at or now
    if body.state is ProgressState.SHIPPED:
        return {"shipped_at": row.shipped_at or at}
    if body.state is ProgressState.RECEIVED:
        return {"shipped_at": row.shipped_at or at, "received_at": row.received_at or at}
    return {}


def _values(row: ProposalRow, body: ProgressBody) -> dict[str, Any]:
    told = {
        "purchase_order_number": body.purchase_order_number,
        "ordered_quantity": body.ordered_quantity,
        "expected_date": body.expected_date,
    }
    values = {name: value for name, value in told.items() if value is not None}
    if body.state is ProgressState.ORDERED:
        values.setdefault("ordered_quantity", taken_quantity(row))
    return {**values, "requested_quantity": None, "previously_taken": False}

"""The ERP tells how far it is: ordered, partly ordered, closed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.proposal import MESSAGES
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


def report_progress(
    session: Session, reporter: Reporter, body: ProgressBody, now: datetime
) -> dict[str, Any]:
    """Record the progress and return the record; the newest one sent again changes nothing.

    What is ordered can no longer be changed by request: a request that waits falls away. Raises
    a 409 problem for a proposal that the system has not acknowledged, 404 for another's. Of a
    message about a purchase line only ``closed`` can be told: nothing is ordered by it.
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
    if row.kind in MESSAGES and body.state is not ProgressState.CLOSED:
        raise impossible(row, Event.PROGRESS_REPORTED)
    values = _values(row, body)
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

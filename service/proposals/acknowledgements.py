"""The ERP says yes: it took a proposal, or made the change it was asked for.

Saying it again gives the same answer. An acknowledgement that comes after its lease has ended
counts as well, for the ERP did create its document; so does one under an earlier claim of the
same system. Another number for what is acknowledged is refused: that would be a duplicate.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.proposal import MESSAGES
from service.http.problems import Problem
from service.proposals.claimable import REQUEST_STATES
from service.proposals.documents import written
from service.proposals.erp_answers import (
    Reporter,
    answered_otherwise,
    claim_of,
    earlier_answers,
    lowest,
    quantity_in,
    reported_on,
)
from service.proposals.erp_words import AcknowledgementBody
from service.proposals.states import Event, State
from service.proposals.tables import ClaimRow, ProposalRow
from service.proposals.transitions import Change, transition

ANSWERS = frozenset(
    {
        Event.ACKNOWLEDGED,
        Event.REFUSED,
        Event.SUPERSEDED,
        Event.REQUEST_ACCEPTED,
        Event.REQUEST_REFUSED,
    }
)
"""The events that answer a claim."""


def acknowledge(
    session: Session, reporter: Reporter, body: AcknowledgementBody, now: datetime
) -> dict[str, Any]:
    """Record what the ERP took, and return the record.

    Raises a 404 problem for an unknown proposal or claim, 409 where the ERP said otherwise
    before, 422 for a quantity of nothing that was not asked for. Of a message about a purchase
    line no quantity is taken: of a line that was cancelled nothing may be left.
    """
    row = reported_on(session, reporter, now)
    claim = claim_of(session, reporter, body.claim_id)
    repeated = _said_before(session, row, body)
    if repeated is not None:
        return repeated
    request = claim.kind in REQUEST_STATES
    change = _changed(row, body, claim) if request else _taken(row, body)
    answer = {
        "external_ref": row.external_ref,
        "state": change.to.value,
        "erp_number": body.erp_number,
        "accepted_quantity": written(body.accepted_quantity),
        "expected_date": body.expected_date.isoformat() if body.expected_date else None,
    }
    details = {"claim_id": str(body.claim_id), "asked": _asked(body), "answer": answer}
    made = Change(change.event, change.to, reporter.actor, values=change.values, details=details)
    transition(session, row, made, now)
    session.flush()
    return answer


def _said_before(
    session: Session, row: ProposalRow, body: AcknowledgementBody
) -> dict[str, Any] | None:
    """The answer that was given to the same acknowledgement; None if it is a new one."""
    said = earlier_answers(session, row, ANSWERS)
    under_claim = [one for one in said if one["claim_id"] == str(body.claim_id)]
    asked = _asked(body)
    for one in under_claim or takewhile(_leaves_a_document, said):
        if one["asked"] == asked and (under_claim or not _awaits_answer(row)):
            return dict(one["answer"])
    if under_claim:
        raise answered_otherwise(row, "Send changes of what you hold as progress.")
    return None


def _leaves_a_document(said: Mapping[str, Any]) -> bool:
    """False for the refusal of a proposal: what was acknowledged before it is void."""
    return "refused" not in said["asked"] or said["answer"]["state"] == State.ACKNOWLEDGED


def _awaits_answer(row: ProposalRow) -> bool:
    return row.state in {State.CHANGE_REQUESTED, State.CANCEL_REQUESTED}


def _asked(body: AcknowledgementBody) -> Mapping[str, Any]:
    """The acknowledgement without its claim: under another claim it says the same."""
    return {
        "erp_number": body.erp_number,
        "accepted_quantity": written(body.accepted_quantity.normalize()),
        "expected_date": body.expected_date.isoformat() if body.expected_date else None,
    }


def _taken(row: ProposalRow, body: AcknowledgementBody) -> Change:
    if body.accepted_quantity == 0 and row.kind not in MESSAGES:
        raise Problem(
            422,
            "nothing-accepted",
            "Nothing was not asked for",
            "Nothing was changed.",
            remedy="Refuse the proposal with a reason instead.",
        )
    nameless = row.state == State.ORDERED and row.erp_number is None
    if row.state not in {State.CLAIMED, State.UNCONFIRMED} and not nameless:
        raise answered_otherwise(
            row, "Look the reference up: cancel your new document if it is a duplicate."
        )
    values = {
        "erp_number": body.erp_number,
        "accepted_quantity": body.accepted_quantity,
        "expected_date": body.expected_date,
        "previously_taken": False,
    }
    return Change(
        Event.ACKNOWLEDGED, State.ORDERED if nameless else State.ACKNOWLEDGED, values=values
    )


def _changed(row: ProposalRow, body: AcknowledgementBody, claim: ClaimRow) -> Change:
    """The new total counts even if the request was withdrawn meanwhile: the ERP did it.

    A total above the requested one says that the ERP does not go down that far.
    """
    requestable = {State.ACKNOWLEDGED, State.CHANGE_REQUESTED, State.CANCEL_REQUESTED}
    if row.state not in requestable or row.erp_number not in {None, body.erp_number}:
        raise answered_otherwise(row, "Send what happened to it as progress.")
    values: dict[str, Any] = {
        "accepted_quantity": body.accepted_quantity,
        "requested_quantity": None,
        "previously_taken": False,
    }
    if body.expected_date is not None:
        values["expected_date"] = body.expected_date
    asked_for = quantity_in(claim, row.external_ref)
    if body.accepted_quantity > asked_for:
        values["refused_quantity"] = lowest(asked_for, row.refused_quantity)
    to = State.CANCELLED if body.accepted_quantity == 0 else State.ACKNOWLEDGED
    return Change(Event.REQUEST_ACCEPTED, to, values=values)

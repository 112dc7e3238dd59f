"""What an ERP answered to a hand-off, recorded as if it had said so over its own API."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.ports import Written
from service.exceptions.queue import Finding, raise_exception
from service.http.problems import Problem
from service.proposals.acknowledgements import acknowledge
from service.proposals.erp_answers import Reporter
from service.proposals.erp_words import AcknowledgementBody, RefusalBody
from service.proposals.refusals import refuse
from service.proposals.tables import ProposalRow
from service.sync.hand_offs import HandOff, Status, conclude

_LONGEST_REASON = 500
_LONGEST_CODE = 64


def record_yes(
    session: Session, connection: str, one: HandOff, answer: Written, now: datetime
) -> None:
    """The ERP has it. Raises the problems of ``acknowledge``."""
    accepted = answer.accepted_quantity
    body = AcknowledgementBody(
        claim_id=one.claim_id,
        erp_number=_number(session, one, answer),
        accepted_quantity=one.proposal.quantity if accepted is None else accepted,
        expected_date=answer.expected_date,
    )
    acknowledge(session, Reporter(connection, one.ref), body, now)
    conclude(session, one, Status.ANSWERED)


def _number(session: Session, one: HandOff, answer: Written) -> str:
    """Its number; of what it took before, the number it took it under."""
    known = session.scalar(
        select(ProposalRow.erp_number).where(ProposalRow.external_ref == one.ref)
    )
    told = (answer.native_id or one.ref)[:_LONGEST_CODE]
    return told if one.creates else known or told


def record_no(session: Session, connection: str, one: HandOff, why: str, now: datetime) -> None:
    """The ERP does not do it; a planner sees why. Raises the problems of ``refuse``."""
    reason = printable(why)[:_LONGEST_REASON] or "It gave no reason."
    body = RefusalBody(claim_id=one.claim_id, reason=reason)
    refuse(session, Reporter(connection, one.ref), body, now)
    conclude(session, one, Status.ANSWERED, reason)


def record_contradiction(
    session: Session, connection: str, one: HandOff, problem: Problem, now: datetime
) -> None:
    """The answer does not fit what is known of the proposal: a person must look."""
    finding = Finding(
        kind="hand_off_contradicted",
        subject_type="proposal",
        system=connection,
        subject_key=one.ref,
        payload=one.proposal.model_dump(mode="json"),
        detail=f"{connection} answered to {one.ref}, and it does not fit: {problem}",
        remedy=f"Look at {one.ref} here and in {connection}; cancel what is there twice.",
    )
    raise_exception(session, finding, now)
    conclude(session, one, Status.ANSWERED, str(problem))


def printable(text: str) -> str:
    """The words of another system without control characters."""
    return "".join(character if character.isprintable() else " " for character in text).strip()

"""A decision that came over the API, made by the same functions as on the pages."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Header
from sqlalchemy.orm import Session

from service.http.problems import Problem
from service.http.systems import IdempotencyKey
from service.proposals import planner
from service.proposals.decisions import Decided, Edit
from service.proposals.erp_words import Action, DecisionBody

_PLAIN = {
    Action.APPROVE: planner.approve,
    Action.WITHDRAW_EDIT: planner.withdraw_edit,
    Action.REJECT: planner.reject,
    Action.REOPEN: planner.reopen,
    Action.UNDO: planner.undo,
}
_LONGEST_VERSION = 9  # digits


def decide_as_asked(session: Session, edit: Edit, body: DecisionBody, now: datetime) -> Decided:
    """Make the decision in ``body``; raises the problems of ``service.proposals.planner``."""
    if body.action is Action.CHANGE_QUANTITY:
        return planner.change_quantity(session, edit, body.quantity or Decimal(0), now)
    if body.action is Action.SNOOZE:
        return planner.snooze(session, edit, body.until or date.min, now)
    return _PLAIN[body.action](session, edit, now)


@dataclass(frozen=True)
class Conditions:
    """Under which version a decision holds, and the key against deciding twice."""

    version: int
    key: str | None


def conditions(
    if_match: Annotated[
        str | None, Header(description="the ETag of the proposal as you saw it")
    ] = None,
    key: IdempotencyKey = None,
) -> Conditions:
    """Read both headers; a 428 problem without If-Match, 412 for something else's ETag."""
    if if_match is None:
        raise Problem(
            428,
            "if-match-missing",
            "A decision needs the version it is about",
            "Without it, what you decide on could have changed since you saw it.",
            remedy="GET the proposal and send its ETag as If-Match.",
        )
    tag = if_match.strip()
    digits = tag[1:-1] if len(tag) > 1 and tag[0] == tag[-1] == '"' else ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_VERSION):
        raise Problem(
            412,
            "version-unknown",
            "If-Match is no ETag of a proposal",
            remedy='Send the ETag as you got it, for example If-Match: "3".',
        )
    return Conditions(int(digits), key)

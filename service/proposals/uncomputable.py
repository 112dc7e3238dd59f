"""Keys that could not be computed and have not been mended since: no plan stands behind them."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.exceptions.queue import open_exceptions
from service.http.problems import Problem
from service.proposals.subject import keys_of
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key

SUBJECT_TYPE = "item_location"
SYSTEM = "pegline"
"""Under which the exception queue says so."""


def subject_key(key: Key) -> str:
    """By what the exception queue names a key."""
    return f"{key[0]}@{key[1]}"


def set_aside_keys(session: Session, keys: Collection[Key]) -> set[Key]:
    """Those of ``keys`` that could not be computed and have not been mended since."""
    names = {subject_key(key): key for key in keys}
    waiting = open_exceptions(session, SUBJECT_TYPE, SYSTEM, list(names))
    return {names[name] for name in waiting}


def must_rest_on_a_plan(session: Session, row: ProposalRow) -> None:
    """A 409 problem for a transfer of which an end cannot be computed any more.

    Nothing says what its giver can spare and its receiver lacks by now. An order to a supplier
    takes nothing from anybody: there the reason for its review is shown, and a person decides.
    """
    if row.kind != ProposalKind.TRANSFER:
        return
    ends = set_aside_keys(session, keys_of(row))
    if ends:
        places = " and ".join(sorted(place for _, place in ends))
        raise Problem(
            409,
            "no-plan",
            f"{row.item_id} cannot be computed at {places}",
            f"What {row.external_ref} would move rests on no plan any more. Nothing was changed.",
            remedy="Mend what the exception queue says of it; the next plan derives it anew.",
        )

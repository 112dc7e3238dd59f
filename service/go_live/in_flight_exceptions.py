"""Requisitions that refer to something unknown wait as exceptions: to be replayed or sent again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.exceptions.queue import (
    Closing,
    ExceptionState,
    Finding,
    close,
    open_exceptions,
    raise_exceptions,
)
from service.feeds.code_names import name_of
from service.go_live import IN_FLIGHT
from service.go_live.in_flight_placing import UnplacedRequisition
from service.go_live.in_flight_words import InFlightRequisition, Number


def keep(
    session: Session, system: str, waiting: Sequence[UnplacedRequisition], now: datetime
) -> dict[Number, UUID]:
    """Keep these as exceptions; returns under which each waits."""
    findings = [
        Finding(
            kind=one.exception or one.fault.slug,
            subject_type=IN_FLIGHT,
            system=system,
            subject_key=_subject_key(one.said),
            payload=one.said.model_dump(mode="json", exclude_none=True),
            detail=one.fault.detail,
            remedy=one.fault.remedy,
        )
        for one in waiting
    ]
    ids = raise_exceptions(session, findings, now)
    return {one.said.number: kept for one, kept in zip(waiting, ids, strict=True)}


def settle(
    session: Session, system: str, adopted: Collection[InFlightRequisition], now: datetime
) -> None:
    """End the exceptions of what could be adopted now."""
    keys = {_subject_key(said) for said in adopted}
    over = open_exceptions(session, IN_FLIGHT, system, keys) if keys else {}
    if over:
        closing = Closing(ExceptionState.REPLAYED, system, "The requisition was adopted.")
        close(session, list(over.values()), closing, now)


def _subject_key(said: InFlightRequisition) -> str:
    return name_of(*said.number)

"""Demand that is understood but not planned for: said in the exception queue, never dropped."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpportunityStatus
from rules.ordering.quantities import readable
from service.database.key_sets import rows_of_keys
from service.exceptions.queue import Closing, ExceptionState, Finding, close, raise_exception
from service.exceptions.tables import ExceptionRow
from service.feeds.code_names import name_of
from service.replenishment.inputs import KeyInputs, OpportunityInput
from service.replenishment.open_demand import graces_of
from service.signals.tables import DemandSignalRow, SignalAllocationRow
from service.work.dirty_keys import Key

_SUBJECT_TYPE = "opportunity_line"
_ENDING = ("past_window", "won_without_order", "key_not_planned")
_BY_ITSELF = "recompute"


def note_unused_demand(
    session: Session, looked_at: Collection[Key], findings: Collection[Finding], now: datetime
) -> None:
    """Put ``findings`` into the exception queue, and end what is not so any more.

    Each is put once: one that a person has closed is not opened again.
    """
    _end_what_is_over(session, looked_at, findings, now)
    if not findings:
        return
    known = set(
        session.scalars(
            select(ExceptionRow.subject_key).where(
                ExceptionRow.kind.in_({finding.kind for finding in findings}),
                ExceptionRow.subject_key.in_({finding.subject_key for finding in findings}),
                func.coalesce(ExceptionRow.closed_by, "") != _BY_ITSELF,
            )
        )
    )
    for finding in findings:
        if finding.subject_key not in known:
            raise_exception(session, finding, now)


def _end_what_is_over(
    session: Session, looked_at: Collection[Key], findings: Collection[Finding], now: datetime
) -> None:
    """A revised window, an order, a lost deal or new terms end what was said of a key."""
    item = ExceptionRow.payload["item_id"].as_string()
    waiting = (
        select(
            item,
            ExceptionRow.payload["location_id"].as_string(),
            ExceptionRow.kind,
            ExceptionRow.subject_key,
            ExceptionRow.exception_id,
        )
        .where(ExceptionRow.kind.in_(_ENDING), ExceptionRow.subject_type == _SUBJECT_TYPE)
        .where(ExceptionRow.state == ExceptionState.OPEN)
    )
    if session.execute(waiting.limit(1)).first() is None:
        return
    still = {(finding.kind, finding.identity[-1]) for finding in findings}
    over = [
        exception_id
        for *_, kind, subject_key, exception_id in rows_of_keys(session, waiting, item, looked_at)
        if (kind, subject_key) not in still
    ]
    if over:
        why = Closing(ExceptionState.REPLAYED, _BY_ITSELF, "it is not so any more")
        close(session, over, why, now)


def won_without_order(inputs: Collection[KeyInputs]) -> Iterator[Finding]:
    """Won opportunities past their window and its grace that were never ordered in full.

    Their unordered rest no longer counts as demand.
    """
    for key_inputs, one in _overdue(inputs):
        if one.status == OpportunityStatus.WON:
            yield _won_finding(key_inputs, one)


def past_window(inputs: Collection[KeyInputs]) -> Iterator[Finding]:
    """Open opportunities past their window and its grace, which nobody has closed or moved.

    They no longer count as demand.
    """
    for key_inputs, one in _overdue(inputs):
        if one.status == OpportunityStatus.OPEN:
            yield _open_finding(key_inputs, one)


def _overdue(inputs: Collection[KeyInputs]) -> Iterator[tuple[KeyInputs, OpportunityInput]]:
    for key_inputs in inputs:
        today, graces = key_inputs.setting.business_date, graces_of(key_inputs)
        for one in key_inputs.opportunities:
            if one.unordered > 0 and graces.is_overdue(one.status, one.window_end, today):
                yield key_inputs, one


def not_planned(session: Session, keys: Collection[Key]) -> Iterator[Finding]:
    """Live opportunities at keys that are not planned: neither supplier nor lane supplies them."""
    waiting = (
        select(SignalAllocationRow.item_id, SignalAllocationRow.location_id, DemandSignalRow)
        .join(DemandSignalRow, DemandSignalRow.signal_id == SignalAllocationRow.signal_id)
        .where(DemandSignalRow.status.in_([OpportunityStatus.OPEN, OpportunityStatus.WON]))
    )
    for item_id, location_id, signal in rows_of_keys(
        session, waiting, SignalAllocationRow.item_id, keys
    ):
        yield Finding(
            kind="key_not_planned",
            subject_type=_SUBJECT_TYPE,
            system=signal.system,
            subject_key=name_of(signal.opportunity_id, signal.line_id, item_id, location_id),
            payload={"item_id": item_id, "location_id": location_id},
            detail=f"{item_id} is not planned at {location_id}: no supplier terms are known.",
            remedy="Send its terms to /v1/supplier-terms; the opportunity counts from then on.",
        )


def _won_finding(inputs: KeyInputs, one: OpportunityInput) -> Finding:
    return Finding(
        kind="won_without_order",
        subject_type=_SUBJECT_TYPE,
        system=one.system,
        subject_key=f"{one.opportunity}#{one.source_version}",
        payload=_payload(inputs, one),
        detail=(
            f"{readable(one.unordered)} {inputs.unit} of {inputs.item_id} were won but not "
            f"ordered by {one.window_end}; they no longer count as demand."
        ),
        remedy="Ask the account. Send a revised window, the order, or the opportunity as lost.",
    )


def _open_finding(inputs: KeyInputs, one: OpportunityInput) -> Finding:
    return Finding(
        kind="past_window",
        subject_type=_SUBJECT_TYPE,
        system=one.system,
        subject_key=f"{one.opportunity}#{one.source_version}",
        payload=_payload(inputs, one),
        detail=(
            f"{readable(one.unordered)} {inputs.unit} of {inputs.item_id} were to be delivered by "
            f"{one.window_end}, and the deal is still open; they no longer count as demand."
        ),
        remedy="Ask the account. Send a revised window, or the opportunity as won or lost.",
    )


def _payload(inputs: KeyInputs, one: OpportunityInput) -> dict[str, Any]:
    key = {"item_id": inputs.item_id, "location_id": inputs.location_id}
    return {**one.model_dump(mode="json"), **key}

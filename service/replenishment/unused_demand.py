"""Demand that is understood but not planned for: said in the exception queue, never dropped."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.demand import OpportunityStatus
from rules.ordering.quantities import readable
from service.database.key_sets import rows_of_keys
from service.exceptions.queue import Finding, raise_exception
from service.exceptions.tables import ExceptionRow
from service.feeds.code_names import name_of
from service.replenishment.inputs import KeyInputs, OpportunityInput
from service.signals.tables import DemandSignalRow, SignalAllocationRow
from service.work.dirty_keys import Key

_SUBJECT_TYPE = "opportunity_line"


def note_unused_demand(session: Session, findings: Collection[Finding], now: datetime) -> None:
    """Put ``findings`` into the exception queue, each once: a closed one is not opened again."""
    if not findings:
        return
    known = set(
        session.scalars(
            select(ExceptionRow.subject_key).where(
                ExceptionRow.kind.in_({finding.kind for finding in findings}),
                ExceptionRow.subject_key.in_({finding.subject_key for finding in findings}),
            )
        )
    )
    for finding in findings:
        if finding.subject_key not in known:
            raise_exception(session, finding, now)


def won_without_order(inputs: Collection[KeyInputs]) -> Iterator[Finding]:
    """Won opportunities past their window and its grace that were never ordered in full.

    Their unordered rest no longer counts as demand.
    """
    for key_inputs in inputs:
        grace = timedelta(days=key_inputs.setting.won_grace_days)
        for one in key_inputs.opportunities:
            overdue = one.window_end < key_inputs.setting.business_date - grace
            if one.status == OpportunityStatus.WON and one.unordered > 0 and overdue:
                yield _won_finding(key_inputs, one)


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
        payload=one.model_dump(mode="json"),
        detail=(
            f"{readable(one.unordered)} {inputs.unit} of {inputs.item_id} were won but not "
            f"ordered by {one.window_end}; they no longer count as demand."
        ),
        remedy="Ask the account. Send a revised window, the order, or the opportunity as lost.",
    )

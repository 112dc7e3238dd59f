"""What a message does: order, mapping, effect, all in the caller's transaction.

Versions are compared twice: before the mapping, since a message that is out of date needs no
master data, and by the database when the line is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.exceptions.queue import Finding
from service.signals.ended_lines import has_ended, mapped_as_before, told_beside
from service.signals.inbox import Message
from service.signals.line_events import ACCEPTED, line_event
from service.signals.lines import (
    LineDemand,
    NewVersion,
    StoredLine,
    demand_of,
    replace_allocations,
    stored_lines,
    write_versions,
)
from service.signals.linked_orders import LineChange, keys_of_linked_orders
from service.signals.mapping import MappedSignal, line_of, map_signals
from service.signals.results import LineKey, Outcome
from service.work import dirty_keys, outbox
from service.work.business_date import business_date


@dataclass(frozen=True)
class Settled:
    """What became of a message; ``finding`` says why it is an exception."""

    message: Message
    outcome: Outcome
    signal_id: UUID | None
    finding: Finding | None = None


def settle(session: Session, messages: Sequence[Message], now: datetime) -> list[Settled]:
    """Apply ``messages`` in their order, as far as they are newer than their lines and mapped.

    What cannot be mapped is returned with its finding; nothing is put into the queue here.
    """
    if not messages:
        return []
    stored = stored_lines(session, {line_of(message.signal) for message in messages})
    verdicts = _verdicts(session, messages, stored, now)
    newest = {
        verdict.mapped.line: NewVersion(verdict.mapped, message.row_id)
        for message, verdict in zip(messages, verdicts, strict=True)
        if verdict.mapped is not None
    }
    written = write_versions(session, list(newest.values()), now)
    mapped = [version.mapped for version in newest.values() if version.mapped.line in written]
    keys = replace_allocations(session, mapped, written)
    linked = keys_of_linked_orders(session, [_change(one, stored) for one in mapped])
    dirty_keys.mark_each(session, dict.fromkeys(keys, False) | linked, "signal", now)
    known = {line: line_row.signal_id for line, line_row in stored.items()} | written
    settled = [
        _settled(message, verdict, known, written)
        for message, verdict in zip(messages, verdicts, strict=True)
    ]
    _publish(session, settled, newest, now)
    return settled


def _change(mapped: MappedSignal, stored: dict[LineKey, StoredLine]) -> LineChange:
    before = stored.get(mapped.line)
    opportunity_id = mapped.signal.opportunity_id
    return LineChange(opportunity_id, before.demand if before else None, demand_of(mapped))


@dataclass(frozen=True)
class _Verdict:
    """A message's mapping, what is missing for it, or neither where it is out of date.

    Both where the line ends although its codes stand for nothing any more.
    """

    mapped: MappedSignal | None = None
    finding: Finding | None = None


def _verdicts(
    session: Session,
    messages: Sequence[Message],
    stored: dict[LineKey, StoredLine],
    now: datetime,
) -> list[_Verdict]:
    versions = {line: one.source_version for line, one in stored.items()}
    late = [m for m in messages if m.signal.source_version > versions.get(line_of(m.signal), -1)]
    today = business_date(session, now)
    found = map_signals(session, [message.signal for message in late], today) if late else []
    by_message = dict(zip((message.row_id for message in late), found, strict=True))
    before = {line: one.demand for line, one in stored.items()}
    verdicts: list[_Verdict] = []
    for message in messages:
        line = line_of(message.signal)
        verdict = _Verdict()
        if message.signal.source_version > versions.get(line, -1):
            verdict = _verdict(message, by_message[message.row_id], before.get(line))
        if verdict.mapped is not None:
            versions[line] = message.signal.source_version
            before[line] = demand_of(verdict.mapped)
        verdicts.append(verdict)
    return verdicts


def _verdict(
    message: Message, found: MappedSignal | Finding, before: LineDemand | None
) -> _Verdict:
    if isinstance(found, MappedSignal):
        return _Verdict(mapped=found)
    if before is None or not has_ended(message.signal):
        return _Verdict(finding=found)
    return _Verdict(mapped_as_before(message.signal, before), told_beside(found))


def _settled(
    message: Message,
    verdict: _Verdict,
    known: dict[LineKey, UUID],
    written: dict[LineKey, UUID],
) -> Settled:
    line = line_of(message.signal)
    if verdict.mapped is None and verdict.finding is not None:
        return Settled(message, Outcome.EXCEPTION, known.get(line), verdict.finding)
    if verdict.mapped is not None and line in written:
        return Settled(message, Outcome.APPLIED, known.get(line), verdict.finding)
    return Settled(message, Outcome.STALE, known.get(line))


def _publish(
    session: Session,
    settled: Sequence[Settled],
    newest: dict[LineKey, NewVersion],
    now: datetime,
) -> None:
    """Tell the subscribers of the lines' new versions; one that was overtaken is not told."""
    for one in settled:
        version = newest.get(line_of(one.message.signal))
        if (
            one.outcome == Outcome.APPLIED
            and version is not None
            and version.message_row_id == one.message.row_id
        ):
            outbox.publish(session, line_event(ACCEPTED, version.mapped, one.signal_id), now)

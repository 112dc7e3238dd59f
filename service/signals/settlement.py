"""What a message does: order, mapping, effect, all in the caller's transaction.

Versions are compared twice: before the mapping, since a message that is out of date needs no
master data, and by the database when the line is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service.exceptions.queue import Finding
from service.signals.inbox import Message
from service.signals.lines import (
    NewVersion,
    StoredLine,
    replace_allocations,
    stored_lines,
    write_versions,
)
from service.signals.mapping import MappedSignal, line_of, map_signals
from service.signals.results import LineKey, Outcome
from service.work import dirty_keys, outbox
from service.work.business_date import business_date

EVENT_TYPE = "demand-signal.accepted"


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
        version.mapped.line: version
        for message, verdict in zip(messages, verdicts, strict=True)
        if isinstance(verdict, MappedSignal)
        for version in [NewVersion(verdict, message.row_id)]
    }
    written = write_versions(session, list(newest.values()), now)
    mapped = [version.mapped for version in newest.values()]
    keys = replace_allocations(session, mapped, written)
    dirty_keys.mark(session, keys, "signal", now)
    known = {line: line_row.signal_id for line, line_row in stored.items()} | written
    settled = [
        _settled(message, verdict, known, written)
        for message, verdict in zip(messages, verdicts, strict=True)
    ]
    _publish(session, settled, newest, now)
    return settled


def _verdicts(
    session: Session,
    messages: Sequence[Message],
    stored: dict[LineKey, StoredLine],
    now: datetime,
) -> list[MappedSignal | Finding | None]:
    """Per message its mapping, or what is missing for it, or None where it is out of date."""
    versions = {line: one.source_version for line, one in stored.items()}
    late = [m for m in messages if m.signal.source_version > versions.get(line_of(m.signal), -1)]
    today = business_date(session, now)
    found = map_signals(session, [message.signal for message in late], today) if late else []
    by_message = dict(zip((message.row_id for message in late), found, strict=True))
    verdicts: list[MappedSignal | Finding | None] = []
    for message in messages:
        verdict = by_message.get(message.row_id)
        if message.signal.source_version <= versions.get(line_of(message.signal), -1):
            verdict = None
        if isinstance(verdict, MappedSignal):
            versions[verdict.line] = message.signal.source_version
        verdicts.append(verdict)
    return verdicts


def _settled(
    message: Message,
    verdict: MappedSignal | Finding | None,
    known: dict[LineKey, UUID],
    written: dict[LineKey, UUID],
) -> Settled:
    line = line_of(message.signal)
    if isinstance(verdict, Finding):
        return Settled(message, Outcome.EXCEPTION, known.get(line), verdict)
    applied = verdict is not None and line in written
    return Settled(message, Outcome.APPLIED if applied else Outcome.STALE, known.get(line))


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
            subject = "/".join(version.mapped.line)
            body = _body(version.mapped, one.signal_id)
            outbox.publish(session, outbox.Event(EVENT_TYPE, subject, body), now)


def _body(mapped: MappedSignal, signal_id: UUID | None) -> dict[str, Any]:
    return {
        "signal_id": str(signal_id),
        "account_id": mapped.account_id,
        "item_id": mapped.item_id,
        "quantity": str(mapped.quantity),
        "location_rule": mapped.location_rule,
        "allocations": {place: str(part) for place, part in mapped.allocations.items()},
        "signal": mapped.signal.model_dump(mode="json"),
    }

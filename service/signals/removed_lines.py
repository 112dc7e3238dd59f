"""Opportunity lines that their system has removed without a word.

A CRM that tells an opportunity as a whole tells of a removed line by leaving it out. Such a line
is ended here by a version of our own making, ``deleted``, with the version of what was told. A
telling that is late or repeated has an old version, and ends nothing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal, OpportunityStatus
from service.signals.tables import SignalMessageRow

_DIGITS = 40


@dataclass(frozen=True)
class ToldWhole:
    """What a system told of an opportunity as a whole: the lines that it named.

    ``version`` is the highest that it named; None if no line is left to name one.
    """

    line_ids: frozenset[str]
    version: int | None


def removals(session: Session, system: str, told: Mapping[str, ToldWhole]) -> list[DemandSignal]:
    """The ends of those lines of the opportunities in ``told`` that were not named there.

    Lines that wait as exceptions end, too: a repair must not bring them to life.
    """
    return [
        end
        for opportunity_id, lines in _last_words(session, system, told).items()
        for end in _ends(told[opportunity_id], lines)
    ]


def _last_words(
    session: Session, system: str, opportunity_ids: Collection[str]
) -> dict[str, list[DemandSignal]]:
    """What was said last of each line that we know of, by opportunity."""
    rows = session.execute(
        select(SignalMessageRow.body)
        .where(
            SignalMessageRow.system == system,
            SignalMessageRow.opportunity_id.in_(sorted(opportunity_ids)),
        )
        .order_by(
            SignalMessageRow.opportunity_id,
            SignalMessageRow.line_id,
            SignalMessageRow.source_version,
            SignalMessageRow.message_row_id,
        )
    ).scalars()
    last = {(body["opportunity_id"], body["line_id"]): body for body in rows}
    found: defaultdict[str, list[DemandSignal]] = defaultdict(list)
    for (opportunity_id, _), body in last.items():
        found[opportunity_id].append(DemandSignal.model_validate(body))
    return found


def _ends(told: ToldWhole, lines: list[DemandSignal]) -> Iterator[DemandSignal]:
    newest = max(line.source_version for line in lines)
    version = newest + 1 if told.version is None else told.version
    for line in lines:
        is_left_out = line.line_id not in told.line_ids
        if (
            is_left_out
            and line.status != OpportunityStatus.DELETED
            and line.source_version < version
        ):
            yield _end(line, version)


def _end(line: DemandSignal, version: int) -> DemandSignal:
    """The line as it was, but deleted, under an id that is the same whenever it is told."""
    told = f"{line.opportunity_id}\x00{line.line_id}\x00{version}"
    digest = hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
    changes = {
        "message_id": f"removed-{digest}",
        "source_version": version,
        "status": OpportunityStatus.DELETED,
        "occurred_at": None,
    }
    return line.model_copy(update=changes)

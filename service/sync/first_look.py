"""A system looked at before it is connected: what would be read. Nothing is stored or settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from adapters.canonical.identity import Canonical
from adapters.ports import FlatRow, IncomingBatch, IncomingKind, PortError, Source
from service.feeds.batches import FeedKind, FeedRow, Removal, UnreadableRow
from service.feeds.outside_rows import OutsideRow, read_outside_row
from service.feeds.row_reading import read_row
from service.http.problems import Problem
from service.http.strict_reading import validated
from service.sync.proposal_answers import ProposalAnswer
from service.sync.signal_rows import own_signal
from service.sync.taking import MEND, refused_row, told

MOST_BATCHES = 4
"""Of each kind: enough to see what comes, and no full history."""

_SAMPLES = 2
_FEEDS = frozenset(kind.value for kind in FeedKind)


@dataclass(frozen=True)
class FirstLook:
    """What a first read of a kind found.

    ``rows`` counts all that were read, ``more`` says that there may be further ones. ``samples``
    are the first rows as our canonical objects, in JSON. ``unfit`` counts the rows that would
    not be taken, ``complaints`` says of the first ones why. ``trouble`` is why it cannot be read.
    """

    kind: IncomingKind
    rows: int = 0
    more: bool = False
    samples: Sequence[Mapping[str, Any]] = ()
    unfit: int = 0
    complaints: Sequence[str] = ()
    trouble: str = ""


def look_at(source: Source, system: str, kind: IncomingKind) -> FirstLook:
    """Read the first batches of ``source``, which is open for ``kind`` alone."""
    batches: list[IncomingBatch] = []
    cursor: str | None = None
    try:
        while len(batches) < MOST_BATCHES:
            found = source.read(cursor)
            if found is None:
                return _look(kind, system, batches)
            batch, cursor = found
            batches.append(batch)
    except PortError as error:
        return FirstLook(kind, trouble=error.detail)
    return _look(kind, system, batches, more=True)


def _look(
    kind: IncomingKind, system: str, batches: Sequence[IncomingBatch], *, more: bool = False
) -> FirstLook:
    read = [_canonical(kind, system, row) for batch in batches for row in batch.rows]
    complaints = [one for one in read if isinstance(one, str)]
    complaints += [why for batch in batches for why in batch.unreadable.values()]
    samples = [one for one in read if not isinstance(one, str)]
    return FirstLook(
        kind,
        rows=len(samples) + len(complaints),
        more=more,
        samples=samples[:_SAMPLES],
        unfit=len(complaints),
        complaints=complaints[:_SAMPLES],
    )


def _canonical(kind: IncomingKind, system: str, row: Canonical | FlatRow) -> dict[str, Any] | str:
    """The row as a canonical object in JSON, or what is wrong with it."""
    if not isinstance(row, FlatRow):
        return _json(row)
    values = dict(row.values)
    try:
        if kind is IncomingKind.DEMAND_SIGNALS:
            return _json(own_signal(system, {"system": system, **values}))
        if kind is IncomingKind.PROPOSAL_ANSWERS:
            return _json(validated(ProposalAnswer, values))
    except Problem as problem:
        return refused_row(row.number, problem).problem
    read: FeedRow | OutsideRow
    if kind.value in _FEEDS:
        read = read_row(FeedKind(kind.value), system, values, 0)
    else:
        read = read_outside_row(system, values, 0)
    if isinstance(read, UnreadableRow):
        return told(row.number, MEND, read.problem).problem
    return {"gone": True, **read.key} if isinstance(read, Removal) else _json(read)


def _json(row: BaseModel) -> dict[str, Any]:
    """What is said, without what is left to its default."""
    return row.model_dump(mode="json", exclude_defaults=True)

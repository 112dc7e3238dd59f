"""An outside system in memory. It serves every port and keeps the same contract as the rest."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from adapters.canonical.outlook import OutgoingEvent, PublishedForecast, SupplyOutlook
from adapters.canonical.proposal import RequisitionProposal
from adapters.ports import (
    Capabilities,
    Failure,
    FlatRow,
    FoundDocument,
    Idempotency,
    IncomingBatch,
    IncomingKind,
    IntakeReport,
    OutsideSystem,
    PortError,
    WriteResult,
    Written,
)
from adapters.repetition import CREATING, failed, request_key
from tests.adapters.counterpart import PlanningLedger, SeenRange, SeenReport

Thing = TypeVar("Thing")


@dataclass
class FakeSystem:
    """The system and its other side in one; ``ERP-1`` is the number of its first document."""

    idempotency: Idempotency = Idempotency.CREATE_ONCE
    provokes: Collection[Failure] = tuple(Failure)
    waiting: dict[str, IncomingBatch] = field(default_factory=dict)
    settled: dict[str, SeenReport] = field(default_factory=dict)
    carried_out: list[RequisitionProposal] = field(default_factory=list)
    created: list[tuple[str, Decimal]] = field(default_factory=list)
    events: list[OutgoingEvent] = field(default_factory=list)
    told: dict[str, SupplyOutlook] = field(default_factory=dict)
    planning: PlanningLedger = field(default_factory=PlanningLedger)
    fails_with: Failure | None = None
    offered: int = 0

    def opened(self) -> OutsideSystem:
        """All ports, on the one memory."""
        capabilities = Capabilities(self.idempotency, write_forecast=True, events=True)
        return OutsideSystem(capabilities, self, self, self, self, self)

    # What the adapter does.

    def read(self, _cursor: str | None) -> tuple[IncomingBatch, str | None] | None:
        """The batch that was offered first and is not settled."""
        for reference, batch in self.waiting.items():
            return batch, reference
        return None

    def settle(self, batch: IncomingBatch, report: IntakeReport) -> None:
        """Keep the report; a second one of the same batch says the same."""
        rows = {row.number: row.values for row in batch.rows if isinstance(row, FlatRow)}
        bad = [(rows[finding.number], finding.problem) for finding in report.findings]
        self.settled[batch.reference] = SeenReport(report.counts, bad)
        self.waiting.pop(batch.reference, None)

    def deliver_events(self, events: Sequence[OutgoingEvent]) -> Sequence[Written]:
        """Hear them."""
        return self._in_turn(events, lambda event: event.event_id, self.events.append)

    def write_outlooks(self, outlooks: Sequence[SupplyOutlook]) -> Sequence[Written]:
        """Keep the last of each opportunity."""
        return self._in_turn(
            outlooks,
            lambda outlook: outlook.opportunity_id,
            lambda outlook: self.told.update({outlook.opportunity_id: outlook}),
        )

    def write_forecast(self, forecast: PublishedForecast) -> Written:
        """Replace each series within its range."""
        [written] = self._in_turn([forecast], lambda told: told.publication_id, self._replace)
        return written

    def create(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        """Make a document, or carry out what is asked of one."""
        written = self._in_turn(proposals, lambda one: one.external_ref, self._carry_out)
        return [
            answer
            if answer.failure
            else Written(answer.key, WriteResult.TAKEN, self._number(answer.key))
            for answer in written
        ]

    def find(self, external_refs: Sequence[str]) -> Mapping[str, FoundDocument]:
        """Look through the documents."""
        made = dict(reversed(self.created))
        return {
            reference: FoundDocument(reference, self._number(reference), made[reference])
            for reference in external_refs
            if reference in made
        }

    # What a test does.

    def offer(
        self, kind: IncomingKind, rows: Sequence[Mapping[str, Any]], *, snapshot: bool = False
    ) -> None:
        """Have a batch to be read."""
        self.offered += 1
        content = json.dumps([self.offered, list(rows)], default=str).encode()
        reference = f"{kind}:{hashlib.sha256(content).hexdigest()[:12]}"
        flat = [FlatRow(number, dict(row)) for number, row in enumerate(rows, 1)]
        self.waiting[reference] = IncomingBatch(reference, kind, flat, snapshot)

    def reports(self) -> Sequence[SeenReport]:
        """One per batch."""
        return list(self.settled.values())

    @contextmanager
    def failing(self, failure: Failure) -> Iterator[None]:
        """Fail each write; an ambiguous one is carried out nonetheless."""
        self.fails_with = failure
        yield
        self.fails_with = None

    def documents(self) -> Mapping[str, Sequence[Decimal]]:
        """Quantities by reference."""
        return {
            key: [quantity for reference, quantity in self.created if reference == key]
            for key, _ in self.created
        }

    def requests(self) -> Sequence[tuple[str, str]]:
        """Kind and reference of all that was carried out."""
        return [(str(one.kind), one.external_ref) for one in self.carried_out]

    def heard(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Every event that came."""
        return [(event.event_id, event.type, event.body) for event in self.events]

    def outlooks(self) -> Mapping[str, tuple[int, Decimal]]:
        """The last of each opportunity."""
        return {key: (one.version, _supplied(one)) for key, one in self.told.items()}

    def forecast(self) -> Mapping[tuple[str, str], Mapping[date, Decimal]]:
        """What planning holds."""
        return self.planning.means

    def _in_turn(
        self, things: Sequence[Thing], key: Callable[[Thing], str], take: Callable[[Thing], Any]
    ) -> list[Written]:
        if self.fails_with is None or self.fails_with is Failure.AMBIGUOUS:
            for thing in things:
                take(thing)
        if self.fails_with is None:
            return [Written(key(thing), WriteResult.TAKEN) for thing in things]
        fault = PortError(self.fails_with, "the fake was told to fail")
        return [failed(key(thing), fault) for thing in things]

    def _carry_out(self, proposal: RequisitionProposal) -> None:
        """A second request under one key does nothing, unless it creates and nobody looked."""
        creates = proposal.kind in CREATING
        blind = creates and self.idempotency is Idempotency.SEARCH_FIRST
        if not blind and request_key(proposal) in map(request_key, self.carried_out):
            return
        self.carried_out.append(proposal)
        if creates:
            self.created.append((proposal.external_ref, proposal.quantity))

    def _number(self, reference: str) -> str:
        references = list(dict.fromkeys(key for key, _ in self.created))
        return f"ERP-{references.index(reference) + 1}" if reference in references else "ERP-0"

    def _replace(self, forecast: PublishedForecast) -> None:
        for series in forecast.series:
            means = {bucket.start: bucket.mean for bucket in series.buckets}
            key = (series.item_id, series.location_id)
            self.planning.replace(SeenRange(key, series.version, series.start, series.end, means))


def _supplied(outlook: SupplyOutlook) -> Decimal:
    parts = (part for line in outlook.lines for part in line.supplied)
    return sum((part.quantity for part in parts), Decimal(0))

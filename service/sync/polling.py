"""Read one connection: each batch is read, taken with its cursor in one transaction, settled.

What dies between the taking and the settling is read again, recognised by its reference, and
settled again; nothing is taken twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from adapters.ports import IncomingBatch, IntakeReport, PortError, Source
from service.context import ServiceContext
from service.database.retry import write_again
from service.feeds.arrivals import note_nothing_new
from service.http.problems import Problem
from service.sync import poll_leases
from service.sync.takers import TAKERS
from service.sync.taking import Take, Taken, report_of
from service.sync.visit import Visit

BATCHES_PER_ROUND = 5
"""A round is kept short: the recompute waits for it."""


def poll(context: ServiceContext, visit: Visit) -> int:
    """Read a few batches if the connection is due; returns how many were taken."""
    source = visit.system.source
    if source is None or not visit.connection.reads:
        return 0
    leased = write_again(
        context.database,
        lambda session: poll_leases.lease_poll(session, visit.name, context.clock()),
    )
    if leased is None:
        return 0
    lease, cursor = leased
    try:
        return _Poll(context, visit, source, lease).read(cursor)
    except PortError as error:
        _note(context, visit, lease, (error.detail, error.retry_after))
    except poll_leases.LostLeaseError:
        pass
    except Exception as error:
        _note(context, visit, lease, (f"it cannot be taken: {error}", None))
        raise
    return 0


def _note(
    context: ServiceContext, visit: Visit, lease: UUID, trouble: tuple[str, timedelta | None]
) -> None:
    with context.database.write() as session:
        poll_leases.note_poll_trouble(session, visit.name, lease, trouble, context.clock())


@dataclass(frozen=True)
class _Poll:
    """One connection in the course of being read, under a lease."""

    context: ServiceContext
    visit: Visit
    source: Source
    lease: UUID

    def read(self, cursor: str | None) -> int:
        """Read and take batches until there is none, or the round is full."""
        self._settle_what_was_taken()
        taken, more = 0, True
        while more and taken < BATCHES_PER_ROUND:
            found = self.source.read(cursor)
            more = found is not None
            if found is not None:
                batch, after = found
                self._take(batch, cursor, after)
                cursor = after
                taken += 1
        wait = timedelta(0) if more else timedelta(seconds=self.visit.connection.poll_seconds)
        with self.context.database.write() as session:
            now = self.context.clock()
            poll_leases.give_back(session, self.visit.name, self.lease, wait, now)
            if not more and self.visit.system.capabilities.current_when_quiet:
                note_nothing_new(session, self.visit.name, self.visit.connection.reads, now)
        return taken

    def _settle_what_was_taken(self) -> None:
        """Of a batch that is not offered any more its sender knows already."""
        with self.context.database.read() as session:
            last = poll_leases.unsettled(session, self.visit.name)
        if last is None:
            return
        found = self.source.read(last.cursor_before)
        if found is not None and found[0].reference == last.reference:
            self._settle(found[0], last.report)
        else:
            self._note_settled(last.reference)

    def _take(self, batch: IncomingBatch, before: str | None, after: str | None) -> None:
        take = self._prepared(batch)
        report = write_again(
            self.context.database,
            lambda session: self._taken(session, batch, take, (before, after)),
        )
        self._settle(batch, report)

    def _prepared(self, batch: IncomingBatch) -> Take:
        """How to take it; what we are not to read of this system is refused as a whole."""
        prepare = TAKERS.get(batch.kind)
        if prepare is not None and batch.kind in self.visit.connection.reads:
            return prepare(self.visit.name, batch)
        refusal = Problem(
            422,
            "kind-not-read",
            f"{batch.kind} are not read from {self.visit.name!r}",
            remedy=f"Connect it with --read {batch.kind}, or leave them out.",
        )

        def refuse(_session: Session, _now: datetime) -> Taken:
            raise refusal

        return refuse

    def _taken(
        self,
        session: Session,
        batch: IncomingBatch,
        take: Take,
        cursors: tuple[str | None, str | None],
    ) -> IntakeReport:
        now = self.context.clock()
        known = poll_leases.known_report(session, self.visit.name, batch.reference)
        if known is None:
            report = self._reported(session, batch, take)
            told = (batch, report)
            poll_leases.remember(session, self.visit.name, told, cursors[0], now)
        else:
            report = known
        poll_leases.move_cursor(session, self.visit.name, self.lease, cursors[1])
        return report

    def _reported(self, session: Session, batch: IncomingBatch, take: Take) -> IntakeReport:
        try:
            with session.begin_nested():
                return report_of(batch.reference, take(session, self.context.clock()))
        except Problem as problem:
            told = (problem.body["title"], problem.body["detail"], problem.body["remedy"])
            why = ". ".join(str(part).rstrip(".") for part in told if part)
            return IntakeReport(batch.reference, {}, refused=f"{why}.")

    def _settle(self, batch: IncomingBatch, report: IntakeReport) -> None:
        self.source.settle(batch, report)
        self._note_settled(batch.reference)

    def _note_settled(self, reference: str) -> None:
        with self.context.database.write() as session:
            poll_leases.settled(session, self.visit.name, reference, self.context.clock())

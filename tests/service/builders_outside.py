"""Connected systems in memory: they record what they are told and fail as they are told to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adapters.canonical.outlook import OutgoingEvent, PublishedForecast, SupplyOutlook
from adapters.ports import (
    Capabilities,
    Failure,
    Idempotency,
    IncomingBatch,
    IntakeReport,
    OutsideSystem,
    PortError,
    WriteResult,
    Written,
)
from service.context import Connection, Outside, ServiceContext
from service.sync.connections import NewConnection, Role, connect
from service.work.outbox import Event, publish
from tests.service.conftest import FakeClock


class DeathError(Exception):
    """The process dies here."""


@dataclass
class Listener:
    """Hears events; ``failing`` says what it answers to which subject, while it is set."""

    heard: list[OutgoingEvent] = field(default_factory=list)
    outlooks: list[SupplyOutlook] = field(default_factory=list)
    forecasts: list[PublishedForecast] = field(default_factory=list)
    failing: dict[str, Failure] = field(default_factory=dict)
    down: PortError | BaseException | None = None
    retry_after: timedelta | None = None
    calls: int = 0

    def deliver_events(self, events: Sequence[OutgoingEvent]) -> Sequence[Written]:
        self._call()
        return [self._take(self.heard, one, one.event_id, one.subject) for one in events]

    def write_outlooks(self, outlooks: Sequence[SupplyOutlook]) -> Sequence[Written]:
        self._call()
        return [
            self._take(self.outlooks, one, one.opportunity_id, one.opportunity_id)
            for one in outlooks
        ]

    def write_forecast(self, forecast: PublishedForecast) -> Written:
        self._call()
        key = forecast.publication_id
        return self._take(self.forecasts, forecast, key, key)

    def _call(self) -> None:
        self.calls += 1
        if self.down:
            raise self.down

    def _take(self, told: list[Any], one: Any, key: str, subject: str) -> Written:
        failure = self.failing.get(subject)
        if failure is not None:
            return Written(
                key,
                WriteResult.FAILED,
                failure=failure,
                detail=f"no, {subject}",
                retry_after=self.retry_after,
            )
        told.append(one)
        return Written(key, WriteResult.TAKEN, native_id=f"N-{len(told)}")

    @property
    def subjects(self) -> list[str]:
        return [event.subject for event in self.heard]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(event.type, event.subject) for event in self.heard]


@dataclass
class Shelf:
    """A source that lays out batches, one after the other, until each is settled."""

    batches: list[IncomingBatch] = field(default_factory=list)
    reports: list[IntakeReport] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    down: BaseException | None = None
    settling_fails: BaseException | None = None

    def read(self, cursor: str | None) -> tuple[IncomingBatch, str | None] | None:
        self.cursors.append(cursor)
        if self.down:
            raise self.down
        if not self.batches:
            return None
        return self.batches[0], self.batches[0].reference

    def settle(self, batch: IncomingBatch, report: IntakeReport) -> None:
        if self.settling_fails:
            raise self.settling_fails
        self.reports.append(report)
        self.batches = [one for one in self.batches if one.reference != batch.reference]


@dataclass
class Systems:
    """All connected systems by name, and how they came to be connected."""

    context: ServiceContext
    clock: FakeClock
    open: dict[str, OutsideSystem]

    def listener(
        self, name: str = "planning", role: Role = Role.PLANNING, **options: Any
    ) -> Listener:
        """A system that hears of events, outlooks and forecasts."""
        port = Listener()
        self.connect(name, role, events=port, crm=port, planning=port, options=options)
        return port

    def shelf(self, name: str, reads: Iterable[str], role: Role = Role.ERP) -> Shelf:
        """A system that is read."""
        source = Shelf()
        self.connect(name, role, source=source, options={"reads": tuple(reads)})
        return source

    def connect(
        self, name: str, role: Role, options: Mapping[str, Any] | None = None, **ports: Any
    ) -> None:
        """Connect a system with these ports."""
        given = ports.pop("capabilities", Capabilities(Idempotency.UNIQUE))
        self.open[name] = OutsideSystem(given, **ports)
        wanted = NewConnection(name, "memory", [role], {}, **(options or {}))
        with self.context.database.write() as session:
            connect(session, wanted, self.clock())

    def publish(self, subject: str, type_: str = "demand-signal.accepted", **body: Any) -> None:
        """Something happened."""
        self.publish_event(Event(type_, subject, body))

    def publish_event(self, event: Event) -> None:
        with self.context.database.write() as session:
            publish(session, event, self.clock())


def outside_of(systems: dict[str, OutsideSystem]) -> Outside:
    """The way to these systems."""

    def open_system(connection: Connection) -> OutsideSystem:
        if connection.name not in systems:
            raise ValueError("its settings do not fit")
        return systems[connection.name]

    def signed(name: str, body: bytes, headers: Mapping[str, str]) -> bool:
        return bool(body) and headers.get("signed-for") == name

    return Outside(
        open_system,
        signed,
        lambda: "whsec_new",
        trial=lambda connection, _secrets: open_system(connection),
    )

"""Connected systems that can be asked whether we may do there what we are to do.

They are asked all at once and not waited for longer than ``PATIENCE``: a doctor that hangs helps
nobody.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread

from sqlalchemy.exc import SQLAlchemyError

from adapters.ports import Examined, Failure, OutsideSystem, PortError
from service.context import ServiceContext
from service.doctor.finding import Finding, Health
from service.sync.connections import connections, opening
from service.sync.probe import examined
from service.sync.tables import ConnectionRow

PATIENCE = timedelta(seconds=20)
"""How long all systems together may take to answer."""


def examine_connected(context: ServiceContext, patience: timedelta = PATIENCE) -> list[Finding]:
    """What the connected systems say of themselves; one finding each where all is well.

    Nothing where the database cannot be read: that is a finding of its own.
    """
    findings: list[Finding] = []
    asked: list[_Asked] = []
    for row in _connections(context):
        opened = _opened(context, row)
        if isinstance(opened, Finding):
            findings.append(opened)
        elif opened.examine is not None:
            asked.append(_Asked(row.name, opened))
    end = time.monotonic() + patience.total_seconds()
    for one in asked:
        one.thread.start()
    for one in asked:
        one.thread.join(max(end - time.monotonic(), 0))
        findings += one.findings()
    return findings


def _connections(context: ServiceContext) -> list[ConnectionRow]:
    """Those that are not paused."""
    try:
        with context.database.read() as session:
            return [row for row in connections(session) if row.paused_at is None]
    except SQLAlchemyError:
        return []


def _opened(context: ServiceContext, row: ConnectionRow) -> OutsideSystem | Finding:
    try:
        return context.outside.open(opening(row))
    except ValueError:
        remedy = f"Run 'replenish connect test {row.name}': it says what does not fit."
        return Finding(row.name, Health.FAULT, "it cannot be opened", remedy)


@dataclass
class _Asked:
    """A system that is being asked, in a thread that ends with the process at the latest."""

    name: str
    system: OutsideSystem
    answer: Sequence[Examined] | PortError | None = None
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._ask, daemon=True)

    def findings(self) -> list[Finding]:
        """What came of it by now."""
        if self.answer is None:
            remedy = "It may be slow or down: what is to be told waits."
            return [Finding(self.name, Health.NOTE, "it has not answered yet", remedy)]
        if isinstance(self.answer, PortError):
            return [self._not_answering(self.answer)]
        bad = [one for one in self.answer if not one.ok]
        if not bad:
            return [Finding(self.name, Health.OK, f"checks passed: {len(self.answer)}")]
        return [
            Finding(f"{self.name}: {one.name}", Health.FAULT, one.detail, one.remedy) for one in bad
        ]

    def _not_answering(self, error: PortError) -> Finding:
        """One that is down comes back; one that refuses us does not by itself."""
        if error.failure is Failure.REJECTED:
            remedy = f"Mend its settings; 'replenish connect test {self.name}' tries them."
            return Finding(self.name, Health.FAULT, f"it refuses us: {error.detail}", remedy)
        remedy = "Start it, or wait: what is to be told waits, and nothing is lost."
        return Finding(self.name, Health.NOTE, f"it does not answer: {error.detail}", remedy)

    def _ask(self) -> None:
        try:
            self.answer = examined(self.system)
        except PortError as error:
            self.answer = error
        except Exception as error:  # noqa: BLE001  also when it is closed while we still ask
            self.answer = PortError(Failure.AMBIGUOUS, f"{type(error).__name__} {error}")

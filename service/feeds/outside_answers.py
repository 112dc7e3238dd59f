"""The answers to an import of another system's plan, and the rows of it that wait for repair."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from service.exceptions.queue import Finding
from service.feeds import kept_exceptions
from service.feeds.batches import Outcome, RowResult
from service.feeds.outside_rows import (
    SUBJECT_TYPES,
    OutsideRow,
    flat_outside_row,
    subject_key,
)
from service.feeds.placing import Delivery, UnusableRow
from service.feeds.row_problems import Fault, row_problem


@dataclass
class Answers:
    """The answers to an import of ``system``; ``kept`` rows wait for repair, with their faults."""

    system: str
    now: datetime
    results: dict[int, RowResult] = field(default_factory=dict)
    kept: dict[int, UnusableRow] = field(default_factory=dict)

    def say(self, index: int, outcome: Outcome, fault: Fault | None = None) -> None:
        """Answer a row."""
        problem = row_problem(index, fault) if fault else None
        self.results[index] = RowResult(index, outcome, problem)

    def turn_down(self, index: int, unusable: UnusableRow) -> None:
        """A row that cannot be used: kept if its cause can be mended here, else rejected."""
        if unusable.exception:
            self.kept[index] = unusable
        else:
            self.say(index, Outcome.REJECTED, unusable.fault)

    def keep_exceptions(self, session: Session, rows: Mapping[int, OutsideRow]) -> None:
        """Keep what waits; end what waited for a row that was taken or overtaken."""
        for model, subject_type in SUBJECT_TYPES.items():
            of_type = {index: row for index, row in rows.items() if type(row) is model}
            keys = {subject_key(row) for row in of_type.values()}
            waiting = kept_exceptions.open_about(session, subject_type, self.system, keys)
            kept = [index for index in of_type if index in self.kept]
            findings = [_finding(of_type[index], self.kept[index]) for index in kept]
            ids = kept_exceptions.keep(session, findings, waiting, self.now)
            for index, exception_id in zip(kept, ids, strict=True):
                problem = row_problem(index, self.kept[index].fault)
                self.results[index] = RowResult(index, Outcome.EXCEPTION, problem, exception_id)
            taken = {
                subject_key(row): row.version
                for index, row in of_type.items()
                if self.results[index].result not in (Outcome.REJECTED, Outcome.EXCEPTION)
            }
            if waiting:
                delivery = Delivery(self.system, self.now)
                kept_exceptions.settle(session, taken, waiting, delivery)


def _finding(row: OutsideRow, unusable: UnusableRow) -> Finding:
    return Finding(
        kind=unusable.exception or unusable.fault.slug,
        subject_type=SUBJECT_TYPES[type(row)],
        system=row.system,
        subject_key=subject_key(row),
        payload=flat_outside_row(row),
        detail=unusable.fault.detail,
        remedy=unusable.fault.remedy,
        version=row.version,
    )

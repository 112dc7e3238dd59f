"""How a demo is loaded: the way any outside system would, in portions, again where it broke off."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.demo.company import LOADING, DemoCompany, is_loaded, put_company
from service.demo.today import ERP
from service.feeds import intake as feeds_intake
from service.feeds.batches import FeedBatch, FeedKind
from service.progress import Report

ROWS_AT_ONCE = 10_000


class _Result(Protocol):
    @property
    def result(self) -> str:
        """What became of the row."""


Take = Callable[[Session, Sequence[Any], datetime], Sequence[_Result]]


@dataclass(frozen=True)
class Step:
    """Rows of one kind in portions; each portion is a transaction."""

    name: str
    total: int
    portions: Iterable[Sequence[Any]]
    take: Take


@dataclass(frozen=True)
class Demo:
    """A company and what is loaded of it, in the order in which one needs the other.

    ``finish`` has the last word about the loaded rows, in a transaction of its own.
    """

    company: DemoCompany
    steps: Callable[[], Iterable[Step]]
    finish: Callable[[Session], None]


@dataclass(frozen=True)
class DemoLoad:
    """What a load did: ``already_there``, or rows by step and outcome."""

    already_there: bool
    outcomes: dict[str, dict[str, int]]


def load_demo(context: ServiceContext, progress: Report, demo: Demo) -> DemoLoad:
    """Load ``demo`` into a migrated database; one that has it already is left alone at once.

    ``progress`` is told each step's name, rows done and rows in all, after every portion. A load
    that was broken off is taken up again from its start; what is there already stays. Raises
    OtherCompanyError.
    """
    with context.database.read() as session:
        if is_loaded(session, demo.company):
            return DemoLoad(already_there=True, outcomes={})
    steps = list(demo.steps())
    with context.database.write() as session:
        put_company(session, demo.company, LOADING)
    outcomes = {step.name: _run(context, step, progress) for step in steps}
    with context.database.write() as session:
        demo.finish(session)
        put_company(session, demo.company, demo.company.notice)
    context.ring()
    return DemoLoad(already_there=False, outcomes=outcomes)


def fed(name: str, kind: FeedKind, rows: Sequence[Any]) -> Step:
    """A step that the ERP feeds."""
    return step(name, rows, feed(kind))


def step(name: str, rows: Sequence[Any], take: Take) -> Step:
    """A step of rows that are all there."""
    starts = range(0, len(rows), ROWS_AT_ONCE)
    return Step(name, len(rows), [rows[at : at + ROWS_AT_ONCE] for at in starts], take)


def feed(kind: FeedKind) -> Take:
    """Takes the ERP's rows of this kind."""

    def take(session: Session, rows: Sequence[Any], now: datetime) -> Sequence[_Result]:
        return feeds_intake.take(session, FeedBatch(ERP, kind, rows), now)

    return take


def _run(context: ServiceContext, step: Step, progress: Report) -> dict[str, int]:
    outcomes: Counter[str] = Counter()
    progress(step.name, 0, step.total)
    for portion in step.portions:
        with context.database.write() as session:
            results = step.take(session, portion, context.clock())
        outcomes.update(str(result.result) for result in results)
        progress(step.name, outcomes.total(), step.total)
    return dict(outcomes)

"""Loads the demo the way any outside system would: through the feeds and the signal intake."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.demo.company import LOADING, NOTICE, is_loaded, put_company
from service.demo.provenance import label_rows
from service.demo.today import ERP
from service.demo.world import World, build_world, sales_lines
from service.feeds import intake as feeds_intake
from service.feeds.batches import FeedBatch, FeedKind
from service.feeds.cross_references import put_cross_references
from service.progress import Report
from service.signals import intake as signals_intake

ACTOR = "demo"
_ROWS_AT_ONCE = 10_000


class _Result(Protocol):
    @property
    def result(self) -> str:
        """What became of the row."""


_Take = Callable[[Session, Sequence[Any], datetime], Sequence[_Result]]


@dataclass(frozen=True)
class _Step:
    """Rows of one kind in portions; each portion is a transaction."""

    name: str
    total: int
    portions: Iterable[Sequence[Any]]
    take: _Take


@dataclass(frozen=True)
class DemoLoad:
    """What ``load`` did: ``already_there``, or rows by step and outcome."""

    already_there: bool
    outcomes: dict[str, dict[str, int]]


def load(context: ServiceContext, progress: Report, *, limit: int | None = None) -> DemoLoad:
    """Load the demo into a migrated database; one that has it already is left alone at once.

    ``progress`` is told each step's name, rows done and rows in all, after every portion.
    ``limit`` loads only so many item-location series. A load that was broken off is taken up
    again from its start; what is there already stays. Raises OtherCompanyError.
    """
    with context.database.read() as session:
        if is_loaded(session):
            return DemoLoad(already_there=True, outcomes={})
    world = build_world(limit)
    with context.database.write() as session:
        put_company(session, LOADING)
    outcomes = {step.name: _run(context, step, progress) for step in _steps(world)}
    with context.database.write() as session:
        label_rows(session)
        put_company(session, NOTICE)
    context.ring()
    return DemoLoad(already_there=False, outcomes=outcomes)


def _run(context: ServiceContext, step: _Step, progress: Report) -> dict[str, int]:
    outcomes: Counter[str] = Counter()
    progress(step.name, 0, step.total)
    for portion in step.portions:
        with context.database.write() as session:
            results = step.take(session, portion, context.clock())
        outcomes.update(str(result.result) for result in results)
        progress(step.name, outcomes.total(), step.total)
    return dict(outcomes)


def _steps(world: World) -> Iterator[_Step]:
    """In the order in which one needs the other."""
    orders = [*world.supply.purchases, *world.open_sales]
    yield _fed("locations", FeedKind.LOCATIONS, world.locations)
    yield _fed("items", FeedKind.ITEMS, world.items)
    yield _fed("accounts", FeedKind.ACCOUNTS, world.accounts)
    yield _step("cross references", world.cross_references, _refer)
    yield _fed("supplier terms", FeedKind.SUPPLIER_TERMS, world.supply.terms)
    # By series, so that each portion marks its own keys and not all of them again.
    sold = world.sold.sort("item_id", "location_id", "line_id")
    portions = (list(sales_lines(part)) for part in sold.iter_slices(_ROWS_AT_ONCE))
    yield _Step("sales lines", sold.height, portions, _feed(FeedKind.SALES_LINES))
    yield _fed("stock positions", FeedKind.STOCK_POSITIONS, world.supply.stock)
    yield _fed("open orders", FeedKind.OPEN_ORDERS, orders)
    yield _step("opportunities", [one.signal for one in world.opportunities], signals_intake.take)


def _fed(name: str, kind: FeedKind, rows: Sequence[Any]) -> _Step:
    return _step(name, rows, _feed(kind))


def _step(name: str, rows: Sequence[Any], take: _Take) -> _Step:
    starts = range(0, len(rows), _ROWS_AT_ONCE)
    return _Step(name, len(rows), [rows[at : at + _ROWS_AT_ONCE] for at in starts], take)


def _feed(kind: FeedKind) -> _Take:
    def take(session: Session, rows: Sequence[Any], now: datetime) -> Sequence[_Result]:
        return feeds_intake.take(session, FeedBatch(ERP, kind, rows), now)

    return take


def _refer(session: Session, rows: Sequence[Any], now: datetime) -> Sequence[_Result]:
    return put_cross_references(session, rows, ACTOR, now)

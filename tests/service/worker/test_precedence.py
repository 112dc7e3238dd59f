"""Whoever sends a signal waits for its pass alone, and what was planned is told all the same."""

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.policies.versions import ensure_default
from service.work.tables import OutboxRow
from service.worker.loop import drain
from service.worker.precedence import Precedence
from tests.service.builders_feeds import Erp, dirty, stock, stored
from tests.service.builders_supplier_orders import add_item


@pytest.fixture
def erp(context: ServiceContext) -> Erp:
    """A planned item of which everybody has been told."""
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context).stocked()
    add_item(erp, "BOTTLE")
    while drain(context):
        pass
    return erp


def test_a_change_that_comes_meanwhile_is_planned_before_others_are_told_of_the_last(
    erp: Erp,
) -> None:
    rings = iter([True, False])
    precedence = Precedence(lambda _seconds: next(rings))
    for on_hand, more_comes in (("41", True), ("42", False)):
        erp.send(FeedKind.STOCK_POSITIONS, stock(on_hand, as_of=erp.context.clock()))
        assert drain(erp.context, precedence)
        assert dirty(erp.context) == {}
        untold = [row for row in stored(erp.context, OutboxRow) if row.routed_at is None]
        assert bool(untold) is more_comes


def _never(_seconds: float) -> bool:
    raise AssertionError("waited although nothing is untold")


def test_nothing_waits_where_nothing_was_planned(erp: Erp) -> None:
    assert not drain(erp.context, Precedence(_never))


def test_a_ring_about_what_was_planned_already_does_not_let_the_telling_in() -> None:
    rings = iter([True, True, False])
    precedence = Precedence(lambda _seconds: next(rings))
    asked = [precedence.more_comes(planned=planned) for planned in (True, False, True, False)]
    assert asked == [True, True, False, False]


def test_the_next_change_goes_first_while_the_last_is_young(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("service.worker.precedence.time.monotonic", lambda: now)
    precedence = Precedence(lambda _seconds: True)
    assert precedence.more_comes(planned=True)
    now += 0.9
    assert precedence.more_comes(planned=True)
    now += 0.2
    assert not precedence.more_comes(planned=True)
    assert precedence.more_comes(planned=True)


def test_without_a_ring_others_are_told_at_once() -> None:
    waited: list[float] = []

    def no_ring(seconds: float) -> bool:
        waited.append(seconds)
        return False

    assert not Precedence(no_ring).more_comes(planned=True)
    assert waited == [pytest.approx(0.1)]

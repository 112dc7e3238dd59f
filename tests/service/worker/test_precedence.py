"""Whoever sends a signal waits for its pass alone, and what was planned is told all the same."""

from functools import partial

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
    for on_hand, more_comes in (("41", True), ("42", False)):
        erp.send(FeedKind.STOCK_POSITIONS, stock(on_hand, as_of=erp.context.clock()))
        assert drain(erp.context, partial(bool, more_comes))
        assert dirty(erp.context) == {}
        untold = [row for row in stored(erp.context, OutboxRow) if row.routed_at is None]
        assert bool(untold) is more_comes


def test_nothing_waits_where_nothing_was_planned(erp: Erp) -> None:
    def never() -> bool:
        raise AssertionError("asked although there was nothing to plan")

    assert not drain(erp.context, never)


def test_the_next_change_goes_first_while_the_last_is_young(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("service.worker.precedence.time.monotonic", lambda: now)
    rings = Precedence(lambda _seconds: True)
    assert rings.more_comes()
    now += 0.9
    assert rings.more_comes()
    now += 0.2
    assert not rings.more_comes()
    assert rings.more_comes()


def test_without_a_ring_others_are_told_at_once() -> None:
    waited: list[float] = []

    def no_ring(seconds: float) -> bool:
        waited.append(seconds)
        return False

    assert not Precedence(no_ring).more_comes()
    assert waited == [pytest.approx(0.1)]

from datetime import timedelta

import pytest

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.worker.sweep import sweep
from tests.service.builders_feeds import Erp, clean, dirty, terms
from tests.service.conftest import FakeClock

KEY = ("BOTTLE", "UK")


@pytest.fixture
def planned(context: ServiceContext) -> ServiceContext:
    """A planned bottle, nothing dirty, and a worker that has swept on Monday 29 August 2011."""
    Erp(context).stocked().send(FeedKind.SUPPLIER_TERMS, terms())
    sweep(context)
    clean(context)
    return context


def test_the_same_day_marks_nothing(planned: ServiceContext, clock: FakeClock) -> None:
    clock.now += timedelta(hours=3)
    sweep(planned)
    assert dirty(planned) == {}


def test_a_new_day_recomputes_what_is_planned(planned: ServiceContext, clock: FakeClock) -> None:
    clock.now += timedelta(days=1)
    sweep(planned)
    assert dirty(planned) == {KEY: False}


def test_a_new_week_fits_the_baselines_anew(planned: ServiceContext, clock: FakeClock) -> None:
    clock.now += timedelta(days=7)
    sweep(planned)
    assert dirty(planned) == {KEY: True}


def test_the_first_sweep_of_an_installation_leaves_the_marks_to_the_feeds(
    context: ServiceContext,
) -> None:
    Erp(context).stocked().send(FeedKind.SUPPLIER_TERMS, terms())
    clean(context)
    sweep(context)
    assert dirty(context) == {}

"""Another system's plan, read from its files or from its pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.ports import IncomingKind
from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.outside_tables import OutsideForecastRow, OutsideRecommendationRow
from service.sync.connections import Role
from service.sync.rounds import sync_once
from tests.adapters.folder_partner import FolderPartner
from tests.adapters.http_partner import HttpPartner
from tests.adapters.simulated_http_system import SimulatedHttpSystem
from tests.service.builders_feeds import stored
from tests.service.builders_outside import Systems
from tests.service.builders_plans import advice, bucket, weeks
from tests.service.builders_signals import stock_the_shelves
from tests.service.conftest import FakeClock

Partner = FolderPartner | HttpPartner

QUANTILES = {"0.5": "68", "0.9": "90"}
ROWS: list[dict[str, Any]] = [
    bucket(0, quantiles=QUANTILES),
    bucket(1),
    advice("12", item_id="WINE"),
    bucket(0, item_id="KETTLE"),
    bucket(-2, item_id="WINE"),
    bucket(3, "many", item_id="WINE"),
]
"""Two weeks and advice that are sound, an item nobody knows, a week that is over, no number."""


@pytest.fixture(params=["files", "http"])
def partner(
    request: pytest.FixtureRequest, tmp_path: Path, context: ServiceContext, systems: Systems
) -> Iterator[Partner]:
    """A planning system that is connected, and read."""
    with context.database.write() as session:
        stock_the_shelves(session, context.clock())
    server = SimulatedHttpSystem()
    partner: Partner = HttpPartner(server, {"reads": (IncomingKind.FORECASTS,)})
    if request.param == "files":
        partner = FolderPartner(tmp_path / "exchange")
        partner.folder("in")
    system = partner.opened()
    options = {"reads": (IncomingKind.FORECASTS,), "more": {"poll_seconds": 5}}
    systems.connect("foresight", Role.PLANNING, options, source=system.source)
    yield partner
    system.close()
    server.stop()


def _read(context: ServiceContext, clock: FakeClock) -> None:
    clock.now += timedelta(seconds=6)
    while sync_once(context):
        pass


def test_sound_rows_are_taken_and_the_sender_is_told_of_the_others(
    context: ServiceContext, clock: FakeClock, partner: Partner
) -> None:
    partner.offer(IncomingKind.FORECASTS, ROWS)
    _read(context, clock)
    told = sorted(stored(context, OutsideForecastRow), key=lambda row: row.start)
    assert [(row.system, row.mean, row.version) for row in told] == [("foresight", 70, 1)] * 2
    assert told[0].quantiles == QUANTILES
    (advised,) = stored(context, OutsideRecommendationRow)
    assert (advised.item_id, advised.quantity) == ("WINE", 12)
    waiting = stored(context, ExceptionRow)
    assert {row.kind for row in waiting} == {"unknown_product", "closed_period"}
    assert {row.system for row in waiting} == {"foresight"}
    (report,) = partner.reports()
    assert report.counts == {"stored": 3, "exception": 2, "rejected": 1}
    bad = [(row["item_id"], row["mean"]) for row, _ in report.bad_rows]
    assert bad == [("KETTLE", "70"), ("WINE", "70"), ("WINE", "many")]
    assert all(problem for _, problem in report.bad_rows)


def test_a_newer_version_that_is_read_later_replaces_its_range(
    context: ServiceContext, clock: FakeClock, partner: Partner
) -> None:
    partner.offer(IncomingKind.FORECASTS, weeks(3))
    _read(context, clock)
    partner.offer(IncomingKind.FORECASTS, [bucket(1, "90", version=2)])
    partner.offer(IncomingKind.FORECASTS, weeks(1, "1", version=0))
    _read(context, clock)
    told = sorted(stored(context, OutsideForecastRow), key=lambda row: row.start)
    assert [(row.mean, row.version) for row in told] == [(70, 1), (90, 2), (70, 1)]
    assert [report.counts for report in partner.reports()] == [
        {"stored": 3},
        {"stored": 1},
        {"stale": 1},
    ]

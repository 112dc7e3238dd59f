"""Worker processes while signals pour in and Redis has a bad day."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from service.context import ServiceContext
from service.database.engine import Database
from service.settings import Settings
from service.work.redis_bell import connect
from tests.servers.valkey import FragileServer
from tests.service.builders_workers import PATIENCE_SECONDS, Shop, children_of, ringing, working
from tests.service.conftest import FakeClock

_PROMPTLY_SECONDS = 6.0
_Found = TypeVar("_Found")

OpenShop = Callable[[str], Shop]


@pytest.fixture
def open_shop(
    database_url: str, database: Database, clock: FakeClock, tmp_path: Path
) -> Callable[[str], Shop]:
    """A shop whose bell is the Redis at an address, or the local socket."""

    def open_shop(redis_url: str) -> Shop:
        settings = Settings(database_url=database_url, data_dir=tmp_path, redis_url=redis_url)
        shop = Shop(ServiceContext(settings, database, clock, ringing(settings)))
        shop.open()
        return shop

    return open_shop


@pytest.mark.parametrize("redis_workers", [0, 1, 3])
def test_every_signal_of_a_burst_is_worked_off_once(
    open_shop: OpenShop, request: pytest.FixtureRequest, redis_workers: int
) -> None:
    redis_url = request.getfixturevalue("valkey_server") if redis_workers else ""
    shop = open_shop(redis_url)
    with working(shop.context.settings, f"--workers={max(redis_workers, 1)}"):
        for _ in range(3):
            shop.burst()
        shop.settle()
    shop.check()


def test_nothing_is_lost_when_redis_is_away_flushed_killed_and_started_again(
    open_shop: OpenShop, fragile_valkey: FragileServer
) -> None:
    shop = open_shop(fragile_valkey.url)
    fragile_valkey.kill()
    with working(shop.context.settings, "--workers=2"):
        shop.burst()
        shop.settle()
        fragile_valkey.start()
        with connect(shop.context.settings, 1.0) as client:
            for _ in range(5):
                shop.burst()
                client.flushall()
        shop.settle()
        shop.burst()
        fragile_valkey.kill()
        shop.burst()
        shop.settle()
    shop.check()


def test_what_a_killed_worker_had_begun_another_does(
    open_shop: OpenShop, valkey_server: str
) -> None:
    shop = open_shop(valkey_server)
    with working(shop.context.settings, "--workers=2") as parent:
        for _ in range(3):
            shop.burst()
            os.kill(_until(lambda: children_of(parent.pid))[0], signal.SIGKILL)
        shop.settle()
    shop.check()


@pytest.mark.parametrize("redis", [False, True])
def test_a_worker_ends_promptly_however_long_its_sweep_is(
    open_shop: OpenShop, request: pytest.FixtureRequest, redis: bool
) -> None:
    shop = open_shop(request.getfixturevalue("valkey_server") if redis else "")
    with working(shop.context.settings, REPLENISH_SWEEP_SECONDS="3600") as process:
        shop.settle()
        time.sleep(0.5)  # into its wait
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PROMPTLY_SECONDS) == 0


def _until(find: Callable[[], list[_Found]]) -> list[_Found]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found

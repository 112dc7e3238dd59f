"""What the doctor says of Redis."""

from contextlib import closing
from pathlib import Path

import pytest

from service.doctor.finding import Health
from service.doctor.redis_server import examine_redis, examine_version
from service.settings import Settings
from service.work.redis_bell import JOB, connect, queue_of
from service.worker.rq_worker import BellWorker
from tests.servers.valkey import FragileServer


@pytest.fixture
def settings(fragile_valkey: FragileServer, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, redis_url=fragile_valkey.url)


def test_the_doctor_says_that_rings_wait_and_nobody_listens(settings: Settings) -> None:
    with connect(settings, 1.0) as client:
        queue_of(settings, client).enqueue_call(JOB)
    (finding,) = examine_redis(settings)
    assert finding.health is Health.NOTE
    assert finding.detail.endswith("workers 0, rings waiting 1")
    assert "replenish work" in finding.remedy


def test_the_doctor_counts_the_workers_that_listen(settings: Settings) -> None:
    with closing(BellWorker(settings, lambda: None)):
        (finding,) = examine_redis(settings)
    assert finding.health is Health.OK
    assert finding.detail.endswith("workers 1, rings waiting 0")


def test_the_doctor_says_so_if_redis_is_away(
    settings: Settings, fragile_valkey: FragileServer
) -> None:
    fragile_valkey.kill()
    (finding,) = examine_redis(settings)
    assert finding.health is Health.NOTE
    assert "REPLENISH_REDIS_URL" in finding.remedy


def test_the_doctor_refuses_an_address_that_is_none(tmp_path: Path) -> None:
    (finding,) = examine_redis(Settings(data_dir=tmp_path, redis_url="localhost:6379"))
    assert finding.health is Health.FAULT


def test_the_doctor_is_silent_about_redis_where_none_is_wanted(tmp_path: Path) -> None:
    assert examine_redis(Settings(data_dir=tmp_path)) == []


@pytest.mark.parametrize(
    ("server", "good"),
    [
        ({"redis_version": "5.0.14"}, True),
        ({"redis_version": "4.0.9"}, False),
        ({"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "7.2.0"}, True),
        ({"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "7.1.9"}, False),
    ],
)
def test_the_doctor_knows_what_is_new_enough(server: dict[str, str], good: bool) -> None:
    finding = examine_version(server)
    assert (finding is None) == good

"""The doorbell over a real Valkey, that is also killed, flushed and made to hang."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from service.context import WHOLE, Share
from service.settings import Settings
from service.work.redis_bell import RedisBell, connect, queue_name, queue_of
from service.worker.local_bell import LocalBell
from service.worker.rq_bell import RqBell
from tests.servers.valkey import FragileServer
from tests.service.builders_workers import ring_here

_SOON_SECONDS = 5.0
_AT_ONCE_SECONDS = 0.1
_A_MOMENT_SECONDS = 0.2


@pytest.fixture
def settings(fragile_valkey: FragileServer, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, redis_url=fragile_valkey.url)


@pytest.fixture
def client(settings: Settings) -> Iterator[Redis]:
    with connect(settings, 1.0) as client:
        yield client


@pytest.fixture
def done() -> list[str]:
    """What the workers of a test have done."""
    return []


@pytest.fixture
def hire(done: list[str]) -> Iterator[Callable[[Settings], RqBell]]:
    """Workers that note when they were asked to work; their number tells them apart."""
    hired: list[RqBell] = []

    def hire(settings: Settings) -> RqBell:
        name = str(len(hired))
        bell = RqBell(settings, lambda: done.append(name), LocalBell(settings))
        hired.append(bell)
        return bell

    yield hire
    for bell in hired:
        bell.close()


def _ring(settings: Settings) -> None:
    """One ring that has arrived."""
    queue_before = _waiting(settings)
    RedisBell(settings).ring()
    deadline = time.monotonic() + _SOON_SECONDS
    while _waiting(settings) == queue_before == 0 and time.monotonic() < deadline:
        time.sleep(0.01)


def _waiting(settings: Settings) -> int:
    with connect(settings, 1.0) as client:
        return queue_of(settings, client).count


def _rung_soon(bell: RqBell) -> bool:
    deadline = time.monotonic() + _SOON_SECONDS
    while time.monotonic() < deadline:
        if bell.wait(1.0):
            return True
    return False


def test_a_ring_has_the_work_done(
    settings: Settings, hire: Callable[[Settings], RqBell], done: list[str]
) -> None:
    bell = hire(settings)
    assert not bell.wait(0.05)
    RedisBell(settings).ring()
    assert _rung_soon(bell)
    assert done == ["0"]
    assert not bell.wait(0.05)


def test_many_rings_before_the_work_begins_are_one_job(
    settings: Settings, hire: Callable[[Settings], RqBell], done: list[str]
) -> None:
    _ring(settings)
    bells = [RedisBell(settings) for _ in range(3)]
    for _ in range(100):
        for bell in bells:
            bell.ring()
    time.sleep(_A_MOMENT_SECONDS)
    assert _waiting(settings) == 1
    worker = hire(settings)
    assert _rung_soon(worker)
    assert not worker.wait(0.05)
    assert done == ["0"]


def test_a_ring_during_the_work_is_not_swallowed(settings: Settings) -> None:
    worked: list[int] = []

    def work() -> None:
        worked.append(1)
        if len(worked) == 1:
            _ring(settings)

    with closing(RqBell(settings, work, LocalBell(settings))) as bell:
        RedisBell(settings).ring()
        assert _rung_soon(bell)
        assert _rung_soon(bell)
    assert len(worked) == 2


def test_nothing_is_left_in_redis_once_the_work_is_done(
    settings: Settings, hire: Callable[[Settings], RqBell], client: Redis
) -> None:
    bell = hire(settings)
    _ring(settings)
    assert _rung_soon(bell)
    bell.close()
    assert client.keys("rq:job:*") == []


@pytest.mark.parametrize(
    "other",
    [
        {"installation": "other"},
        {"database_url": "postgresql+psycopg://db.example/pegline"},
    ],
)
def test_another_installation_on_the_same_redis_does_not_hear_ours(
    settings: Settings,
    hire: Callable[[Settings], RqBell],
    done: list[str],
    other: dict[str, str],
) -> None:
    _ring(settings)
    theirs = hire(settings.model_copy(update=other))
    assert not theirs.wait(_A_MOMENT_SECONDS)
    assert _rung_soon(hire(settings))
    assert done == ["1"]


def test_the_name_of_the_queue_gives_no_password_away_and_does_not_change_with_it(
    settings: Settings,
) -> None:
    url = "postgresql+psycopg://{}@db.example/pegline"
    names = {
        queue_name(settings.model_copy(update={"database_url": url.format(user)}))
        for user in ("pegline:old", "pegline:new", "other")
    }
    assert len(names) == 1


def test_a_job_that_is_not_ours_is_removed_and_not_run(
    settings: Settings,
    hire: Callable[[Settings], RqBell],
    client: Redis,
    tmp_path: Path,
    done: list[str],
) -> None:
    target = tmp_path / "made-by-a-stranger"
    queue_of(settings, client).enqueue_call("os.mkdir", args=(str(target),))
    assert _rung_soon(hire(settings))
    assert done == []
    assert not target.exists()
    assert client.keys("rq:job:*") == []


def test_a_plain_rq_worker_says_that_it_cannot_do_our_work(
    settings: Settings, client: Redis
) -> None:
    _ring(settings)
    queue = Queue(queue_name(settings), connection=client, serializer=JSONSerializer)
    plain = SimpleWorker([queue], connection=client, serializer=JSONSerializer)
    (job,) = queue.jobs
    plain.work(burst=True, logging_level="CRITICAL")
    result = job.latest_result()
    assert result is not None
    assert "replenish work" in str(result.exc_string)


def test_after_a_flush_the_worker_is_known_again_and_hears_the_next_ring(
    settings: Settings, hire: Callable[[Settings], RqBell], client: Redis, done: list[str]
) -> None:
    bell = hire(settings)
    assert bell.share() == WHOLE
    client.flushall()
    assert not bell.wait(0.05)
    assert bell.share() == WHOLE
    _ring(settings)
    assert _rung_soon(bell)
    assert done == ["0"]


def test_workers_share_out_all_of_the_work_and_take_over_from_one_that_is_gone(
    settings: Settings, hire: Callable[[Settings], RqBell]
) -> None:
    bells = [hire(settings) for _ in range(3)]
    for bell in bells:
        bell.share()
    shares = [bell.share() for bell in bells]
    assert sorted(share.slot for share in shares) == [0, 1, 2]
    assert {share.of for share in shares} == {3}
    bells[0].close()
    assert {bell.share() for bell in bells[1:]} == {Share(0, 2), Share(1, 2)}


def test_while_redis_is_away_the_local_bell_wakes_and_all_of_the_work_is_ours(
    settings: Settings, fragile_valkey: FragileServer, hire: Callable[[Settings], RqBell]
) -> None:
    fragile_valkey.kill()
    bell = hire(settings)
    assert bell.share() == WHOLE
    ring_here(settings.data_dir)
    assert bell.wait(_SOON_SECONDS)


def test_a_redis_that_comes_back_is_used_again(
    settings: Settings,
    fragile_valkey: FragileServer,
    hire: Callable[[Settings], RqBell],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.worker.rq_bell._QUIET_SECONDS", 0.1)
    bell = hire(settings)
    fragile_valkey.kill()
    assert not bell.wait(0.05)
    fragile_valkey.start()
    _ring(settings)
    assert _rung_soon(bell)


def test_ringing_neither_waits_nor_fails_however_redis_is(
    settings: Settings, fragile_valkey: FragileServer
) -> None:
    bell = RedisBell(settings)
    bell.ring()
    fragile_valkey.hang()
    assert _seconds(bell.ring) < _AT_ONCE_SECONDS
    fragile_valkey.go_on()
    fragile_valkey.kill()
    assert _seconds(bell.ring) < _AT_ONCE_SECONDS


def test_a_redis_that_hangs_keeps_a_worker_for_two_seconds_at_most(
    settings: Settings, fragile_valkey: FragileServer, hire: Callable[[Settings], RqBell]
) -> None:
    bell = hire(settings)
    bell.share()
    fragile_valkey.hang()
    assert _seconds(lambda: bell.wait(0.05)) < 2.0
    assert _seconds(lambda: bell.wait(0.05)) < _A_MOMENT_SECONDS


def _seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began

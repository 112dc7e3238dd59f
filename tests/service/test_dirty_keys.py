import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.context import ServiceContext, Share
from service.work import dirty_keys

KEY = ("BOTTLE", "UK")


def _mark(context: ServiceContext, *, refit: bool = False) -> None:
    with context.database.write() as session:
        dirty_keys.mark(session, [KEY, KEY], "signal", context.clock(), refit=refit)


def _read(context: ServiceContext) -> list[dirty_keys.DirtyKey]:
    with context.database.read() as session:
        return dirty_keys.read(session, 10)


def test_a_key_marked_while_it_is_recomputed_stays_dirty(context: ServiceContext) -> None:
    _mark(context)
    seen = _read(context)
    _mark(context)
    with context.database.write() as session:
        assert dirty_keys.clear(session, seen) == set()
    assert [dirty.key for dirty in _read(context)] == [KEY]


def test_a_key_is_cleared_once_under_the_generation_that_was_read(context: ServiceContext) -> None:
    _mark(context)
    seen = _read(context)
    with context.database.write() as session:
        assert dirty_keys.clear(session, seen) == {KEY}
        assert dirty_keys.clear(session, seen) == set()
    assert _read(context) == []


def test_the_wish_for_a_new_baseline_outlives_later_marks(context: ServiceContext) -> None:
    _mark(context, refit=True)
    _mark(context)
    assert [dirty.refit for dirty in _read(context)] == [True]


def test_a_wish_for_a_new_baseline_may_differ_from_key_to_key(context: ServiceContext) -> None:
    with context.database.write() as session:
        dirty_keys.mark_each(session, {KEY: True, ("CUP", "UK"): False}, "sale", context.clock())
        dirty_keys.mark_each(session, {KEY: False, ("CUP", "UK"): False}, "stock", context.clock())
    assert {dirty.key: dirty.refit for dirty in _read(context)} == {KEY: True, ("CUP", "UK"): False}


def test_thousands_of_keys_of_many_marks_are_cleared_at_once(context: ServiceContext) -> None:
    keys = [(f"I-{number}", place) for number in range(600) for place in ("UK", "FR")]
    with context.database.write() as session:
        for start in range(0, len(keys), 100):
            dirty_keys.mark(session, keys[start : start + 100], "stock", context.clock())
    with context.database.read() as session:
        seen = dirty_keys.read(session, 5000)
    with context.database.write() as session:
        dirty_keys.mark(session, keys[::3], "stock", context.clock())
        dirty_keys.ask_fit(session, seen)
        assert dirty_keys.clear(session, seen) == set(keys) - set(keys[::3])
    with context.database.read() as session:
        assert not any(dirty.refit for dirty in dirty_keys.read(session, 5000))


def test_marking_and_clearing_at_once_never_lock_each_other_crosswise(
    context: ServiceContext,
) -> None:
    keys = [(f"I-{number}", "UK") for number in range(60)]
    shuffled = random.Random(7)  # noqa: S311  no secret, the same order each time
    orders = [shuffled.sample(keys, 40) for _ in range(40)]

    def mark(order: list[dirty_keys.Key]) -> None:
        with context.database.write() as session:
            for start in (0, 20):  # two marks, against the order of the keys
                part = order[start : start + 20]
                dirty_keys.mark(session, part, "stock", context.clock(), refit=start == 0)

    def recompute(_order: object) -> None:
        with context.database.read() as session:
            seen = dirty_keys.read(session, 100)
        with context.database.write() as session:
            dirty_keys.ask_fit(session, seen[::2])
            dirty_keys.fitted(session, seen[::-1])
            dirty_keys.clear(session, seen)

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(job, order) for order in orders for job in (mark, recompute)]
        assert [job.result(60) for job in jobs] == [None] * len(jobs)


def test_a_key_that_is_being_marked_is_left_alone_without_waiting(context: ServiceContext) -> None:
    if context.database.is_sqlite:
        pytest.skip("on SQLite there is one writer at a time")
    _mark(context)
    seen = _read(context)
    with context.database.write() as marking:
        dirty_keys.mark(marking, [KEY], "signal", context.clock())
        with context.database.write() as clearing:
            assert dirty_keys.clear(clearing, seen) == set()
    assert [dirty.key for dirty in _read(context)] == [KEY]


def test_several_workers_begin_with_different_keys_and_leave_none(context: ServiceContext) -> None:
    keys = {(f"ITEM-{number}", place) for number in range(30) for place in ("UK", "FR")}
    with context.database.write() as session:
        dirty_keys.mark(session, keys, "signal", context.clock())
    with context.database.read() as session:
        parts = [
            {entry.key for entry in dirty_keys.read(session, 60, share=Share(slot, 3))}
            for slot in range(3)
        ]
    assert set.union(*parts) == keys
    assert sum(map(len, parts)) == len(keys)
    assert all(parts)


def test_whoever_finds_nothing_of_its_own_takes_what_is_there(context: ServiceContext) -> None:
    _mark(context)
    for slot in range(3):
        with context.database.read() as session:
            found = dirty_keys.read(session, 10, share=Share(slot, 3))
        assert [entry.key for entry in found] == [KEY]

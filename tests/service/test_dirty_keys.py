from service.context import ServiceContext
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

"""No change is missed, none is told for ever, though it is stamped before it is seen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.erp.tryton.reading.follower import Follower
from adapters.erp.tryton.reading.sweep import Change, Place, Sweeper, from_json, to_json

OVERLAP = timedelta(seconds=10)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def moment(second: float) -> datetime:
    return START + timedelta(seconds=second)


@dataclass
class Records:
    """A table whose changes become visible when their transactions end."""

    now: float = 0
    commits: list[tuple[float, Change]] = field(default_factory=list)
    looks: int = 0

    def commit(self, second: float, number: int, *, delay: float = 0) -> None:
        self.commits.append((second + delay, Change(moment(second), number)))

    def look(self, above: Change | None, limit: int) -> Sequence[Change]:
        self.looks += 1
        visible = sorted(change for change in self.stamps().values())
        return [change for change in visible if above is None or change > above][:limit]

    def newest(self) -> Change | None:
        return max(self.stamps().values(), default=None)

    def stamps(self) -> dict[int, Change]:
        """Of each record the change that was committed last."""
        ended = sorted(one for one in self.commits if one[0] <= self.now)
        return {change.id: change for _, change in ended}

    def reader(self, size: int = 3) -> "Reader":
        return Reader(Sweeper(self.look, self.newest, OVERLAP, size))


@dataclass
class Reader:
    """Reads on from where it stands; what it is told goes through a cursor's text."""

    sweeper: Sweeper
    place: Place = field(default_factory=Place)

    def next(self) -> Sequence[Change]:
        page = self.sweeper.next_page(self.place)
        if page is None:
            return []
        self.place = from_json(to_json(page.place))
        assert self.place == page.place
        return page.changes

    def all(self) -> list[Change]:
        found: list[Change] = []
        while changes := self.next():
            found += changes
        return found


def test_what_was_read_is_not_read_again() -> None:
    records = Records(now=100)
    for number in range(1, 8):
        records.commit(number, number)
    reader = records.reader()
    assert [change.id for change in reader.all()] == [1, 2, 3, 4, 5, 6, 7]
    assert reader.all() == []


def test_a_change_that_is_seen_late_is_read_although_newer_ones_were() -> None:
    records = Records(now=20)
    records.commit(20, 1)
    records.commit(12, 2, delay=9.5)
    reader = records.reader()
    assert [change.id for change in reader.all()] == [1]
    records.now = 22
    assert [change.id for change in reader.all()] == [2]
    assert reader.all() == []


def test_a_change_that_is_seen_late_is_read_although_its_page_was_passed_meanwhile() -> None:
    records = Records(now=50)
    for number in range(1, 10):
        records.commit(40 + number, number)
    records.commit(42.5, 99, delay=9)
    reader = records.reader()
    assert len(reader.next()) == 3
    assert len(reader.next()) == 3
    records.now = 52
    assert [change.id for change in reader.all()] == [7, 8, 9, 99]


def test_many_changes_of_one_moment_are_read_page_by_page() -> None:
    records = Records(now=5)
    for number in range(1, 26):
        records.commit(5, number)
    reader = records.reader()
    assert [change.id for change in reader.all()] == list(range(1, 26))
    assert reader.all() == []


def test_old_changes_are_not_remembered() -> None:
    records = Records(now=5000)
    for number in range(1, 201):
        records.commit(number * 20, number)
    reader = records.reader(size=50)
    reader.all()
    assert len(reader.place.seen) == 1


def test_a_transaction_that_changed_thousands_takes_little_room_in_the_cursor() -> None:
    records = Records(now=5)
    for number in range(1, 5001):
        records.commit(5, number)
    reader = records.reader(size=6000)
    assert len(reader.all()) == 5000
    assert len(str(to_json(reader.place))) < 100


def test_a_quiet_look_costs_one_call() -> None:
    records = Records(now=20)
    records.commit(15, 1)
    reader = records.reader()
    reader.all()
    looked = records.looks
    assert reader.next() == []
    assert records.looks == looked + 1


def test_what_was_quiet_for_as_long_as_a_transaction_takes_is_not_looked_through_again() -> None:
    records = Records(now=20)
    for number in range(1, 9):
        records.commit(15, number)
    reader = records.reader()
    reader.all()
    follower = Follower(reader.sweeper, lambda: records.now)
    for records.now in (21, 25, 31):
        assert follower.next_page(reader.place) is None
    looked = records.looks
    assert follower.next_page(reader.place) is None
    assert records.looks == looked + 1
    records.commit(31, 9)
    page = follower.next_page(reader.place)
    assert page is not None
    assert [change.id for change in page.changes] == [9]


def test_pages_that_were_passed_over_are_not_looked_at_again_from_the_same_place() -> None:
    records = Records(now=100)
    for number in range(1, 8):
        records.commit(number * 12, number)
    reader = records.reader()
    follower = Follower(reader.sweeper, lambda: records.now)
    while page := follower.next_page(reader.place):
        follower.pass_over(page)
    looked = records.looks
    assert follower.next_page(reader.place) is None
    assert records.looks <= looked + 2


@pytest.mark.parametrize("told", [None, "text", [], {"seen": 7}, {"seen": [], "after": []}])
def test_a_place_that_is_not_ours_is_the_beginning(told: Any) -> None:
    assert from_json(told) == Place()


@dataclass(frozen=True)
class Wait:
    """Time goes by."""

    seconds: float


@dataclass(frozen=True)
class Begin:
    """A transaction changes a record, and ends after ``delay`` seconds."""

    number: int
    delay: float


class Read:
    """The reader looks."""

    def __repr__(self) -> str:
        return "Read()"


_TENTHS = st.integers(0, 99).map(lambda tenth: tenth / 10)
_BEGIN = st.builds(Begin, st.integers(1, 8), st.one_of(st.just(0.0), st.just(9.9), _TENTHS))
_STEPS = st.lists(st.one_of(_BEGIN, st.builds(Read), st.builds(Wait, _TENTHS)), max_size=40)


def after_each_read(records: Records, steps: Sequence[Wait | Begin | Read]) -> Iterator[None]:
    """Let the steps happen; each delay is shorter than the overlap."""
    for step in steps:
        if isinstance(step, Wait):
            records.now += step.seconds
        elif isinstance(step, Read):
            yield
        elif Change(moment(records.now), step.number) not in {one for _, one in records.commits}:
            # one transaction changes a record once
            records.commit(records.now, step.number, delay=step.delay)
    records.now += 1000


@given(_STEPS, st.integers(1, 4))
def test_every_last_change_is_read_and_none_for_ever(
    steps: list[Wait | Begin | Read], size: int
) -> None:
    records = Records()
    reader = records.reader(size)
    told: list[Change] = []
    for _ in after_each_read(records, steps):
        told += reader.next()
    told += reader.all()

    assert {change.id: change for change in told} == records.stamps()
    assert max(Counter(told).values(), default=0) <= 1 + _returns(records)
    assert reader.all() == []


@given(_STEPS, st.integers(1, 4))
def test_every_last_change_is_noticed_by_who_never_writes_down_where_it_stands(
    steps: list[Wait | Begin | Read], size: int
) -> None:
    records = Records()
    follower = Follower(records.reader(size).sweeper, lambda: records.now)
    told: list[Change] = []

    def look() -> None:
        while page := follower.next_page(Place()):
            told.extend(page.changes)
            follower.pass_over(page)

    for _ in after_each_read(records, steps):
        look()
    look()
    assert {change.id: change for change in told} == records.stamps()


def _returns(records: Records) -> int:
    """How often a record went back to an older stamp: it may be told again each time."""
    ended = [change for _, change in sorted(records.commits)]
    newest: dict[int, datetime] = {}
    returns = 0
    for change in ended:
        returns += change.at < newest.get(change.id, change.at)
        newest[change.id] = max(change.at, newest.get(change.id, change.at))
    return returns

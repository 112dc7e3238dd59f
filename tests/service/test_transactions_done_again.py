"""Two transactions that lock crosswise both come to their end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.http.idempotency import Answer, answer_once
from service.work.tables import GenerationRow

NAMES = ("a", "b")


def _count(context: ServiceContext) -> dict[str, int]:
    with context.database.read() as session:
        return {row.name: row.value for row in session.scalars(select(GenerationRow))}


def _raise(session: Session, name: str) -> None:
    session.execute(
        update(GenerationRow)
        .where(GenerationRow.name == name)
        .values(value=GenerationRow.value + 1)
        .execution_options(synchronize_session=False)
    )


class Crosswise:
    """Raises two counters in an order of its own, and waits between for the other one."""

    def __init__(self, both: Barrier, names: tuple[str, ...]) -> None:
        self.both = both
        self.names = names
        self.tries = 0

    def __call__(self, session: Session) -> Answer:
        self.tries += 1
        _raise(session, self.names[0])
        # The barrier breaks where the other one is done, or waits for this one to end.
        with suppress(BrokenBarrierError):
            self.both.wait(1)
        _raise(session, self.names[1])
        return 200, {"tries": self.tries}


@pytest.fixture
def crosswise(context: ServiceContext) -> list[Crosswise]:
    with context.database.write() as session:
        session.add_all(GenerationRow(name=name, value=0) for name in NAMES)
    both = Barrier(2)
    return [Crosswise(both, NAMES), Crosswise(both, NAMES[::-1])]


def test_the_one_that_was_given_up_is_done_again(
    context: ServiceContext, crosswise: list[Crosswise]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(write_again, context.database, work) for work in crosswise]
        assert [job.result(30)[0] for job in jobs] == [200, 200]
    assert _count(context) == {"a": 2, "b": 2}
    assert sum(work.tries for work in crosswise) == (2 if context.database.is_sqlite else 3)


def test_a_request_that_was_given_up_is_answered_by_its_second_try(
    context: ServiceContext, crosswise: list[Crosswise]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(answer_once, context, ("erp", "route", f"K{number}"), {}, work)
            for number, work in enumerate(crosswise)
        ]
        answers = [job.result(30) for job in jobs]
    assert _count(context) == {"a": 2, "b": 2}
    for number, work in enumerate(crosswise):
        assert answers[number] == (200, {"tries": work.tries})
        assert answer_once(context, ("erp", "route", f"K{number}"), {}, work) == answers[number]


def test_another_fault_of_the_database_is_not_tried_again(context: ServiceContext) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(session)
        session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError):
        write_again(context.database, work)
    assert len(tries) == 1

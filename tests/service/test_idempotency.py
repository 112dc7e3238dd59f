from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.http.idempotency import Answer, answer_once
from service.http.problems import Problem

REQUEST = ("erp", "feeds/items", "K1")


def ask(context: ServiceContext, document: Any, made: list[int]) -> Answer:
    """Ask under the same key; each time work is really done, ``made`` grows."""

    def produce(_session: Session) -> Answer:
        made.append(len(made))
        return 200, {"made": len(made)}

    return answer_once(context, REQUEST, document, produce)


def test_asking_twice_is_like_asking_once(context: ServiceContext) -> None:
    made: list[int] = []
    assert ask(context, {"a": 1}, made) == ask(context, {"a": 1}, made) == (200, {"made": 1})
    assert made == [0]


def test_another_request_under_the_same_key_is_refused(context: ServiceContext) -> None:
    made: list[int] = []
    ask(context, {"a": 1}, made)
    with pytest.raises(Problem, match="another request"):
        ask(context, {"a": 2}, made)
    assert made == [0]


def test_a_request_that_failed_may_be_asked_again(context: ServiceContext) -> None:
    def fail(_session: Session) -> Answer:
        raise Problem(409, "conflict", "Not now")

    with pytest.raises(Problem):
        answer_once(context, REQUEST, {"a": 1}, fail)
    assert ask(context, {"a": 1}, []) == (200, {"made": 1})


def test_of_two_requests_at_the_same_time_the_second_gets_the_answer_of_the_first(
    context: ServiceContext,
) -> None:
    made: list[int] = []
    at_work, may_end = Event(), Event()

    def slow(_session: Session) -> Answer:
        at_work.set()
        assert may_end.wait(10)
        return 200, {"made": "first"}

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(answer_once, context, REQUEST, {"a": 1}, slow)
        assert at_work.wait(10)
        second = pool.submit(ask, context, {"a": 1}, made)
        assert not second.done()
        may_end.set()
        assert first.result(10) == second.result(10) == (200, {"made": "first"})
    assert made == []

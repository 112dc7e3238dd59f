"""What goes wrong between us and Tryton, and what each fault means for the next try."""

import gzip
from typing import Any

import httpx2
import pytest

from adapters.erp.tryton.faults import (
    AskedFirstError,
    Call,
    status_fault,
    told_fault,
    transport_fault,
)
from adapters.erp.tryton.rpc import Rpc, Search
from adapters.http_client import NoAnswerError, RefusedCallerError
from adapters.ports import Failure, PortError
from tests.adapters.builders_tryton import settings
from tests.adapters.simulated_tryton import Answer, SimulatedTryton, simulated

READ, WRITE = Call("model.a.read"), Call("model.a.create", repeatable=False)


@pytest.mark.parametrize(
    ("error", "failure", "detail"),
    [
        (["UserError", ["No lead time.", "Set one.", None]], Failure.REJECTED, "No lead time. Set"),
        (["UserWarning", ["w1", "Ship it twice?", ""]], Failure.REJECTED, "asks first: Ship it"),
        (["ConcurrencyException", "Records were modified"], Failure.CONFLICT, "were modified"),
        (["LoginException", ["code", "Enter the code", "char"]], Failure.REJECTED, "Enter the"),
        (["division by zero", "Traceback…"], Failure.AMBIGUOUS, "broke in Tryton: division"),
        ("text", Failure.AMBIGUOUS, "broke in Tryton: text"),
        ([], Failure.AMBIGUOUS, "broke in Tryton"),
    ],
)
def test_what_tryton_says_went_wrong(error: Any, failure: Failure, detail: str) -> None:
    fault = told_fault(WRITE, error)
    assert fault.failure is failure
    assert detail in fault.detail


def test_what_broke_while_only_reading_may_be_read_again() -> None:
    assert told_fault(READ, ["KeyError", ""]).failure is Failure.TEMPORARY


def test_a_question_has_the_name_by_which_it_can_be_answered() -> None:
    fault = told_fault(WRITE, ["UserWarning", ["shipment.7", "Really?", ""]])
    assert isinstance(fault, AskedFirstError)
    assert fault.name == "shipment.7"


@pytest.mark.parametrize(
    ("status", "read", "write", "about_us"),
    [
        (400, Failure.REJECTED, Failure.REJECTED, False),
        (401, Failure.REJECTED, Failure.REJECTED, True),
        (403, Failure.REJECTED, Failure.REJECTED, True),
        (404, Failure.REJECTED, Failure.REJECTED, True),
        (413, Failure.REJECTED, Failure.REJECTED, False),
        (302, Failure.REJECTED, Failure.REJECTED, True),
        (429, Failure.TEMPORARY, Failure.TEMPORARY, False),
        (500, Failure.TEMPORARY, Failure.AMBIGUOUS, False),
        (503, Failure.TEMPORARY, Failure.AMBIGUOUS, False),
    ],
)
def test_what_a_status_means(status: int, read: Failure, write: Failure, *, about_us: bool) -> None:
    for call, failure in ((READ, read), (WRITE, write)):
        fault = status_fault(call, status, "7", b"because")
        assert fault is not None
        assert fault.failure is failure
        assert isinstance(fault, RefusedCallerError) is about_us
        assert "because" in fault.detail


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (httpx2.ConnectError("refused"), Failure.TEMPORARY),
        (httpx2.ConnectTimeout("slow"), Failure.TEMPORARY),
        (httpx2.ReadTimeout("slow"), Failure.AMBIGUOUS),
        (httpx2.RemoteProtocolError("hung up"), Failure.AMBIGUOUS),
        (httpx2.UnsupportedProtocol("what"), Failure.REJECTED),
    ],
)
def test_what_was_surely_not_sent_can_be_sent_again(
    fault: httpx2.TransportError, failure: Failure
) -> None:
    assert transport_fault(WRITE, fault).failure is failure


def test_nobody_there_is_temporary_even_for_a_write() -> None:
    rpc = Rpc(settings(base_url="http://127.0.0.1:9"))
    with pytest.raises(NoAnswerError) as raised:
        rpc.call("purchase.requisition", "create", [{}])
    assert raised.value.failure is Failure.TEMPORARY
    rpc.close()


def test_a_session_that_has_ended_is_begun_anew_and_the_call_is_made_once() -> None:
    with simulated() as tryton:
        rpc = Rpc(settings(base_url=tryton.url))
        assert rpc.call("a.model", "write", [1]) == "done"
        tryton.end_sessions()
        assert rpc.call("a.model", "write", [2]) == "done"
        assert tryton.log_ins == 2
        assert tryton.calls == ["model.a.model.write"] * 2
        rpc.close()


def test_a_log_in_that_is_refused_says_whose() -> None:
    with simulated() as tryton:
        rpc = Rpc(settings(base_url=tryton.url, password="wrong"))  # noqa: S106  it is refused
        with pytest.raises(RefusedCallerError, match="refuses to log pegline in to main"):
            rpc.call("a.model", "write", [1])
        rpc.close()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>A page for people</html>"),
        Answer(b"{}"),
        Answer(b'{"result": 1'),
        Answer(b'{"result": "' + b"x" * 5000 + b'"}'),
        Answer(gzip.compress(b'{"result": "' + b"x" * 5000 + b'"}')),
        Answer(gzip.compress(b'{"result": 1}')[:-9]),
        Answer(b'{"result": 1}', cut_short=True),
    ],
)
def test_an_answer_that_is_broken_or_endless_says_nothing_of_what_was_done(answer: Answer) -> None:
    with simulated() as tryton:
        rpc = Rpc(settings(base_url=tryton.url, max_answer_bytes=4000))
        assert rpc.context == {"company": 1}
        tryton.answers_with(answer)
        with pytest.raises(PortError) as raised:
            rpc.call("a.model", "create", [])
        assert raised.value.failure is Failure.AMBIGUOUS
        rpc.close()


@pytest.mark.parametrize("packed", [True, False])
def test_a_long_answer_is_read_packed_or_not_though_both_are_called_packed(packed: bool) -> None:
    body = b'{"result": [{"id": 1}]}'
    with simulated() as tryton:
        rpc = Rpc(settings(base_url=tryton.url))
        assert rpc.context == {"company": 1}
        told = gzip.compress(body) if packed else body
        tryton.answers_with(Answer(told, headers={"Content-Encoding": "gzip"}))
        assert rpc.rows(Search("a.model", ["id"])) == [{"id": 1}]
        rpc.close()


def test_a_user_without_a_company_is_told_so() -> None:
    with simulated(SimulatedTryton(preferences={})) as tryton:
        rpc = Rpc(settings(base_url=tryton.url))
        with pytest.raises(RefusedCallerError, match="pegline works in no company"):
            _ = rpc.company
        rpc.close()

"""What a failed call of Tryton means for the next try.

Tryton carries a call out in one transaction. What it refuses in words was undone; what broke, or
was not answered, may have been carried out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx2

from adapters.erp.tryton.wire import UnreadableAnswerError
from adapters.http_client import (
    LONGEST_DETAIL,
    NoAnswerError,
    RefusedCallerError,
    no_answer,
    words,
)
from adapters.ports import Failure, PortError

_LONGEST_WAIT_SECONDS = 86_400
_ABOUT_THE_CALL = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_NOT_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class AskedFirstError(PortError):
    """Tryton asks a person before it goes on. ``name`` is what it calls the question."""

    def __init__(self, detail: str, name: str) -> None:
        super().__init__(Failure.REJECTED, detail)
        self.name = name


@dataclass(frozen=True)
class Call:
    """A call by its method's name. ``repeatable`` says that a second one does no harm."""

    method: str
    repeatable: bool = True

    @property
    def unknown(self) -> Failure:
        """What it is if nobody knows whether it was carried out."""
        return Failure.TEMPORARY if self.repeatable else Failure.AMBIGUOUS


def transport_fault(call: Call, fault: httpx2.TransportError) -> NoAnswerError:
    """A call that came to no answer; what was surely not sent is temporary."""
    return no_answer(call.method, call.unknown, fault)


def unreadable(call: Call, why: UnreadableAnswerError) -> PortError:
    """An answer that does not say what it should."""
    return PortError(call.unknown, words(f"{call.method}: the answer cannot be read: {why}"))


def status_fault(call: Call, status: int, wait: str, body: bytes) -> PortError | None:
    """What the status of an answer means; None where the answer itself says more.

    ``wait`` is the header ``Retry-After`` in seconds, or empty.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    said = body[:LONGEST_DETAIL].decode("utf-8", "replace")
    detail = words(f"{call.method}: {status} {said}")
    if status in _NOT_NOW:
        return PortError(Failure.TEMPORARY, detail, retry_after=_seconds(wait))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PortError(call.unknown, detail, retry_after=_seconds(wait))
    kind = PortError if status in _ABOUT_THE_CALL else RefusedCallerError
    return kind(Failure.REJECTED, detail)


def refused_log_in(login: str, database: str) -> RefusedCallerError:
    """Tryton does not know us."""
    detail = f"Tryton refuses to log {login} in to {database}: check login and password"
    return RefusedCallerError(Failure.REJECTED, words(detail))


def told_fault(call: Call, error: Any) -> PortError:
    """What Tryton says went wrong: the name of the fault and its words."""
    name, told = _parts(error)
    if name == "UserError":
        return PortError(Failure.REJECTED, words(_sentences(told[:2])))
    if name == "UserWarning":
        question = words(f"Tryton asks first: {_sentences(told[1:3])}")
        return AskedFirstError(question, str(told[0]) if told else "")
    if name == "ConcurrencyException":
        return PortError(Failure.CONFLICT, words(_sentences(told)))
    if name == "LoginException":
        detail = words(f"Tryton asks for more to log in: {_sentences(told[1:2])}")
        return RefusedCallerError(Failure.REJECTED, detail)
    return PortError(call.unknown, words(f"{call.method} broke in Tryton: {name}"))


def _parts(error: Any) -> tuple[str, list[Any]]:
    """Name and words; of a fault that is none of Tryton's own, the name is all there is."""
    if not isinstance(error, Sequence) or isinstance(error, str) or not error:
        return str(error), []
    name, *told = error
    if len(told) == 1 and isinstance(told[0], list):
        told = told[0]
    return str(name), told


def _sentences(parts: Sequence[Any]) -> str:
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())


def _seconds(told: str) -> timedelta | None:
    if not told.isdecimal():
        return None
    return timedelta(seconds=min(int(told[:9]), _LONGEST_WAIT_SECONDS))

"""What a failed call means for the next try."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

from adapters.http_client import (
    LONGEST_DETAIL,
    NoAnswerError,
    RefusedCallerError,
    no_answer,
    words,
)
from adapters.http_json.answers import UnreadableAnswerError, document
from adapters.http_json.calls import Answer, Call
from adapters.ports import Failure, PortError

_LONGEST_WAIT = timedelta(days=1)
_SECONDS = re.compile(r"[0-9]{1,9}")
_NOT_NOW = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_REFUSES_US = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
_OTHER_VERSION = {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}


def transport_fault(call: Call, fault: httpx2.TransportError) -> NoAnswerError:
    """A call that came to no answer; what was surely not sent is temporary."""
    return no_answer(call.name, _unknown(call), fault)


def unreadable(call: Call, why: UnreadableAnswerError) -> PortError:
    """An answer that says success and does not say what it should."""
    return PortError(_unknown(call), words(f"{call.name}: the answer cannot be read: {why}"))


def status_fault(call: Call, answer: Answer, now: Callable[[], datetime]) -> PortError | None:
    """What the status of an answer means; None for success."""
    if answer.success:
        return None
    status = answer.status
    wait = retry_after(answer.headers.get("retry-after", ""), now())
    detail = words(f"{call.name}: {status} {_words_of(answer)}")
    if status in _NOT_NOW:
        return PortError(Failure.TEMPORARY, detail, retry_after=wait)
    if status in _OTHER_VERSION:
        return PortError(Failure.CONFLICT, detail)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PortError(_unknown(call), detail, retry_after=wait)
    kind = RefusedCallerError if _is_about_us(call, status) else PortError
    return kind(Failure.REJECTED, detail)


def retry_after(told: str, now: datetime) -> timedelta | None:
    """``Retry-After`` (RFC 9110, 10.2.3) as a wait: seconds or a date; at most a day."""
    if _SECONDS.fullmatch(told):
        wait = timedelta(seconds=int(told))
    else:
        try:
            wait = parsedate_to_datetime(told) - now
        except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
            return None
    return max(timedelta(0), min(wait, _LONGEST_WAIT))


def _is_about_us(call: Call, status: int) -> bool:
    """Redirects as well: the address is to be mended, not followed."""
    nowhere = status == HTTPStatus.NOT_FOUND and not call.names_document
    return nowhere or status < HTTPStatus.BAD_REQUEST or status in _REFUSES_US


def _unknown(call: Call) -> Failure:
    return Failure.TEMPORARY if call.repeatable else Failure.AMBIGUOUS


def _words_of(answer: Answer) -> str:
    """Where it leads, a problem's title and detail, or the start of the text."""
    if "location" in answer.headers:
        return f"leads to {answer.headers['location']}"
    try:
        told = document(answer.body)
    except UnreadableAnswerError:
        told = None
    if isinstance(told, dict):
        said = [told.get("title"), told.get("detail")]
        return ": ".join(part for part in said if isinstance(part, str))
    return answer.body[:LONGEST_DETAIL].decode("utf-8", "replace")

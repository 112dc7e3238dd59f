"""The client of all adapters that call over HTTP, and what they say where a call fails."""

from collections.abc import Mapping

import httpx2

from adapters import PRODUCT
from adapters.ports import Failure, PortError

LONGEST_DETAIL = 500

NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
"""Faults of a call that surely did not reach the system."""

CANNOT_BE_SENT = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol)
"""Faults of a call that cannot be made at all."""

_DIRECT = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
"""Calls within this machine, which may be plain, do not leave it by the environment's proxy."""


def client(timeout_seconds: float, headers: Mapping[str, str]) -> httpx2.Client:
    """A client that asks for JSON and follows no redirect; connecting takes a third of the time."""
    return httpx2.Client(
        timeout=httpx2.Timeout(timeout_seconds, connect=timeout_seconds / 3),
        headers={"accept": "application/json", "user-agent": PRODUCT, **headers},
        follow_redirects=False,
        mounts=_DIRECT,
    )


class RefusedCallerError(PortError):
    """The system refuses us, or is not where we call it: no single document's fault."""


class NoAnswerError(PortError):
    """The system was not reached, or fell silent: the next call would fare no better."""


def no_answer(name: str, unknown: Failure, fault: httpx2.TransportError) -> NoAnswerError:
    """A call that came to no answer; what was surely not sent is temporary.

    ``unknown`` is what it is if nobody knows whether it was carried out.
    """
    detail = words(f"{name}: no answer: {type(fault).__name__} {fault}")
    if isinstance(fault, CANNOT_BE_SENT):
        return NoAnswerError(Failure.REJECTED, detail)
    if isinstance(fault, NEVER_SENT):
        return NoAnswerError(Failure.TEMPORARY, detail)
    return NoAnswerError(unknown, detail)


def words(text: str) -> str:
    """What another system said, short, and without what no database or screen takes."""
    shown = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(shown).split())[:LONGEST_DETAIL]

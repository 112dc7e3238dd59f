"""What no route ever sees: addresses with control characters, and bodies without measure.

Pure ASGI, around all routes: a body is counted as it comes in, so that a client which announces
no length is stopped, too.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.bodies import BATCH_LIMIT, SINGLE_LIMIT
from service.http.problems import Problem, answer, for_systems

Refusal = Callable[[Request, Problem], Awaitable[Response]]
"""How a problem is told to whoever sent the request."""

_FIRST_PRINTABLE = 0x20
_DELETE = 0x7F


async def tell_as_document(_request: Request, problem: Problem) -> Response:
    """The problem as RFC 9457 JSON."""
    return answer(problem)


class RequestGuard:
    """ASGI middleware that refuses what no route can use: 400 and 413 problems."""

    def __init__(self, app: ASGIApp, refusal: Refusal = tell_as_document) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body counted on the way."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, BATCH_LIMIT if for_systems(scope["path"]) else SINGLE_LIMIT)
        problem = _unreadable_address(scope) or body.announced(scope)
        if problem is None:
            problem = await self._served(scope, body, send)
        if problem is not None:
            response = await self._refusal(Request(scope), problem)
            response.headers["connection"] = "close"  # the rest of the body stays unread
            await response(scope, receive, send)

    async def _served(self, scope: Scope, body: "_Body", send: Send) -> Problem | None:
        """Serve the request; the problem if its body grew too large before the answer began.

        What a route makes of its broken-off body is held back: the refusal is the answer.
        """
        begun = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal begun
            if begun or body.problem is None:
                begun = True
                await send(message)

        try:
            await self._app(scope, body.receive, send_unless_refused)
        except _BrokenOffError:
            if begun:
                raise
        return None if begun else body.problem


class _BrokenOffError(Exception):
    """The body is not read any further."""


class _Body:
    """The body of one request, counted."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self.problem: Problem | None = None

    def announced(self, scope: Scope) -> Problem | None:
        """The problem if the length that the client announces is too large."""
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                too_long = len(value) > len(str(self._limit)) or int(value) > self._limit
                return _too_large(self._limit) if too_long else None
        return None

    async def receive(self) -> Message:
        """The next message from the client; raises once the limit is passed."""
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            self.problem = _too_large(self._limit)
            raise _BrokenOffError
        return message


def _unreadable_address(scope: Scope) -> Problem | None:
    address = scope["path"].encode() + unquote_to_bytes(scope["query_string"])
    if all(byte >= _FIRST_PRINTABLE and byte != _DELETE for byte in address):
        return None
    return Problem(
        400,
        "address-unreadable",
        "The address holds a control character",
        "No key, reference or search text has one. Nothing was changed.",
        remedy="Leave out what is written as %00 to %1F or %7F.",
    )


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "body-too-large",
        f"The body exceeds {limit:,} bytes",
        "Nothing was changed.",
        remedy="Send fewer rows per request, or a shorter text.",
    )

"""A simulated counterpart: an HTTP system on the loopback that answers as ours is told to.

It is written from the description of the interface, not from our client, and can misbehave in
the ways that systems do.
"""

import sys
import threading
from collections.abc import Callable
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.adapters.simulated_http_memory import Memory, Reply, Said, answer, reply


class Behaviour(Enum):
    """How the system treats what is written to it."""

    WELL = auto()
    SLOW = auto()
    BREAKS_BEFORE = auto()
    """500, nothing was done."""
    BREAKS_AFTER = auto()
    """500, though it was done."""
    HANGS_UP_AFTER = auto()
    """It is done, and the connection closed without an answer."""
    SILENT_AFTER = auto()
    """It is done, and no answer comes for longer than anyone waits."""
    PAGE_FOR_PEOPLE = auto()
    """200 with HTML, as from a proxy; nothing was done."""
    CUT_SHORT = auto()
    """It is done, and the JSON of the answer ends in the middle."""
    ANOTHERS_ANSWER = auto()
    """It is done, and the answer names another reference."""
    BUSY = auto()
    """429, come again in seven seconds."""
    REFUSES = auto()
    """422 with a problem."""
    HOLDS_ANOTHER = auto()
    """409."""
    MOVED = auto()
    """302 elsewhere."""
    GONE = auto()
    """410."""
    ENDLESS = auto()
    """An answer beyond all measure."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers hang up on purpose here: that is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class SimulatedHttpSystem:
    """The server; ``url`` is its base, ``memory`` what it holds."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.behaviour = Behaviour.WELL
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/api"

    def stop(self) -> None:
        """Release who waits, and end."""
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def dawdle(self) -> None:
        """Take longer than anyone waits."""
        self._released.wait(10)


_AFTER: dict[Behaviour, Callable[[Reply], Reply]] = {
    Behaviour.BREAKS_AFTER: lambda _done: reply(500, {"title": "Internal error"}),
    Behaviour.CUT_SHORT: lambda done: Reply(done.status, done.body[:-5] or b'{"rows": ['),
    Behaviour.ANOTHERS_ANSWER: lambda done: Reply(done.status, done.body.replace(b'"PL-', b'"XX-')),
    Behaviour.ENDLESS: lambda done: Reply(done.status, b" " * 3_000_000),
}
_INSTEAD: dict[Behaviour, Callable[[], Reply]] = {
    Behaviour.BREAKS_BEFORE: lambda: reply(500, {"title": "Internal error"}),
    Behaviour.PAGE_FOR_PEOPLE: lambda: Reply(200, b"<html>Please log in</html>", "text/html"),
    Behaviour.BUSY: lambda: reply(429, {"title": "Too much"}, retry_after="7"),
    Behaviour.REFUSES: lambda: reply(
        422, {"title": "No such item", "detail": "BOLT-8 is not known here."}
    ),
    Behaviour.HOLDS_ANOTHER: lambda: reply(409, {"title": "Another version is held"}),
    Behaviour.MOVED: lambda: reply(302, {}, location="/elsewhere"),
    Behaviour.GONE: lambda: reply(410, {}),
}


def _handler(system: SimulatedHttpSystem) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            said = Said(headers, query, self.rfile.read(length))
            path = parts.path.removeprefix("/api/")
            behaviour = system.behaviour
            if behaviour in _INSTEAD:
                self._send(_INSTEAD[behaviour]())
                return
            if behaviour is Behaviour.SLOW:
                system.dawdle()
                return
            done = answer(system.memory, self.command, path, said)
            if behaviour is Behaviour.SILENT_AFTER:
                system.dawdle()
            if behaviour in {Behaviour.HANGS_UP_AFTER, Behaviour.SILENT_AFTER}:
                self.close_connection = True
                return
            self._send(_AFTER[behaviour](done) if behaviour in _AFTER else done)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815  named by http.server

        def _send(self, told: Reply) -> None:
            self.send_response(told.status)
            if told.body:
                self.send_header("Content-Type", told.content_type)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    return Handler

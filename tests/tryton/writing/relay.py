"""A reverse proxy before Tryton, as companies have one, that can be made to fail."""

import http.client
import threading
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.tryton.server import TrytonServer

_PASSED_ON = ("authorization", "content-type", "accept-encoding")


class Relay:
    """Passes calls on. While ``down`` it answers 503 instead.

    The answers to calls of the methods in ``swallows`` get lost on the way back: Tryton has
    carried them out, and the caller hears nothing. What stands in ``before`` under a method is done
    once, before a call of it is passed on.
    """

    def __init__(self, tryton: TrytonServer) -> None:
        self.down = False
        self.swallows: set[str] = set()
        self.before: dict[str, Callable[[], object]] = {}
        self.calls: list[str] = []
        """The methods that were called, in order."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, tryton))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """What the adapter is to take for Tryton's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def recover(self) -> None:
        """Fail no more, and forget what was called."""
        self.down = False
        self.swallows = set()
        self.before.clear()
        self.calls.clear()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _handler(relay: Relay, tryton: TrytonServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            method = body.partition(b'"method": "')[2].partition(b'"')[0].decode()
            relay.calls.append(method)
            relay.before.pop(method, lambda: None)()
            if relay.down:
                self._answer(503, b"Tryton is down for maintenance", "")
                return
            status, answer, packing = self._pass_on(body)
            if method in relay.swallows:
                self.close_connection = True
                return
            self._answer(status, answer, packing)

        def _pass_on(self, body: bytes) -> tuple[int, bytes, str]:
            headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
            connection = http.client.HTTPConnection("127.0.0.1", tryton.port, timeout=120)
            with closing(connection):
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read(), answer.headers.get("content-encoding", "")

        def _answer(self, status: int, body: bytes, packing: str) -> None:
            self.send_response(status)
            if packing:
                self.send_header("content-encoding", packing)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's
            """Nobody reads it."""

    return Handler

"""A server that speaks Tryton's wire and misbehaves when told; what it says of records is made up.

Only for what a real Tryton does not do when asked: those tests run in tests/tryton.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PASSWORD = "a-password"  # noqa: S105  the one that the builders use


@dataclass(frozen=True)
class Answer:
    """Bytes to answer with; ``cut_short`` hangs up before the promised end."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut_short: bool = False


@dataclass
class SimulatedTryton:
    """What the server knows: its sessions, what it was asked, and what to answer next."""

    preferences: dict[str, Any] = field(default_factory=lambda: {"company": 1})
    url: str = ""
    log_ins: int = 0
    calls: list[str] = field(default_factory=list)
    _session: str = ""
    _next: Answer | None = None

    def end_sessions(self) -> None:
        """All who are logged in must do so again."""
        self._session = ""

    def answers_with(self, answer: Answer) -> None:
        """Answer the next call with these bytes."""
        self._next = answer

    def answer(self, request: dict[str, Any], authorization: str) -> tuple[int, Answer]:
        """Status and answer to a request."""
        method, params = request["method"], request["params"]
        if method == "common.db.login":
            return self._logged_in(*params)
        if not self._session or authorization != self._session:
            return 401, Answer(b"")
        if method == "model.res.user.get_preferences":
            return 200, _result(self.preferences)
        self.calls.append(method)
        answer, self._next = self._next, None
        return 200, answer or _result("done")

    def _logged_in(self, login: str, proof: dict[str, str], _language: str) -> tuple[int, Answer]:
        if proof["password"] != PASSWORD:
            return 401, Answer(b"")
        self.log_ins += 1
        token = f"token-{self.log_ins}"
        shown = base64.b64encode(f"{login}:7:{token}".encode()).decode()
        self._session = f"Session {shown}"
        return 200, _result([7, token, None])


@contextmanager
def simulated(tryton: SimulatedTryton | None = None) -> Iterator[SimulatedTryton]:
    """The server, listening on the own machine."""
    known = tryton or SimulatedTryton()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            request = json.loads(self.rfile.read(length))
            status, answer = known.answer(request, self.headers.get("Authorization", ""))
            promised = len(answer.body) + (10 if answer.cut_short else 0)
            self.send_response(status)
            for name, value in {**answer.headers, "Content-Length": str(promised)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _result(value: Any) -> Answer:
    return Answer(json.dumps({"id": 1, "result": value}).encode())

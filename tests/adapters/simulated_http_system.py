"""A simulated counterpart: an HTTP system on the loopback that answers as ours is told to.

It is written from the description of the interface, not from our client, and can misbehave in
the ways that systems do.
"""

import hmac
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


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


@dataclass
class Memory:
    """What the system holds."""

    behaviour: Behaviour = Behaviour.WELL
    pages: dict[str, list[tuple[list[Any], bool]]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """First answers by Idempotency-Key."""
    proposals: list[dict[str, Any]] = field(default_factory=list)
    outlooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    forecasts: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    secrets: tuple[str, ...] = ()
    token: str | None = None
    refuses_us_after: int | None = None
    """After so many calls every token is refused."""
    replays: bool = True
    """Whether a repeated Idempotency-Key gets the first answer."""
    unique: bool = False
    """Whether a second document under a reference is refused with 409."""


@dataclass
class Reply:
    """An answer about to be sent."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(status: int, document: Mapping[str, Any], **headers: str) -> Reply:
    """An answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), headers=named)


class SimulatedHttpSystem:
    """The server; ``url`` is its base, ``memory`` what it holds."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
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

    def answer(self, method: str, path: str, query: Mapping[str, str], said: "Said") -> Reply:
        """What the system answers when it is well."""
        memory = self.memory
        memory.headers.append(said.headers)
        if path == "hooks":
            return _hear(memory, said)
        if _is_stranger(memory, said):
            return reply(401, {"title": "Who are you?"})
        if method == "GET":
            return _look_up(memory, path, query)
        return _write(memory, path, said)


@dataclass(frozen=True)
class Said:
    """What a request brought."""

    headers: Mapping[str, str]
    raw: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        told: dict[str, Any] = json.loads(self.raw)
        return told


def _is_stranger(memory: Memory, said: Said) -> bool:
    calls = len(memory.headers)
    withdrawn = memory.refuses_us_after is not None and calls > memory.refuses_us_after
    expected = f"Bearer {memory.token}"
    return withdrawn or bool(memory.token and said.headers.get("authorization") != expected)


def _look_up(memory: Memory, path: str, query: Mapping[str, str]) -> Reply:
    if path.startswith("requisitions/"):
        reference = unquote(path.removeprefix("requisitions/"))
        made = [one for one in memory.proposals if one["external_ref"] == reference]
        if not made:
            return reply(404, {"title": "No such requisition"})
        return reply(200, {**_document(memory, reference), "quantity": made[0]["quantity"]})
    pages = memory.pages.get(path, [])
    place = int(query.get("cursor", "0"))
    if place >= len(pages):
        return reply(200, {"rows": [], "next": None})
    rows, snapshot = pages[place]
    more = not snapshot and place + 1 < len(pages)
    after = str(place + 1) if more else None
    return reply(200, {"rows": rows, "next": after, "snapshot": snapshot})


def _write(memory: Memory, path: str, said: Said) -> Reply:
    if path == "intake-reports":
        memory.reports[said.headers["idempotency-key"]] = said.document
        return Reply(204)
    if path == "forecasts":
        memory.forecasts.append(said.document)
        return Reply(204)
    if path.endswith("/outlook"):
        memory.outlooks[unquote(path.split("/")[1])] = said.document
        return reply(200, {})
    if path in {"requisitions", "requisition-batches"}:
        return _create(memory, path, said)
    return reply(404, {"title": "Nothing here"})


def _create(memory: Memory, path: str, said: Said) -> Reply:
    key = said.headers["idempotency-key"]
    if memory.replays and key in memory.answered:
        return reply(200, memory.answered[key])
    told = said.document
    if path == "requisition-batches":
        answer = {"results": [_make(memory, one) for one in told["proposals"]]}
    elif memory.unique and _creates(told) and _made(memory, told["external_ref"]):
        return reply(409, {"title": "There is one under this reference"})
    else:
        answer = _make(memory, told)
    memory.answered[key] = answer
    return reply(201, answer)


def _made(memory: Memory, reference: str) -> bool:
    return any(one["external_ref"] == reference for one in memory.proposals)


def _creates(proposal: Mapping[str, Any]) -> bool:
    return proposal["kind"] in {"requisition", "transfer"}


def _same_request(proposal: Mapping[str, Any]) -> tuple[Any, ...]:
    revision = None if _creates(proposal) else proposal["revision"]
    return proposal["external_ref"], proposal["kind"], revision


def _make(memory: Memory, proposal: dict[str, Any]) -> dict[str, Any]:
    """Do as asked, unless it was done; only a new document may be made blindly."""
    reference = proposal["external_ref"]
    blind = _creates(proposal) and not memory.replays
    if blind or _same_request(proposal) not in map(_same_request, memory.proposals):
        memory.proposals.append(proposal)
    accepted = {"accepted_quantity": proposal["quantity"], "expected_date": "2026-01-20"}
    return {**_document(memory, reference), **accepted}


def _document(memory: Memory, reference: str) -> dict[str, Any]:
    references = [one["external_ref"] for one in memory.proposals]
    return {"external_ref": reference, "native_id": f"PR-{references.index(reference) + 1}"}


def _hear(memory: Memory, said: Said) -> Reply:
    """Take an event if it is signed with one of the secrets, as the standard says."""
    headers = said.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + said.raw
    given = headers["webhook-signature"].split(" ")
    for secret in memory.secrets:
        key = b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
        if any(hmac.compare_digest(expected, one) for one in given):
            memory.events.append({**said.document, "webhook-id": headers["webhook-id"]})
            return Reply(204)
    return reply(401, {"title": "The signature is wrong"})


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
            said = Said(headers, self.rfile.read(length))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            path = parts.path.removeprefix("/api/")
            behaviour = system.memory.behaviour
            if behaviour in _INSTEAD:
                self._send(_INSTEAD[behaviour]())
                return
            if behaviour is Behaviour.SLOW:
                system.dawdle()
                return
            done = system.answer(self.command, path, query, said)
            if behaviour is Behaviour.HANGS_UP_AFTER:
                self.close_connection = True
                return
            self._send(_AFTER[behaviour](done) if behaviour in _AFTER else done)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815  named by http.server

        def _send(self, answer: Reply) -> None:
            self.send_response(answer.status)
            if answer.body:
                self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    return Handler

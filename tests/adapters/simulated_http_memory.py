"""What the simulated HTTP system holds, and what it answers when it is well."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote


@dataclass
class Memory:
    """What the system holds."""

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
    title_of_strangers: str = "Who are you?"
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


@dataclass(frozen=True)
class Said:
    """What a request brought."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    raw: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        told: dict[str, Any] = json.loads(self.raw)
        return told


def answer(memory: Memory, method: str, path: str, said: Said) -> Reply:
    """What the system answers when it is well; remembers what came."""
    memory.headers.append(said.headers)
    if path == "hooks":
        return _hear(memory, said)
    if _is_stranger(memory, said):
        return reply(401, {"title": memory.title_of_strangers})
    if method == "GET":
        return _look_up(memory, path, said.query)
    return _write(memory, path, said)


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
    accepted, day = proposal["quantity"], proposal["required_date"]
    answer = {"accepted_quantity": accepted, "expected_date": day}
    return {**_document(memory, reference), **answer}


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

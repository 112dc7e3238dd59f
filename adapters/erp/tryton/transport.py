"""Sends bytes to a Tryton server: bounded in time and size, never led elsewhere."""

import time
import zlib
from dataclasses import dataclass

import httpx2

from adapters.erp.tryton.faults import Call, transport_fault, unreadable
from adapters.erp.tryton.settings import TrytonSettings
from adapters.erp.tryton.wire import UnreadableAnswerError
from adapters.http_client import client

_HEADERS = {
    "accept-encoding": "gzip",  # Tryton names it over every longer answer, asked or not
    "content-type": "application/json",
}
_PACKED = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Answer:
    """An answer: its status, ``Retry-After`` if it was given, and the body, unpacked."""

    status: int
    wait: str
    body: bytes


class Transport:
    """The connections to one server."""

    def __init__(self, settings: TrytonSettings) -> None:
        self._settings = settings
        self._client = client(settings.timeout_seconds, _HEADERS)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post(self, call: Call, body: bytes, authorization: str | None) -> Answer:
        """The answer, whatever its status; raises PortError where none came."""
        deadline = time.monotonic() + self._settings.timeout_seconds
        headers = {"authorization": authorization} if authorization else {}
        try:
            with self._client.stream(
                "POST", self._settings.rpc_url, content=body, headers=headers
            ) as response:
                told = self._unpacked(self._body(response, deadline))
                return Answer(response.status_code, response.headers.get("retry-after", ""), told)
        except httpx2.TransportError as fault:
            raise transport_fault(call, fault) from fault
        except UnreadableAnswerError as why:
            raise unreadable(call, why) from why

    def _body(self, response: httpx2.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._settings.max_answer_bytes:
                raise self._too_long()
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("the answer took too long as a whole")
        return bytes(body)

    def _unpacked(self, body: bytes) -> bytes:
        """By its first bytes: the header calls plain answers packed as well."""
        if not body.startswith(_PACKED):
            return body
        unpacking = zlib.decompressobj(_GZIP)
        try:
            plain = unpacking.decompress(body, self._settings.max_answer_bytes + 1)
        except zlib.error as error:
            raise UnreadableAnswerError(f"it cannot be unpacked: {error}") from None
        if len(plain) > self._settings.max_answer_bytes:
            raise self._too_long()
        if not unpacking.eof:
            raise UnreadableAnswerError("it is cut short")
        return plain

    def _too_long(self) -> UnreadableAnswerError:
        return UnreadableAnswerError(f"it exceeds {self._settings.max_answer_bytes} bytes")

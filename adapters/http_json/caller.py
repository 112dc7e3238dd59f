"""Makes the calls: bounded in time and size, never led elsewhere."""

import time
from collections.abc import Callable
from datetime import datetime

import httpx2

from adapters.http_client import client
from adapters.http_json.answers import UnreadableAnswerError
from adapters.http_json.calls import Answer, Call
from adapters.http_json.faults import status_fault, transport_fault, unreadable
from adapters.http_json.settings import HttpSettings

_HEADERS = {"accept-encoding": "identity"}
"""What is packed small could be endless unpacked."""


class Caller:
    """Calls one system. ``now`` reads the wall clock, for the dates in headers."""

    def __init__(self, settings: HttpSettings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self._client = client(settings.timeout_seconds, _HEADERS)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def succeed(self, call: Call) -> Answer:
        """The answer to the call; raises PortError unless it is a success."""
        answer = self.ask(call)
        fault = status_fault(call, answer, self.now)
        if fault:
            raise fault
        return answer

    def ask(self, call: Call) -> Answer:
        """The answer, whatever its status; raises PortError where none came."""
        deadline = time.monotonic() + self.settings.timeout_seconds
        try:
            with self._client.stream(
                call.method,
                call.url,
                content=call.content,
                headers={**_json(call), **call.headers},
                params=call.params or None,
            ) as response:
                body = self._body(response, deadline)
                return Answer(response.status_code, dict(response.headers), body)
        except httpx2.TransportError as fault:
            raise transport_fault(call, fault) from fault
        except UnreadableAnswerError as why:
            raise unreadable(call, why) from why

    def authorised(self) -> dict[str, str]:
        """The headers that show who we are; for the system itself, not for its webhooks."""
        token = self.settings.bearer_token
        return {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}

    def _body(self, response: httpx2.Response, deadline: float) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise UnreadableAnswerError("it is packed, though this was not asked for")
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self.settings.max_answer_bytes:
                raise UnreadableAnswerError(f"it exceeds {self.settings.max_answer_bytes} bytes")
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("the answer took too long as a whole")
        return bytes(body)


def _json(call: Call) -> dict[str, str]:
    return {} if call.content is None else {"content-type": "application/json"}

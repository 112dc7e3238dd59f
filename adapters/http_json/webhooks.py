"""Events as signed webhooks after Standard Webhooks 1.0."""

from collections.abc import Sequence
from http import HTTPStatus

from adapters.canonical.outlook import OutgoingEvent
from adapters.http_json.answers import UnreadableAnswerError
from adapters.http_json.caller import Caller
from adapters.http_json.calls import Call, json_bytes
from adapters.http_json.faults import status_fault, unreadable
from adapters.http_json.in_turn import one_by_one
from adapters.http_json.signatures import signed_headers
from adapters.ports import Failure, PortError, WriteResult, Written


class Webhooks:
    """Delivers events to one address. An event may arrive twice, under one ``webhook-id``."""

    def __init__(self, caller: Caller, url: str) -> None:
        self._caller = caller
        self._url = url
        self._secrets = [secret.get_secret_value() for secret in caller.settings.webhook_secrets]

    def deliver_events(self, events: Sequence[OutgoingEvent]) -> Sequence[Written]:
        """Deliver, in order; those after one that has to wait wait with it."""
        return one_by_one(events, lambda event: event.event_id, self._deliver)

    def _deliver(self, event: OutgoingEvent) -> Written:
        body = json_bytes(
            {
                "id": event.event_id,
                "type": event.type,
                "timestamp": event.occurred_at.isoformat(),
                "schema_version": event.schema_version,
                "subject": event.subject,
                "data": event.body,
            }
        )
        headers = signed_headers(event.event_id, self._caller.now(), body, self._secrets)
        call = Call("POST", self._url, body, headers)
        answer = self._caller.ask(call)
        if answer.status == HTTPStatus.GONE:
            # Standard Webhooks: the endpoint is disabled.
            raise PortError(
                Failure.REJECTED, f"{self._url} wants no more events (410)", unwanted=True
            )
        fault = status_fault(call, answer, self._caller.now)
        if fault:
            raise fault
        if answer.is_page:
            raise unreadable(call, UnreadableAnswerError("it is a page for people"))
        return Written(event.event_id, WriteResult.TAKEN)

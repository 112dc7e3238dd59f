"""Outlooks and forecasts: put where they belong, over what was told before."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.canonical.outlook import PublishedForecast, SupplyOutlook
from adapters.http_json.answers import UnreadableAnswerError, document
from adapters.http_json.caller import Caller
from adapters.http_json.calls import Call, below
from adapters.http_json.faults import unreadable
from adapters.http_json.in_turn import one_by_one
from adapters.ports import Failure, PortError, WriteResult, Written


class Tellings:
    """CRM and planning behind HTTP. A second PUT of the same does no harm."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._base = caller.settings.base_url
        self._paths = caller.settings.paths

    def write_outlooks(self, outlooks: Sequence[SupplyOutlook]) -> Sequence[Written]:
        """PUT each at its opportunity."""
        return one_by_one(outlooks, lambda outlook: outlook.opportunity_id, self._write_outlook)

    def write_forecast(self, forecast: PublishedForecast) -> Written:
        """PUT the publication; each series replaces what was told within its range."""
        [written] = one_by_one([forecast], lambda told: told.publication_id, self._write_forecast)
        return written

    def _write_forecast(self, forecast: PublishedForecast) -> Written:
        body = forecast.model_dump_json().encode("utf-8")
        self._put(Call("PUT", below(self._base, self._paths.forecasts), body))
        return Written(forecast.publication_id, WriteResult.TAKEN)

    def _write_outlook(self, outlook: SupplyOutlook) -> Written:
        try:
            url = below(self._base, self._paths.outlook, id=outlook.opportunity_id)
        except ValueError as why:
            raise PortError(Failure.REJECTED, f"{outlook.opportunity_id}: {why}") from why
        body = outlook.model_dump_json().encode("utf-8")
        self._put(Call("PUT", url, body, names_document=True))
        return Written(outlook.opportunity_id, WriteResult.TAKEN)

    def _put(self, call: Call) -> None:
        """Any answer in JSON will do, or none at all."""
        answer = self._caller.succeed(replace(call, headers=self._caller.authorised()))
        try:
            if answer.body.strip():
                document(answer.body)
        except UnreadableAnswerError as why:
            raise unreadable(call, why) from why

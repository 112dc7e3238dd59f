"""The right port for each delivery, and one answer for each."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from pydantic import ValidationError

from adapters.canonical.outlook import PublishedForecast, SupplyOutlook
from adapters.ports import (
    CrmPort,
    EventPort,
    Failure,
    OutsideSystem,
    PlanningPort,
    PortError,
    WriteResult,
    Written,
)
from service.sync.connections import FORECAST_PUBLISHED, OUTLOOK_CHANGED
from service.sync.delivery_leases import Leased

Answers = dict[UUID, Written]

_SILENT = PortError(Failure.AMBIGUOUS, "the system gave no answer to this one")
_DEAF = PortError(Failure.TEMPORARY, "the connection has no way to hear of events: give it one")


def tell(system: OutsideSystem, leased: Sequence[Leased]) -> Answers:
    """Call the ports of ``system`` and return its answer to each delivery.

    A fault of a whole call is answered for each that was in it. One that is refused as a whole,
    for example for a wrong password, is no event's fault: it counts as temporary.
    """
    outlooks, forecasts, events = [], [], []
    for one in leased:
        if one.event.type == OUTLOOK_CHANGED and system.crm:
            outlooks.append(one)
        elif one.event.type == FORECAST_PUBLISHED and system.planning:
            forecasts.append(one)
        else:
            events.append(one)
    answers = _tell_events(system.events, events)
    if system.crm:
        answers |= _tell_outlooks(system.crm, outlooks)
    if system.planning:
        answers |= _tell_forecasts(system.planning, forecasts)
    return answers


def _tell_events(port: EventPort | None, group: Sequence[Leased]) -> Answers:
    if port is None:
        return {one.delivery_id: _failed(one, _DEAF) for one in group}
    keys = {one.delivery_id: one.event.event_id for one in group}
    return _answered(group, keys, lambda: port.deliver_events([one.event for one in group]))


def _tell_outlooks(port: CrmPort, group: Sequence[Leased]) -> Answers:
    answers: Answers = {}
    outlooks: dict[UUID, SupplyOutlook] = {}
    for one in group:
        try:
            outlooks[one.delivery_id] = SupplyOutlook.model_validate(one.event.body)
        except ValidationError as error:
            answers[one.delivery_id] = _unfit(one, error)
    sound = [one for one in group if one.delivery_id in outlooks]
    keys = {delivery_id: outlook.opportunity_id for delivery_id, outlook in outlooks.items()}
    told = list(outlooks.values())
    return answers | _answered(sound, keys, lambda: port.write_outlooks(told))


def _tell_forecasts(port: PlanningPort, group: Sequence[Leased]) -> Answers:
    answers: Answers = {}
    for one in group:
        try:
            forecast = PublishedForecast.model_validate(one.event.body)
            answers[one.delivery_id] = port.write_forecast(forecast)
        except ValidationError as error:
            answers[one.delivery_id] = _unfit(one, error)
        except PortError as error:
            answers[one.delivery_id] = _failed(one, error)
    return answers


def _answered(
    group: Sequence[Leased], keys: Mapping[UUID, str], call: Callable[[], Sequence[Written]]
) -> Answers:
    """The answers of one call, each found by the key of its delivery."""
    if not group:
        return {}
    try:
        written = {one.key: one for one in call()}
    except PortError as error:
        return {one.delivery_id: _failed(one, error) for one in group}
    return {
        one.delivery_id: written.get(keys[one.delivery_id]) or _failed(one, _SILENT)
        for one in group
    }


def _failed(one: Leased, error: PortError) -> Written:
    """A call as a whole failed; where it was refused, no event can be blamed."""
    refused = error.failure is Failure.REJECTED
    return Written(
        one.event.event_id,
        WriteResult.FAILED,
        failure=Failure.TEMPORARY if refused else error.failure,
        detail=error.detail,
        retry_after=error.retry_after,
        unwanted=error.unwanted,
    )


def _unfit(one: Leased, error: ValidationError) -> Written:
    """What we published is no such document: a defect of ours, for a person to see."""
    return Written(
        one.event.event_id, WriteResult.FAILED, failure=Failure.REJECTED, detail=str(error)
    )

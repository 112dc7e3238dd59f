"""``POST /v1/forecasts``: the forecast or the recommendations of another planning system."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field, WithJsonSchema
from sqlalchemy.orm import Session

from adapters.canonical.calendar import Moment
from adapters.canonical.identity import Canonical, Code
from adapters.canonical.planning import OutsideForecast, OutsideRecommendation, Version
from service.access.api_keys import Scope
from service.feeds.bodies import LARGEST_BATCH, BatchAnswer, Closed
from service.feeds.delivery import Sender, answer_of, refuse_other_system, sender_with
from service.feeds.outside_intake import OutsideBatch, take
from service.feeds.outside_rows import read_outside_row
from service.feeds.row_schemas import inlined_schema
from service.http.bodies import described, plain, schema_of
from service.http.idempotency import Answer

router = APIRouter(tags=["forecasts"])

_SAID_ONCE = ("system", "version", "as_of")
"""What the body says for all its rows."""

PlanSender = Annotated[Sender, Depends(sender_with(Scope.FORECASTS_WRITE))]


def _row_schema(model: type[Canonical]) -> dict[str, Any]:
    schema = inlined_schema(model)
    for name in _SAID_ONCE:
        del schema["properties"][name]
    schema["required"] = [name for name in schema["required"] if name not in _SAID_ONCE]
    return schema


_ROW = {"oneOf": [_row_schema(OutsideForecast), _row_schema(OutsideRecommendation)]}


class OutsidePlanBody(Closed):
    """One version of a plan, or a part of it: whole series, or single recommendations."""

    system: Code = Field(description="the system that the API key speaks for")
    kind: Literal["forecast", "recommendation"]
    version: Version = Field(description="grows with every plan; an older one never counts")
    as_of: Moment = Field(description="up to when the system knew of stock, orders and sales")
    rows: list[Annotated[Any, WithJsonSchema(_ROW)]] = Field(max_length=LARGEST_BATCH)


EXAMPLE: dict[str, Any] = {
    "system": "foresight",
    "kind": "forecast",
    "version": 31,
    "as_of": "2011-08-29T05:00:00Z",
    "rows": [
        {
            "item_id": "BOTTLE",
            "location_id": "UK",
            "start": "2011-08-29",
            "end": "2011-09-04",
            "mean": "84",
            "quantiles": {"0.5": "80", "0.9": "130"},
        },
        {
            "item_id": "BOTTLE",
            "location_id": "UK",
            "start": "2011-09-05",
            "end": "2011-09-11",
            "mean": "7",
            "unit": "BOX",
        },
    ],
}


@router.post(
    "/v1/forecasts",
    response_model=BatchAnswer,
    openapi_extra=described(schema_of(OutsidePlanBody), EXAMPLE),
)
def post_forecasts(sender: PlanSender) -> JSONResponse:
    """What another planning system forecasts, or what it would order.

    It counts where ``replenish forecasts use`` has put it in charge. A forecast replaces what
    its system told of a series before, from the series' first day in the request to its last;
    a recommendation what it told of the item and location. An older version is ``stale``.
    """
    body = sender.body(OutsidePlanBody)
    refuse_other_system(sender, body.system)
    said = {"kind": body.kind, "version": body.version, "as_of": plain(sender.document)["as_of"]}
    rows = [
        read_outside_row(body.system, _with(said, raw), index)
        for index, raw in enumerate(body.rows)
    ]

    def produce(session: Session) -> Answer:
        batch = OutsideBatch(body.system, rows)
        results = take(session, batch, sender.context.clock())
        return 200, {**answer_of(results), "snapshot": None}

    return sender.once("feeds/outside_plan", produce)


def _with(said: dict[str, Any], raw: Any) -> Any:
    return {**said, **raw} if isinstance(raw, dict) else raw

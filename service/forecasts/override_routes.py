"""HTTP: planners' forecast overrides, and what they were worth."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from adapters.canonical.calendar import Day
from adapters.canonical.identity import Canonical, Code, Text
from adapters.canonical.quantity import SCALE, NonNegativeQuantity
from service.access.api_keys import Scope, System
from service.forecasts.override_listing import (
    LARGEST_PAGE,
    OverrideFilter,
    described_override,
    described_value,
    overrides,
    total_value,
    values_by_author,
)
from service.forecasts.overrides import (
    LARGEST_FACTOR,
    Author,
    NewOverride,
    moment,
    override_forecast,
    withdraw_override,
)
from service.http.bodies import SmallJsonBody, described, plain, schema_of
from service.http.context import Context
from service.http.idempotency import Answer, answer_once
from service.http.queries import KnownParametersOnly
from service.http.strict_reading import validated
from service.http.systems import IdempotencyKey, system_with
from service.work.business_date import business_date

router = APIRouter(prefix="/v1/forecast-overrides", tags=["forecasts"])

Reader = Annotated[System, Depends(system_with(Scope.PROPOSALS_READ, Scope.PROPOSALS_DECIDE))]
Decider = Annotated[System, Depends(system_with(Scope.PROPOSALS_DECIDE))]
Reason = Annotated[Text, StringConstraints(min_length=1)]
SearchedKey = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


class OverrideBody(Canonical):
    """What is expected from ``starts_on`` (today if left out) until before ``expires_on``.

    ``factor`` of the own forecast, or ``expected_per_week`` in base units in its place.
    """

    item_id: Code
    location_id: Code
    factor: Decimal | None = Field(
        None, allow_inf_nan=False, decimal_places=SCALE, ge=0, le=LARGEST_FACTOR
    )
    expected_per_week: NonNegativeQuantity | None = None
    starts_on: Day | None = None
    expires_on: Day
    reason: Reason

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.factor is None) == (self.expected_per_week is None):
            raise ValueError("give either factor or expected_per_week")
        return self

    def asked(self, today: date) -> NewOverride:
        """The override that it asks for."""
        return NewOverride(
            key=(self.item_id, self.location_id),
            factor=self.factor,
            per_week=self.expected_per_week,
            days=(self.starts_on or today, self.expires_on),
            reason=self.reason,
        )


@router.post(
    "",
    status_code=201,
    openapi_extra=described(
        schema_of(OverrideBody),
        {
            "item_id": "BOTTLE",
            "location_id": "UK",
            "factor": "1.5",
            "expires_on": "2026-12-24",
            "reason": "The Christmas market opens a week earlier.",
        },
    ),
    response_model=None,
    summary="Override the forecast of an item at a location",
)
def post_override(
    context: Context, system: Decider, document: SmallJsonBody, key: IdempotencyKey = None
) -> JSONResponse:
    """Override the forecast; what is left of an earlier override on these days ends."""
    body = validated(OverrideBody, document)

    def produce(session: Session) -> Answer:
        when = moment(session, context.clock())
        row = override_forecast(session, body.asked(when.today), _author(system), when)
        return 201, described_override(row, when.today)

    request = (system.system, "POST forecast-overrides", key)
    status, answer = answer_once(context, request, plain(document), produce)
    return JSONResponse(answer, status)


def _filter(
    item: SearchedKey = None,
    location: SearchedKey = None,
    author: SearchedKey = None,
    holds_on: Annotated[Day | None, Query(description="only those that hold on this day")] = None,
) -> OverrideFilter:
    return OverrideFilter(item, location, author, holds_on)


@router.get("", summary="Forecast overrides, newest first")
def get_overrides(
    context: Context,
    _system: Reader,
    _query: KnownParametersOnly,
    wanted: Annotated[OverrideFilter, Depends(_filter)],
    after: Annotated[UUID | None, Query(description="the page before's next")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
) -> dict[str, Any]:
    """A page of overrides: those that hold, those to come, and those that are over."""
    with context.database.read() as session:
        today = business_date(session, context.clock())
        page, following = overrides(session, wanted, after, limit)
        return {
            "overrides": [described_override(row, today) for row in page],
            "next": str(following) if following else None,
        }


@router.get("/value-added", summary="Whether overrides brought the forecast nearer to the sales")
def get_value_added(
    context: Context, _system: Reader, _query: KnownParametersOnly, author: SearchedKey = None
) -> dict[str, Any]:
    """Forecast value added by person and in all, over the weeks that are over."""
    with context.database.read() as session:
        parts = values_by_author(session, author)
    by_author = [
        {
            "author": part.author,
            "name": part.name,
            "weeks_out_of_stock": part.out_of_stock,
            **described_value(part.value),
        }
        for part in parts
    ]
    return {"authors": by_author, "total": described_value(total_value(parts))}


@router.delete(
    "/{override_id}", response_model=None, summary="Withdraw a forecast override from today on"
)
def delete_override(
    context: Context,
    system: Decider,
    _query: KnownParametersOnly,
    override_id: UUID,
    reason: Annotated[str, Query(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")],
    key: IdempotencyKey = None,
) -> JSONResponse:
    """End it today; it stays in the history, and the weeks it held are still measured."""

    def produce(session: Session) -> Answer:
        when = moment(session, context.clock())
        row = withdraw_override(session, override_id, _author(system), reason, when)
        return 200, described_override(row, when.today)

    request = (system.system, f"DELETE forecast-overrides {override_id}", key)
    status, answer = answer_once(context, request, {"reason": reason}, produce)
    return JSONResponse(answer, status)


def _author(system: System) -> Author:
    return Author(f"system:{system.system}", f"system {system.system}")

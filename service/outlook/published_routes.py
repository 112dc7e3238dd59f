"""``GET /v1/forecasts``: the forecast as planning systems were told it last."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import and_, or_, select

from adapters.canonical.outlook import SeriesForecast
from service.access.api_keys import Scope, System
from service.feeds.code_names import codes_of, name_of
from service.http.context import Context
from service.http.problems import Problem
from service.http.queries import KnownParametersOnly
from service.http.systems import system_with
from service.outlook.published_store import series_of
from service.outlook.tables import PublishedSeriesRow

router = APIRouter(prefix="/v1", tags=["forecasts"])

Reader = Annotated[System, Depends(system_with(Scope.FORECASTS_READ, Scope.PROPOSALS_READ))]
Code = Annotated[str | None, Query(min_length=1, max_length=64)]


class ForecastPage(BaseModel):
    """Series in the order of item and location."""

    series: list[SeriesForecast]
    next: str | None = Field(description="'after' of the next page; null at the end")


@router.get("/forecasts")
def list_forecasts(
    context: Context,
    _system: Reader,
    _query: KnownParametersOnly,
    *,
    item: Code = None,
    location: Code = None,
    after: Annotated[
        str | None, Query(max_length=400, description="'next' of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ForecastPage:
    """The forecast of the coming weeks, opportunities included, as it was told last.

    It is the same as in ``forecast.published``; a series that nobody plans has no buckets.
    """
    columns = PublishedSeriesRow.item_id, PublishedSeriesRow.location_id
    rows = select(PublishedSeriesRow).order_by(*columns).limit(limit + 1)
    if item is not None:
        rows = rows.where(columns[0] == item)
    if location is not None:
        rows = rows.where(columns[1] == location)
    if after is not None:
        last_item, last_location = _read_key(after)
        same = and_(columns[0] == last_item, columns[1] > last_location)
        rows = rows.where(or_(columns[0] > last_item, same))
    with context.database.read() as session:
        found = [series_of(row) for row in session.scalars(rows)]
    page = found[:limit]
    more = len(found) > limit
    return ForecastPage(
        series=page, next=name_of(page[-1].item_id, page[-1].location_id) if more else None
    )


def _read_key(after: str) -> tuple[str, str]:
    codes = codes_of(after)
    if len(codes) != 2:  # noqa: PLR2004  item and location
        raise Problem(
            422,
            "unknown-page",
            "'after' is no page of this list",
            remedy="Take 'next' from the page before.",
        )
    return codes[0], codes[1]

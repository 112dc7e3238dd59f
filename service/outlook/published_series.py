"""The forecast of a series in weeks, and whether it is another one than was told last."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from adapters.canonical.outlook import ForecastBucket, SeriesForecast
from forecasting.draws import Draw
from forecasting.override import brought_to
from forecasting.quantile_levels import WEEK_CHART_AT, WEEK_CHART_LEVELS, FloatArray
from forecasting.weekly_demand import DAYS, joint_quantiles, usual_week
from rules.ordering.quantities import from_float
from service.forecasts.tables import SeriesForecastRow
from service.http.idempotency import digest_of
from service.outlook.coming_weeks import ComingWeeks
from service.outlook.published_store import ToldSeries
from service.work.dirty_keys import Key

_THOUSANDTH = Decimal("0.001")


def news_of(
    weeks: Collection[ComingWeeks], told: Mapping[Key, ToldSeries], scenario_count: int
) -> Iterator[tuple[Key, ToldSeries]]:
    """The forecasts that rest on something else than what was ``told`` last, by key."""
    for one in weeks:
        if one.forecast is None:
            continue
        digest = digest_of(_basis(one, one.forecast))
        last = told.get(one.key)
        if last is None or last.digest != digest:
            version = last.series.version + 1 if last else 1
            yield one.key, ToldSeries(_series(one, one.forecast, version, scenario_count), digest)


def _basis(one: ComingWeeks, forecast: SeriesForecastRow) -> dict[str, Any]:
    """What a forecast rests on, but for the day."""
    return {
        "unit": one.unit,
        "weeks": [start.isoformat() for start in one.weeks],
        "usual": [str(value) for value in (forecast.level_per_week, *forecast.week_quantiles)],
        "overrides": list(one.usual.overrides),
        "outside": [one.usual.outside_version, *(week.source for week in one.usual.weeks)],
        "opportunities": [
            opportunity.model_dump(mode="json", exclude={"account_share"})
            for opportunity in one.opportunities
        ],
    }


def _series(
    one: ComingWeeks, forecast: SeriesForecastRow, version: int, scenario_count: int
) -> SeriesForecast:
    item_id, location_id = one.key
    added = one.expected(one.effect).tolist()
    quantiles = _quantiles(one, forecast, scenario_count)
    buckets = [
        ForecastBucket(
            start=start,
            end=start + timedelta(days=DAYS - 1),
            mean=_rounded(usual.mean + added[number]),
            opportunities=_rounded(added[number]),
            override=from_float(usual.override).quantize(_THOUSANDTH),
            source=usual.source,
            quantiles={str(level): _rounded(value) for level, value in quantiles[number].items()},
        )
        for number, (start, usual) in enumerate(zip(one.weeks, one.usual.weeks, strict=True))
    ]
    return SeriesForecast(
        item_id=item_id,
        location_id=location_id,
        unit=one.unit,
        version=version,
        start=one.weeks[0],
        end=one.end,
        buckets=tuple(buckets),
    )


def _quantiles(
    one: ComingWeeks, forecast: SeriesForecastRow, scenario_count: int
) -> list[Mapping[float, float]]:
    """By week: of the usual demand where no deal acts, else drawn together with the deals."""
    fitted = usual_week(
        forecast.interval_quantiles, forecast.interval_days, forecast.week_quantiles
    )
    level = forecast.level_per_week
    found: list[Mapping[float, float]] = []
    for number, week in enumerate(one.usual.weeks):
        usual = fitted if week.mean == level else _moved(fitted, level, week.mean)
        acting = _draws(one, number)
        found.append(
            joint_quantiles(usual, acting, scenario_count)
            if acting
            else dict(zip(WEEK_CHART_LEVELS, usual[list(WEEK_CHART_AT)].tolist(), strict=True))
        )
    return found


def _moved(quantiles: FloatArray, level: float, mean: float) -> FloatArray:
    return np.array(brought_to(mean, level, quantiles.tolist()))


def _draws(one: ComingWeeks, week: int) -> list[Draw]:
    """The deals that act in a week."""
    item_id, location_id = one.key
    return [
        one.effect.draw(place, week, f"{item_id}\x1f{location_id}\x1f{deal.opportunity}")
        for place, deal in enumerate(one.opportunities)
        if one.effect.acts(place, week)
    ]


def _rounded(value: float) -> Decimal:
    """To thousandths, and never below zero: nobody plans a negative demand."""
    return max(from_float(value).quantize(_THOUSANDTH), Decimal(0))


def withdrawn(last: ToldSeries) -> ToldSeries:
    """The series that nobody plans any more."""
    gone = last.series.model_copy(update={"version": last.series.version + 1, "buckets": ()})
    return ToldSeries(gone, "")

"""How good and how fast the baselines are on the demo's sales, beside the naive forecast.

Fitted on the weeks before the demo's planning day, judged on what was really sold after it over
intervals of 14, 21 and 28 days (by a hash of the series), and by the rolling back-test before it.
Writes var/bench/forecast.json. Repeat it with
``python -m tests.benchmarks.forecast [sales.parquet]``; the file has the columns description,
location_id, sold_on and quantity.
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from zlib import crc32

import numpy as np
import polars as pl
from statsforecast.models import IMAPA, SimpleExponentialSmoothingOptimized

from forecasting.backtest import Judgements, figures
from forecasting.baseline import BaselineRun, fit_baselines
from forecasting.history import DAYS_PER_WEEK, DemandHistory, weekly_history
from forecasting.naive import naive_quantiles
from forecasting.overlay import OverlaySetting, interval_demand
from forecasting.quantile_levels import JUDGED_AT, JUDGED_LEVELS
from forecasting.smoothing import smooth

TODAY = date(2011, 8, 29)
SALES = Path("service/demo/data/online_retail.parquet")
FIGURES = Path("var/bench/forecast.json")
INTERVAL_DAYS = (14, 21, 28)
REFITS = 20
OPPORTUNITIES = 600

_KEY = ["item_id", "location_id"]


def main(arguments: list[str]) -> None:
    """Fit, judge, write the figures."""
    FIGURES.unlink(missing_ok=True)
    sales = _sales(Path(arguments[0]) if arguments else SALES)
    intervals = _intervals(sales)
    history = weekly_history(sales, intervals.select(_KEY), as_of=TODAY)
    begin = perf_counter()
    run = fit_baselines(history, intervals)
    seconds = perf_counter() - begin
    report = {
        "series": len(intervals),
        "weeks": history.demand.shape[1],
        "fit_seconds": round(seconds, 3),
        "refit_one_ms": round(1000 * _refit_one_seconds(history, intervals, run), 2),
        "overlay_600_opportunities_seconds": round(_overlay_seconds(run), 3),
        **_beside_statsforecast(sales, history, run),
        **_rounded("", figures(_judged_on_what_came(sales, history, run))),
        **_rounded("rolling_", run.figures),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _rounded(prefix: str, found: dict[str, float]) -> dict[str, float]:
    return {prefix + name: round(value, 4) for name, value in found.items()}


def _sales(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path).select(
        pl.col("description").cast(pl.String).alias("item_id"),
        pl.col("location_id").cast(pl.String),
        pl.col("sold_on").cast(pl.Date),
        pl.col("quantity").cast(pl.Float64),
    )


def _intervals(sales: pl.DataFrame) -> pl.DataFrame:
    sold_before = sales.filter((pl.col("sold_on") < TODAY) & (pl.col("quantity") > 0))
    series = sold_before.select(_KEY).unique().sort(_KEY)
    days = [INTERVAL_DAYS[crc32("|".join(key).encode()) % 3] for key in series.iter_rows()]
    return series.with_columns(pl.Series("interval_days", days, dtype=pl.Int64))


def _refit_one_seconds(history: DemandHistory, intervals: pl.DataFrame, run: BaselineRun) -> float:
    one = DemandHistory(history.series[:1], history.demand[:1], history.first_week, history.as_of)
    seconds = []
    for _ in range(REFITS):
        begin = perf_counter()
        fit_baselines(one, intervals[:1], run.pool)
        seconds.append(perf_counter() - begin)
    return float(np.median(seconds))


def _overlay_seconds(run: BaselineRun) -> float:
    """All series in one pass, 600 of them with an opportunity."""
    keys = run.series.with_columns(
        unlinked_orders=pl.lit(0.0), linked_orders=pl.lit(0.0), cycle_service_level=pl.lit(0.95)
    )
    opportunities = run.series[:OPPORTUNITIES].select(
        *_KEY,
        opportunity=pl.col("item_id"),
        quantity=pl.lit(100.0),
        win_probability=pl.lit(0.5),
        quantity_basis=pl.lit("incremental"),
        status=pl.lit("open"),
        window_start=pl.lit(TODAY),
        window_end=pl.lit(TODAY + timedelta(days=10)),
        account_share=pl.lit(0.0),
    )
    begin = perf_counter()
    interval_demand(keys, opportunities, OverlaySetting(today=TODAY, scenario_count=2000))
    return perf_counter() - begin


def _beside_statsforecast(
    sales: pl.DataFrame, history: DemandHistory, run: BaselineRun
) -> dict[str, float]:
    """WAPE of the expected interval sum, ours and that of two cheap statsforecast models."""
    weeks = run.series["interval_days"].to_numpy() // DAYS_PER_WEEK
    actual = _came(sales, run.series)
    found = {"wape_ours": _wape(run.series["interval_mean"].to_numpy(), actual)}
    longest = max(INTERVAL_DAYS) // DAYS_PER_WEEK
    for name, model in (("ses", SimpleExponentialSmoothingOptimized()), ("imapa", IMAPA())):
        begin = perf_counter()
        weekly = np.stack(
            [model.forecast(row[~np.isnan(row)], h=longest)["mean"] for row in history.demand]
        )
        found[f"statsforecast_{name}_seconds"] = round(perf_counter() - begin, 3)
        sums = np.where(np.arange(longest) < weeks[:, None], weekly, 0).sum(axis=1)
        found[f"wape_statsforecast_{name}"] = _wape(sums, actual)
    return found


def _wape(forecast: np.ndarray, actual: np.ndarray) -> float:
    return round(float(np.abs(forecast - actual).sum() / actual.sum()), 4)


def _judged_on_what_came(
    sales: pl.DataFrame, history: DemandHistory, run: BaselineRun
) -> Judgements:
    """Every series that had sold by then, the new ones too."""
    past = smooth(np.ascontiguousarray(history.demand.T))
    weeks = run.series["interval_days"].to_numpy() // DAYS_PER_WEEK
    naive = np.zeros((len(weeks), len(JUDGED_LEVELS)))
    for horizon in np.unique(weeks).tolist():
        rows = np.flatnonzero(weeks == horizon)
        naive[rows] = naive_quantiles(past.take(rows), horizon, JUDGED_LEVELS)
    return Judgements(
        series=np.arange(len(weeks)),
        mean=run.series["interval_mean"].to_numpy(),
        ours=np.array(run.series["interval_quantiles"].to_list())[:, JUDGED_AT],
        naive=naive,
        actual=_came(sales, run.series),
        scale=np.nanmean(history.demand, axis=1) * weeks,
    )


def _came(sales: pl.DataFrame, series: pl.DataFrame) -> np.ndarray:
    """Net quantity of the weeks of each interval, a week with more returns than sales as zero."""
    week = (pl.col("sold_on") - pl.lit(TODAY)).dt.total_days() // DAYS_PER_WEEK
    weekly = (
        sales.filter(
            pl.col("sold_on").is_between(TODAY, TODAY + timedelta(days=max(INTERVAL_DAYS)))
        )
        .join(series.select(*_KEY, "interval_days"), on=_KEY)
        .filter(week * DAYS_PER_WEEK < pl.col("interval_days"))
        .group_by(*_KEY, week.alias("week"))
        .agg(pl.col("quantity").sum().clip(0))
    )
    sums = weekly.group_by(_KEY).agg(pl.col("quantity").sum())
    joined = series.join(sums, on=_KEY, how="left", maintain_order="left")
    return joined["quantity"].fill_null(0).to_numpy()


if __name__ == "__main__":
    main(sys.argv[1:])

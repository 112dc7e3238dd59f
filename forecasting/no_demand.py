"""Series that are known to have no demand of their own: a fact, not a forecast.

They are kept out of the fit: what never sells says nothing about the errors of what does.
"""

import polars as pl

from forecasting.demand_class import LEAST_WEEKS, DemandClass
from forecasting.frames import KEY, FrameContract, check_frame
from forecasting.history import LONGEST_HISTORY_WEEKS
from forecasting.quantile_levels import QUANTILE_LEVELS, WEEK_CHART_AT

LEAST_SILENT_WEEKS = LEAST_WEEKS
"""From so many weeks without a sale on, none is taken to be the rule."""

_SILENT = FrameContract(
    "silent",
    {
        "item_id": pl.String,
        "location_id": pl.String,
        "interval_days": pl.Int64,
        "history_weeks": pl.Int64,
    },
    key=KEY,
    at_least={"interval_days": 1, "history_weeks": LEAST_SILENT_WEEKS},
)


def without_demand(silent: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``BaselineRun.series`` for series that sell nothing.

    ``silent`` has item_id, location_id, interval_days and history_weeks, the weeks in which
    something could have been sold. The interval between two sales is without end, so the class
    is intermittent. Raises ValueError where the frame does not fit.
    """
    zeros = [0.0] * len(QUANTILE_LEVELS)
    numbers = pl.List(pl.Float64)
    return check_frame(silent, _SILENT).select(
        *KEY,
        pl.lit(DemandClass.INTERMITTENT.name.lower()).alias("demand_class"),
        pl.col("history_weeks").clip(upper_bound=LONGEST_HISTORY_WEEKS),
        "interval_days",
        pl.lit(0.0).alias("interval_mean"),
        pl.lit(zeros, dtype=numbers).alias("interval_quantiles"),
        pl.lit(0.0).alias("level_per_week"),
        pl.lit(None, dtype=pl.Float64).alias("backtest_error"),
        pl.lit([zeros[place] for place in WEEK_CHART_AT], dtype=numbers).alias("week_quantiles"),
    )

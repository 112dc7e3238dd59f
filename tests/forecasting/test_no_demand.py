import polars as pl
import pytest

from forecasting.baseline import fit_baselines
from forecasting.history import weekly_history
from forecasting.no_demand import without_demand
from tests.forecasting.builders_forecast import TODAY

SALES = {"item_id": pl.String, "location_id": pl.String, "sold_on": pl.Date, "quantity": pl.Float64}
KEYS = {"item_id": pl.String, "location_id": pl.String}


def _silent(weeks: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"item_id": ["A"], "location_id": ["HUB"], "interval_days": [28], "history_weeks": [weeks]}
    )


def test_what_never_sells_is_expected_to_sell_nothing_and_is_no_new_item() -> None:
    (row,) = without_demand(_silent(300)).to_dicts()
    assert (row["demand_class"], row["history_weeks"]) == ("intermittent", 156)
    assert row["interval_mean"] == max(row["interval_quantiles"]) == max(row["week_quantiles"]) == 0


def test_its_rows_go_with_those_of_a_fit_even_of_no_series() -> None:
    history = weekly_history(pl.DataFrame(schema=SALES), pl.DataFrame(schema=KEYS), as_of=TODAY)
    empty = fit_baselines(history, pl.DataFrame(schema={**KEYS, "interval_days": pl.Int64}))
    together = pl.concat([empty.series, without_demand(_silent(8))])
    assert together["location_id"].to_list() == ["HUB"]


def test_a_few_weeks_of_silence_say_nothing() -> None:
    with pytest.raises(ValueError, match="history_weeks"):
        without_demand(_silent(7))

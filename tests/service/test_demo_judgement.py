import polars as pl
import pytest

from service.demo.overlay_judgement import judge


def test_expected_contribution_is_judged_against_what_was_ordered() -> None:
    truth = pl.DataFrame(
        {
            "stage": ["early", "early", "late"],
            "quantity": [100.0, 200.0, 50.0],
            "win_probability": [0.5, 0.5, 0.9],
            "ordered": [100.0, 0.0, 0.0],
            "unit_price": [2.0, 2.0, 1.0],
        }
    )
    early, late, everything = (
        judge(truth)
        .sort("opportunities")
        .reverse()
        .sort(pl.col("stage").replace_strict({"early": 0, "late": 1, "all": 2}))
        .iter_rows(named=True)
    )
    assert (early["expected"], early["ordered"], early["came_true"]) == (300.0, 200.0, 0.5)
    assert early["bias"] == pytest.approx(0.5)
    assert early["error"] == pytest.approx(1.5)
    assert early["brier"] == pytest.approx(0.25)
    assert late["bias"] is None
    assert everything["opportunities"] == 3
    assert everything["bias"] == pytest.approx(0.725)

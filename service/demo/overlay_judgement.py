"""How good were the opportunities? Expected contribution against what was really ordered."""

import polars as pl


def judge(truth: pl.DataFrame) -> pl.DataFrame:
    """Bias and error of ``quantity × win_probability`` by stage, all stages last.

    ``truth`` is ``opportunity_truth()`` or its columns stage, quantity, win_probability, ordered
    and unit_price. Money is GBP at usual sales prices, so that trifles do not drown the rest.
    Columns: stage; opportunities; stated_probability (mean) and came_true (share with an order);
    brier, the mean of (probability − outcome)²; expected and ordered (GBP);
    bias = expected / ordered − 1 (null where nothing was ordered); error = Σ|expected − ordered|
    over ordered, likewise.
    """
    scored = truth.with_columns(
        (pl.col("quantity") * pl.col("win_probability") * pl.col("unit_price")).alias("expected"),
        (pl.col("ordered") * pl.col("unit_price")).alias("bought"),
        (pl.col("ordered") > 0).cast(pl.Float64).alias("outcome"),
    )
    by_stage = scored.group_by("stage").agg(_figures()).sort("stage")
    everything = scored.select(pl.lit("all").alias("stage"), *_figures())
    return pl.concat([by_stage, everything])


def _figures() -> list[pl.Expr]:
    bought = pl.col("bought").sum()
    divisor = pl.when(bought > 0).then(bought)
    return [
        pl.len().cast(pl.Int64).alias("opportunities"),
        pl.col("win_probability").mean().alias("stated_probability"),
        pl.col("outcome").mean().alias("came_true"),
        (pl.col("win_probability") - pl.col("outcome")).pow(2).mean().alias("brier"),
        pl.col("expected").sum(),
        bought.alias("ordered"),
        (pl.col("expected").sum() / divisor - 1).alias("bias"),
        ((pl.col("expected") - pl.col("bought")).abs().sum() / divisor).alias("error"),
    ]

"""The door: every frame that comes in is checked here once and trusted afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from forecasting.quantile_levels import QUANTILE_LEVELS

KEY = ("item_id", "location_id")


@dataclass(frozen=True)
class FrameContract:
    """What a frame must look like: its name for messages, its columns, its key, its bounds."""

    name: str
    columns: Mapping[str, pl.DataType | type[pl.DataType]]
    key: tuple[str, ...] = ()
    at_least: Mapping[str, float] | None = None
    at_most: Mapping[str, float] | None = None


def check_frame(frame: pl.DataFrame, contract: FrameContract) -> pl.DataFrame:
    """``frame`` with the contract's columns only.

    Raises ValueError, saying what to do, for a column that is missing or of another type, for
    empty or infinite values, for values out of bounds and for a key that occurs twice.
    """
    _check_columns(frame, contract)
    checked = frame.select(list(contract.columns))
    _check_values(checked, contract)
    if contract.key and checked.select(contract.key).is_duplicated().any():
        raise ValueError(
            f"{contract.name}: {' and '.join(contract.key)} occur twice; "
            "add the rows up or drop the doubles before the call"
        )
    return checked


def _check_columns(frame: pl.DataFrame, contract: FrameContract) -> None:
    for column, dtype in contract.columns.items():
        if column not in frame.schema:
            raise ValueError(
                f"{contract.name}: column {column} is missing; "
                f"give the columns {', '.join(contract.columns)}"
            )
        if frame.schema[column] != dtype:
            raise ValueError(
                f"{contract.name}: column {column} is {frame.schema[column]}; cast it to {dtype}"
            )


def _check_values(frame: pl.DataFrame, contract: FrameContract) -> None:
    for column, dtype in contract.columns.items():
        values = frame[column]
        if values.null_count():
            raise ValueError(
                f"{contract.name}: column {column} has empty values; fill or drop them"
            )
        if dtype == pl.Float64 and not values.is_finite().all():
            raise ValueError(
                f"{contract.name}: column {column} has NaN or infinite values; drop those rows"
            )
    for bounds, beyond in ((contract.at_least, "below"), (contract.at_most, "above")):
        for column, bound in (bounds or {}).items():
            extreme = frame[column].min() if beyond == "below" else frame[column].max()
            if isinstance(extreme, int | float) and (
                extreme < bound if beyond == "below" else extreme > bound
            ):
                raise ValueError(
                    f"{contract.name}: column {column} has {extreme}, {beyond} {bound}; "
                    "correct the value at its source"
                )


def check_quantiles(frame: pl.DataFrame, name: str, column: str) -> None:
    """Raise ValueError unless each list has a finite value for each of ``QUANTILE_LEVELS``."""
    lengths = frame[column].list.len()
    flat = frame[column].explode(empty_as_null=True)
    whole = (lengths == len(QUANTILE_LEVELS)).all() and flat.null_count() == 0
    if not whole or not flat.is_finite().all():
        raise ValueError(
            f"{name}: column {column} must hold {len(QUANTILE_LEVELS)} finite values per row, "
            "one per QUANTILE_LEVELS; fit the baselines again"
        )

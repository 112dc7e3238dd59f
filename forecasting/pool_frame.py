"""Error pools as a frame, so that they can be stored and used again for a refit.

One row per origin and horizon: ``weeks_back`` (weeks before the end of the history; 0 is now,
older origins serve the back-test), ``horizon_weeks``, ``typical_level`` and each array of
``HorizonPool`` flattened to a list.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from forecasting.error_pool import SHAPES, HorizonPool
from forecasting.frames import FrameContract, check_frame

OriginPools = Mapping[int, Mapping[int, HorizonPool]]
"""weeks_back -> horizon in weeks -> pool"""

_NUMBERS = {"weeks_back": pl.Int64, "horizon_weeks": pl.Int64, "typical_level": pl.Float64}
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **_NUMBERS,
    **{name: pl.List(pl.Float64) for name in SHAPES},
}
_CONTRACT = FrameContract("pool", _SCHEMA, key=("weeks_back", "horizon_weeks"))


def pools_to_frame(pools: OriginPools) -> pl.DataFrame:
    """The pools as a frame."""
    rows = [
        {
            "weeks_back": weeks_back,
            "horizon_weeks": horizon,
            "typical_level": pool.typical_level,
            **{name: getattr(pool, name).ravel().tolist() for name in SHAPES},
        }
        for weeks_back, by_horizon in pools.items()
        for horizon, pool in by_horizon.items()
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def pools_from_frame(frame: pl.DataFrame) -> dict[int, dict[int, HorizonPool]]:
    """The pools in a frame made by ``pools_to_frame``; raises ValueError for any other frame."""
    frame = check_frame(frame, _CONTRACT)
    arrays = {name: _unflattened(frame, name) for name in SHAPES}
    pools: dict[int, dict[int, HorizonPool]] = {}
    for row, (weeks_back, horizon, level) in enumerate(frame.select(_NUMBERS.keys()).iter_rows()):
        pool = HorizonPool(level, **{name: array[row] for name, array in arrays.items()})
        pools.setdefault(weeks_back, {})[horizon] = pool
    return pools


def _unflattened(frame: pl.DataFrame, name: str) -> np.ndarray:
    flat = frame[name].explode(empty_as_null=True).to_numpy()
    try:
        return flat.reshape(len(frame), *SHAPES[name])
    except ValueError as wrong_length:
        raise ValueError(
            f"pool: column {name} has lists of another length; make a new pool by a full fit"
        ) from wrong_length

"""Demand classes: how regularly a series sells, and how even its quantities are.

After A. A. Syntetos, J. E. Boylan and J. D. Croston, "On the categorization of demand
patterns", Journal of the Operational Research Society 56 (2005), 495-503: the average interval
between weeks with demand (ADI, weeks) is cut at 1.32, the squared coefficient of variation of the
quantities in such weeks (CV²) at 0.49.
"""

from enum import IntEnum

import numpy as np

from forecasting.quantile_levels import FloatArray, IntArray

ADI_CUT = 1.32
CV2_CUT = 0.49
LEAST_WEEKS = 8
LEAST_SELLING_WEEKS = 2


class DemandClass(IntEnum):
    """The four classes of Syntetos and Boylan, and new: too short a history to tell."""

    SMOOTH = 0
    ERRATIC = 1
    INTERMITTENT = 2
    LUMPY = 3
    NEW = 4


def demand_classes(demand: FloatArray) -> IntArray:
    """Class of each series as seen after each week.

    ``demand`` is (weeks, series), NaN before the first sale; so is the result, as numbers of
    ``DemandClass``. New: fewer than 8 weeks since the first sale, or fewer than 2 with demand.
    """
    quantity = np.nan_to_num(demand)
    weeks = (~np.isnan(demand)).cumsum(axis=0)
    selling = (quantity > 0).cumsum(axis=0)
    several = np.maximum(selling, LEAST_SELLING_WEEKS)
    mean = quantity.cumsum(axis=0) / several
    squares = (quantity**2).cumsum(axis=0) / several
    variance = np.maximum(squares - mean**2, 0) * several / (several - 1)
    uneven = variance >= CV2_CUT * mean**2
    seldom = weeks >= ADI_CUT * several
    established = (weeks >= LEAST_WEEKS) & (selling >= LEAST_SELLING_WEEKS)
    number = np.where(seldom, DemandClass.INTERMITTENT, DemandClass.SMOOTH) + uneven
    return np.where(established, number, DemandClass.NEW).astype(np.int64)


def class_names(classes: IntArray) -> list[str]:
    """The classes' names in small letters."""
    return [DemandClass(number).name.lower() for number in classes.tolist()]

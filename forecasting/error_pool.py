"""The error pool: what the forecast errors of all series say about the errors of one.

For each horizon it holds, per demand class,

- how the smoothing constants compare (``class_losses``),
- quantiles of what came divided by what was expected, in twelve bins by what was expected
  (``volume_edges``, ``ratio_quantiles``): a series that sells 3 a week errs in other proportions
  than one that sells 300,
- how errors grow with what is expected (``spread_law``) and the quantiles of errors in units of
  each series' own spread (``spread_quantiles``),

and the quantiles of all series' sums, for an item that has never sold (``assortment_quantiles``).
"""

from dataclasses import dataclass

import numpy as np

from forecasting.demand_class import DemandClass
from forecasting.interval_sum import (
    BlendedForecast,
    RollingSums,
    blend,
    newest_classes,
    relative_losses,
)
from forecasting.quantile_levels import LEVELS, BoolArray, FloatArray
from forecasting.smoothing import SMOOTHING, SmoothedHistory
from forecasting.spread import LAW_PARAMETERS, fit_spread_law, own_spread

VOLUME_BINS = 12
LEAST_POOLED = 30
"""Fewer errors than this say too little: the next wider pool is used."""

PRIOR_ERRORS = 3
"""Where even the widest pool holds too few errors, ignorance counts like so many of them."""

_CLASSES = len(DemandClass)
_UNTOLD = -np.log1p(-LEVELS)
"""Ratios where no error is known yet: exponential, with the expected sum as its mean."""


@dataclass(frozen=True)
class HorizonPool:
    """The pool of one horizon; shapes in ``SHAPES``, ``typical_level`` is demand per week."""

    typical_level: float
    class_losses: FloatArray
    volume_edges: FloatArray
    ratio_quantiles: FloatArray
    spread_law: FloatArray
    spread_quantiles: FloatArray
    assortment_quantiles: FloatArray


SHAPES: dict[str, tuple[int, ...]] = {
    "class_losses": (_CLASSES, len(SMOOTHING)),
    "volume_edges": (_CLASSES, VOLUME_BINS - 1),
    "ratio_quantiles": (_CLASSES, VOLUME_BINS, len(LEVELS)),
    "spread_law": (_CLASSES, LAW_PARAMETERS),
    "spread_quantiles": (_CLASSES, len(LEVELS)),
    "assortment_quantiles": (len(LEVELS),),
}


def learn_pool(rolling: RollingSums, typical_level: float) -> HorizonPool:
    """Learn the pool of one horizon from the rolling errors of all series."""
    class_losses = _class_losses(rolling)
    forecast = blend(rolling, class_losses, typical_level)
    edges, ratios = _ratio_quantiles(rolling, forecast)
    law, spreads = _spread_quantiles(rolling, forecast)
    sums = rolling.sold[rolling.known]
    assortment = (
        np.quantile(sums, LEVELS)
        if len(sums) >= LEAST_POOLED
        else typical_level * rolling.horizon * _UNTOLD
    )
    return HorizonPool(typical_level, class_losses, edges, ratios, law, spreads, assortment)


def typical_level(history: SmoothedHistory) -> float:
    """Median weekly demand over the series that are not new, or over all; 0 without any."""
    sold = history.tamed.sum(axis=0) / np.maximum(history.known.sum(axis=0), 1)
    established = newest_classes(history) != DemandClass.NEW
    known = history.known.any(axis=0)
    for group in (established, known):
        if group.any():
            return float(np.median(sold[group]))
    return 0.0


def _class_losses(rolling: RollingSums) -> FloatArray:
    """Mean relative loss of each constant, per class of today."""
    loss, told = relative_losses(rolling)
    today = newest_classes(rolling.history)
    result = np.ones(SHAPES["class_losses"])
    for number in DemandClass:
        group = told & (today == number)
        group = group if group.sum() >= LEAST_POOLED else told
        if group.any():
            result[number] = loss[:, group].mean(axis=1)
    return result


def _ratio_quantiles(
    rolling: RollingSums, forecast: BlendedForecast
) -> tuple[FloatArray, FloatArray]:
    usable = rolling.known & (forecast.past > 0)
    ratio = rolling.sold / np.where(usable, forecast.past, 1.0)
    edges = np.empty(SHAPES["volume_edges"])
    quantiles = np.empty(SHAPES["ratio_quantiles"])
    for number in DemandClass:
        group = _widened(usable & (rolling.classes == number), usable)
        edges[number], quantiles[number] = _by_volume(forecast.past[group], ratio[group])
    return edges, quantiles


def _by_volume(expected: FloatArray, ratio: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Edges of the bins and quantiles of the ratios in them; thin bins take those of all."""
    of_all = _tempered(ratio, _UNTOLD)
    if len(ratio) < LEAST_POOLED:
        return np.full(VOLUME_BINS - 1, np.inf), np.tile(of_all, (VOLUME_BINS, 1))
    edges = np.quantile(expected, np.arange(1, VOLUME_BINS) / VOLUME_BINS)
    bins = np.searchsorted(edges, expected, side="right")
    quantiles = [
        np.quantile(inside, LEVELS) if len(inside) >= LEAST_POOLED else of_all
        for inside in (ratio[bins == number] for number in range(VOLUME_BINS))
    ]
    return edges, np.array(quantiles)


def _spread_quantiles(
    rolling: RollingSums, forecast: BlendedForecast
) -> tuple[FloatArray, FloatArray]:
    today = newest_classes(rolling.history)
    law = np.array([_law_of(rolling, forecast, today == number) for number in DemandClass])
    spread = own_spread(rolling, forecast, law)
    usable = rolling.known & (spread > 0)
    scaled = (rolling.sold - forecast.past) / np.where(spread > 0, spread, 1.0)
    quantiles = np.empty(SHAPES["spread_quantiles"])
    for number in DemandClass:
        group = _widened(usable & (today == number), usable)
        quantiles[number] = _tempered(scaled[group], _UNTOLD - 1)
    return law, quantiles


def _law_of(rolling: RollingSums, forecast: BlendedForecast, group: BoolArray) -> FloatArray:
    law = fit_spread_law(rolling, forecast, group)
    if law is None:
        law = fit_spread_law(rolling, forecast, np.ones_like(group))
    return np.array([2.0, 0.0]) if law is None else law


def _tempered(errors: FloatArray, untold: FloatArray) -> FloatArray:
    """Quantiles of ``errors``; of too few, averaged with those of knowing nothing."""
    count = len(errors)
    if count == 0:
        return untold
    told = np.quantile(errors, LEVELS)
    if count >= LEAST_POOLED:
        return told
    tempered: FloatArray = (count * told + PRIOR_ERRORS * untold) / (count + PRIOR_ERRORS)
    return tempered


def _widened(group: BoolArray, every: BoolArray) -> BoolArray:
    return group if group.sum() >= LEAST_POOLED else every

"""Sharing a quantity out so that the parts add up to it exactly."""

from collections.abc import Mapping
from decimal import Decimal


def allocate(
    quantity: Decimal, weights: Mapping[str, Decimal], unit_decimals: int
) -> dict[str, Decimal]:
    """``quantity`` shared over the keys of ``weights`` in proportion, by largest remainder.

    Method of Hamilton: each part is rounded down to ``unit_decimals``, and the steps that are
    left go one each to the largest remainders; equal remainders go by key. Every key keeps its
    part, be it zero. Weights are positive, at least one is given; ``quantity`` is not negative
    and has no more than ``unit_decimals`` decimals.
    """
    steps = int(quantity.scaleb(unit_decimals))
    if steps != quantity.scaleb(unit_decimals):
        raise ValueError(f"{quantity} has more than {unit_decimals} decimals")
    scaled = {key: int(weight.scaleb(_WEIGHT_DECIMALS)) for key, weight in weights.items()}
    total = sum(scaled.values())
    parts = {key: divmod(steps * weight, total) for key, weight in scaled.items()}
    left = steps - sum(whole for whole, _ in parts.values())
    by_remainder = sorted(parts, key=lambda key: (-parts[key][1], key))
    favoured = set(by_remainder[:left])
    return {
        key: Decimal(whole + (key in favoured)).scaleb(-unit_decimals)
        for key, (whole, _) in sorted(parts.items())
    }


_WEIGHT_DECIMALS = 6  # quantities, and so the weights made of them, have no more

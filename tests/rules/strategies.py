"""Quantities as hypothesis draws them: exact, of every size that a distributor meets."""

from decimal import Decimal

from hypothesis import strategies as st

from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import from_millionths, unit_step

LARGEST = 10**15
"""A thousand million base units, in millionths: the canonical model's limit."""

unsigned = st.integers(0, LARGEST).map(from_millionths)
signed = st.integers(-LARGEST, LARGEST).map(from_millionths)
small = st.integers(-2_000_000, 2_000_000).map(from_millionths)
steps = st.integers(0, 6).map(unit_step)


def lots() -> st.SearchStrategy[LotSizing]:
    multiples = st.integers(1, 10**12).map(from_millionths)
    minimums = st.one_of(st.just(Decimal(0)), st.integers(1, 10**12).map(from_millionths))
    return st.builds(LotSizing, minimums, multiples, steps)

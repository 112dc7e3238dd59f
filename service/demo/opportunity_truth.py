"""What became of the demo's opportunities: for judging the overlay, never for loading."""

import polars as pl

from service.demo.opportunities import Opportunity
from service.demo.world import build_world


def opportunity_truth() -> pl.DataFrame:
    """One row per opportunity: what sales said, and what the account really ordered afterwards.

    ``quantity`` (said) and ``ordered`` are base units; ``ordered`` counts the real purchases
    from today to 2011-09-30 and is 0 for decoys. ``flaw`` names what sends a signal to the
    exception queue. ``unit_price`` is the usual sales price in GBP, as a weight.
    """
    world = build_world()
    prices = {one.key: one.median_price for one in world.series}
    rows = [
        _row(one, prices[one.intention.item_id, one.intention.location_id])
        for one in world.opportunities
    ]
    return pl.DataFrame(rows)


def _row(one: Opportunity, unit_price: float) -> dict[str, object]:
    signal = one.signal
    return {
        "opportunity_id": signal.opportunity_id,
        "account_id": one.intention.account_id,
        "item_id": one.intention.item_id,
        "location_id": one.intention.location_id,
        "stage": signal.stage,
        "status": signal.status.value,
        "quantity_basis": signal.quantity_basis.value,
        "window_start": signal.delivery_window.start,
        "window_end": signal.delivery_window.end,
        "quantity": float(one.quantity),
        "win_probability": float(signal.win_probability),
        "ordered": float(one.intention.ordered),
        "unit_price": unit_price,
        "flaw": one.flaw,
    }

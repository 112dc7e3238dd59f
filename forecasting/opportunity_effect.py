"""What an opportunity does to the demand of an interval, when won and when not."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forecasting.frames import FrameContract, check_frame
from forecasting.quantile_levels import BoolArray, FloatArray, IntArray

BASES = ("incremental", "total", "renewal")
STATUSES = ("open", "won", "lost", "deleted")

OPPORTUNITIES = FrameContract(
    "opportunities",
    {
        "item_id": pl.String,
        "location_id": pl.String,
        "opportunity": pl.String,
        "quantity": pl.Float64,
        "win_probability": pl.Float64,
        "quantity_basis": pl.String,
        "status": pl.String,
        "window_start": pl.Date,
        "window_end": pl.Date,
        "account_share": pl.Float64,
    },
    key=("item_id", "location_id", "opportunity"),
    at_least={"quantity": 0, "win_probability": 0, "account_share": 0},
    at_most={"win_probability": 1, "account_share": 1},
)
"""What ``interval_demand`` wants of each opportunity; ``quantity`` is what is not ordered yet."""


def check_opportunities(
    frame: pl.DataFrame, contract: FrameContract = OPPORTUNITIES
) -> pl.DataFrame:
    """The opportunities, checked; raises ValueError saying what to do."""
    checked = check_frame(frame, contract)
    for column, words in (("quantity_basis", BASES), ("status", STATUSES)):
        unknown = set(checked[column].unique().to_list()) - set(words)
        if unknown:
            raise ValueError(
                f"opportunities: {column} {', '.join(sorted(unknown))} is not known; "
                f"use one of {', '.join(words)}"
            )
    if (checked["window_end"] < checked["window_start"]).any():
        raise ValueError("opportunities: a window ends before it starts; exchange the two days")
    return checked


@dataclass(frozen=True)
class OpportunityEffect:
    """The effect of each opportunity, (opportunities,), in base units and shares.

    With chance ``chance`` the quantity ``added`` comes within the interval. ``removed`` is the
    share of the interval's baseline that goes: always where ``removed_anyway``, else together
    with ``added``. ``win_probability`` is 1 when won, 0 when lost or deleted. ``interval_share``
    is the share of the remaining window that falls into the interval.
    """

    win_probability: FloatArray
    interval_share: FloatArray
    chance: FloatArray
    added: FloatArray
    removed: FloatArray
    removed_anyway: BoolArray

    def expected(self, baseline_mean: FloatArray) -> FloatArray:
        """Expected change of the interval's demand, given the baseline mean of its key."""
        removing = np.where(self.removed_anyway, 1.0, self.chance)
        change: FloatArray = self.chance * self.added - removing * self.removed * baseline_mean
        return change

    def acts(self) -> BoolArray:
        """Which of them can change the demand at all."""
        acts: BoolArray = ((self.chance > 0) & ((self.added > 0) | (self.removed > 0))) | (
            self.removed_anyway & (self.removed > 0)
        )
        return acts


def opportunity_effect(
    opportunities: pl.DataFrame, interval_days: IntArray, today: date
) -> OpportunityEffect:
    """Effects on the demand over [today, today + interval_days), one interval per opportunity.

    ``interval_days`` may also hold a row of them for each of several looks, or one figure per row
    that counts for all opportunities; what depends on the interval then has a row per look too.

    What is left of the window starts today at the earliest. An incremental quantity arrives on
    one day of it, each day being as likely: it falls into the interval whole or not at all. A
    total or renewal quantity is spread evenly over it and takes the place of the account's share
    of the baseline on the days that window and interval have in common: a total when won, a
    renewal in any case (lost too) unless it was deleted.
    """
    status, basis = opportunities["status"], opportunities["quantity_basis"]
    start, end = (opportunities[name].to_physical() for name in ("window_start", "window_end"))
    this_day = today.toordinal() - date(1970, 1, 1).toordinal()
    first = np.maximum(start.to_numpy().astype(np.int64), this_day)
    after = end.to_numpy().astype(np.int64) + 1
    left = np.maximum(after - first, 0)
    common = np.maximum(np.minimum(after, this_day + interval_days) - first, 0)
    interval_share = np.where(left > 0, common / np.maximum(left, 1), 0.0)
    gone = status.is_in(["lost", "deleted"]).to_numpy()
    probability = np.where(gone, 0.0, opportunities["win_probability"].to_numpy())
    probability = np.where((status == "won").to_numpy(), 1.0, probability)
    incremental = (basis == "incremental").to_numpy()
    quantity = opportunities["quantity"].to_numpy()
    replaced = opportunities["account_share"].to_numpy() * common / interval_days
    return OpportunityEffect(
        win_probability=probability,
        interval_share=interval_share,
        chance=probability * np.where(incremental, interval_share, 1.0),
        added=quantity * np.where(incremental, 1.0, interval_share),
        removed=np.where(incremental, 0.0, replaced),
        removed_anyway=((basis == "renewal") & (status != "deleted")).to_numpy(),
    )

"""Forecast overrides as a planning system asks for them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

PATH = "/v1/forecast-overrides"
TODAY = date(2011, 8, 29)

Ask = Callable[..., dict[str, Any]]
"""Makes the override of ``override_json`` and returns the answer."""


def override_json(first: int = 0, end: int = 21, **fields: Any) -> dict[str, Any]:
    """An override of half as much again, from and until days counted from today."""
    usual = {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "starts_on": str(TODAY + timedelta(days=first)),
        "expires_on": str(TODAY + timedelta(days=end)),
        "reason": "trade fair",
    }
    chosen = {} if "expected_per_week" in fields else {"factor": "1.5"}
    return {**usual, **chosen, **fields}

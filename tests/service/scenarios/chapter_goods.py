"""The goods of the connected distributor: one item for each chapter, sold steadily for a while."""

from datetime import date, timedelta
from typing import Any

from tests.service.scenarios.distributor import WEEKS

UK, FR = "UK", "FR"
NAILS = [f"NAIL-{number}" for number in range(6)]
PRICES = {
    "BOTTLE": "6.00",
    "JUG": "2.50",
    "CRATE": "0.10",
    "LAMP": "6.00",
    "LANTERN": "6.00",
    "KETTLE": "2.50",
    "CUP": "2.50",
    "GLASS": "2.50",
    "LADLE": "2.50",
    "FORK": "2.50",
    "KNIFE": "2.50",
    "SPOON": "4.00",
    **dict.fromkeys(NAILS, "0.05"),
}
SCARCE = {"BOTTLE": 60, "LAMP": 20, "LANTERN": 20}
PLENTY = 2000
WEEKLY = 140
ADVISED = 37


def terms(item: str, place: str) -> dict[str, Any]:
    """Two weeks of lead time, a look every week, no minimum."""
    return {
        "native_id": f"T-{item}-{place}",
        "item_id": item,
        "location_id": place,
        "supplier_id": "GLASSWORKS",
        "lead_time_days": 14,
        "review_period_days": 7,
        "unit_price": PRICES[item],
        "currency": "GBP",
    }


def steady_sales(today: date) -> list[dict[str, Any]]:
    """A sale of every item in each week; only crates are sold in both places."""
    places = [(item, UK) for item in PRICES] + [("CRATE", FR)]
    return [
        sale(
            (item, place),
            f"S-{item}-{place}-{week}",
            today - timedelta(weeks=week),
            WEEKLY + week % 3 * 7,
        )
        for item, place in places
        for week in range(1, WEEKS + 1)
    ]


def sale(key: tuple[str, str], name: str, day: date, quantity: int) -> dict[str, Any]:
    """A sales line of an item at a location."""
    return {
        "native_id": name,
        "item_id": key[0],
        "location_id": key[1],
        "sold_on": day.isoformat(),
        "quantity": str(quantity),
    }


def advice(item: str, required: str) -> dict[str, Any]:
    """What planning would order now."""
    return {"item_id": item, "location_id": UK, "quantity": str(ADVISED), "required_date": required}

"""One example body per feed route, shown in the documentation and tried by the tests."""

from typing import Any

_CHANGED = "2011-08-29T06:00:00Z"


def _delta(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"system": "erp", "mode": "delta", "rows": list(rows)}


ITEMS = _delta(
    {
        "item_id": "BOTTLE",
        "version_token": "7",
        "changed_at": _CHANGED,
        "description": "Hot water bottle",
        "base_unit": "EA",
        "item_group": "HOME",
        "unit_volume": "0.0024",
        "unit_weight": "0.41",
        "conversions": [{"unit": "BOX", "numerator": "12", "valid_from": "2011-01-01"}],
    }
)
LOCATIONS = _delta(
    {
        "location_id": "UK",
        "name": "Warehouse UK",
        "kind": "warehouse",
        "time_zone": "Europe/London",
    }
)
ACCOUNTS = _delta({"account_id": "14646", "name": "Key account", "sourcing_location_id": "UK"})
SUPPLIER_TERMS = _delta(
    {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "supplier_id": "S-01",
        "lead_time_days": 14,
        "review_period_days": 7,
        "minimum_order_quantity": "48",
        "order_multiple": "12",
        "unit_price": "2.10",
        "currency": "GBP",
    }
)
SUPPLIER_CONDITIONS = _delta(
    {
        "native_id": "S-01",
        "supplier_id": "S-01",
        "currency": "GBP",
        "minimum_order_value": "500.00",
        "freight_free_value": "1500.00",
        "container_volume": "33.2",
        "container_weight": "21700",
    }
)
TRANSFER_LANES = _delta(
    {
        "native_id": "UK-EXPORT",
        "from_location_id": "UK",
        "to_location_id": "EXPORT",
        "lead_time_days": 2,
        "order_multiple": "12",
    }
)
ORDER_POINTS = _delta(
    {
        "item_id": "BOTTLE",
        "location_id": "UK",
        "minimum_quantity": "20",
        "target_quantity": "100",
        "maximum_quantity": "300",
    }
)
SALES_LINES = _delta(
    {
        "native_id": "SO-1001/10",
        "item_id": "BOTTLE",
        "location_id": "UK",
        "account_id": "14646",
        "sold_on": "2011-08-26",
        "quantity": "2",
        "unit": "BOX",
    },
    {
        "native_id": "SO-1002/10",
        "item_id": "BOTTLE",
        "location_id": "UK",
        "sold_on": "2011-08-26",
        "quantity": "-3",
    },
)
STOCK_POSITIONS = {
    "system": "erp",
    "mode": "snapshot",
    "snapshot": {"id": "stock-2011-08-29", "scope": {"locations": ["UK"]}, "part": 1, "last": True},
    "rows": [
        {"item_id": "BOTTLE", "location_id": "UK", "on_hand": "140", "as_of": _CHANGED},
    ],
}
OPEN_ORDERS = _delta(
    {
        "kind": "purchase",
        "native_id": "PO-77/10",
        "item_id": "BOTTLE",
        "location_id": "UK",
        "supplier_id": "S-01",
        "quantity_open": "96",
        "due_date": "2011-09-05",
    },
    {
        "kind": "sales",
        "native_id": "SO-1009/10",
        "item_id": "BOTTLE",
        "location_id": "UK",
        "account_id": "14646",
        "quantity_open": "24",
        "requested_date": "2011-09-02",
    },
    {"kind": "sales", "native_id": "SO-0990/10", "gone": True},
)
CROSS_REFERENCES = {
    "rows": [{"system": "crm", "kind": "item", "native_id": "P-4711", "canonical_key": "BOTTLE"}]
}

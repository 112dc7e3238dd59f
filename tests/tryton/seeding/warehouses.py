"""Three warehouses and the ways between them."""

import datetime as dt
from dataclasses import dataclass

from tests.tryton.seeded import MAIN, NORTH, SHOP
from tests.tryton.seeding import calls

LOCATION = "stock.location"


@dataclass(frozen=True)
class Warehouse:
    """A warehouse and the place in it where its stock lies."""

    id: int
    storage: int


def set_up() -> dict[str, Warehouse]:
    """The warehouses by code; goods for the shop come from the main one and take three days."""
    first = calls.one(LOCATION, ("type", "=", "warehouse"))
    made = {MAIN: first}
    for code in (NORTH, SHOP):
        made[code] = _another(code)
    calls.write(LOCATION, [first], {"code": MAIN, "name": "Main warehouse"})
    calls.create(
        "stock.location.lead_time",
        *(
            {
                "warehouse_from": made[source],
                "warehouse_to": made[target],
                "lead_time": dt.timedelta(days=days),
            }
            for source, target, days in [(MAIN, SHOP, 3), (MAIN, NORTH, 5), (NORTH, SHOP, 2)]
        ),
    )
    rows = calls.read(LOCATION, made.values(), "storage_location")
    return {
        code: Warehouse(row["id"], row["storage_location"])
        for code, row in zip(made, rows, strict=True)
    }


def _another(code: str) -> int:
    name = {NORTH: "North warehouse", SHOP: "City shop"}[code]
    zones = calls.create(
        LOCATION,
        *(
            {"name": f"{name}: {zone}", "code": f"{code}-{zone[:3].upper()}", "type": "storage"}
            for zone in ("input", "output", "storage")
        ),
    )
    fields = ("input_location", "output_location", "storage_location")
    values = dict(zip(fields, zones, strict=True))
    values["lost_found_location"] = calls.one(LOCATION, ("type", "=", "lost_found"))
    return calls.create(LOCATION, {"name": name, "code": code, "type": "warehouse", **values})[0]

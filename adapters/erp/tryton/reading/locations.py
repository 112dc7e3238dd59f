"""Warehouses as locations; Tryton has one time zone per company."""

from collections import Counter
from functools import partial

from adapters.erp.tryton.reading.portions import Mapped, Whole
from adapters.erp.tryton.reading.records import by_id, warehouses
from adapters.erp.tryton.rpc import Rpc
from adapters.ports import Failure, IncomingKind, PortError


def locations(rpc: Rpc) -> Whole:
    """The warehouses, whole: there are few."""
    return Whole(IncomingKind.LOCATIONS, partial(_mapped, rpc))


def _mapped(rpc: Rpc) -> Mapped:
    found = warehouses(rpc)
    if not found:
        # Else all of them would be taken for gone.
        raise PortError(
            Failure.REJECTED, f"Tryton shows {rpc.settings.login} no warehouse: check its access"
        )
    zone = _time_zone(rpc)
    holders = Counter(one.code for one in found.values())
    unreadable = [
        f"{count} warehouses share the code {code}: give each its own."
        for code, count in holders.items()
        if count > 1
    ]
    rows = [
        {
            "location_id": one.code,
            "name": one.name,
            "kind": "warehouse",
            "time_zone": zone,
            "native_id": str(one.id),
        }
        for one in found.values()
        if holders[one.code] == 1
    ]
    return Mapped(rows, unreadable)


def _time_zone(rpc: Rpc) -> str:
    company = by_id(rpc, "company.company", [rpc.company], ["timezone"])[rpc.company]
    return company["timezone"] or "UTC"

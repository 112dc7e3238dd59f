"""Products as items, with the units they may be counted in."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.quantities import UNIT_FIELDS, conversion
from adapters.erp.tryton.reading.portions import Changes, Mapped
from adapters.erp.tryton.reading.records import by_id, without_gaps, written
from adapters.erp.tryton.reading.tracks import ACTIVE_OR_NOT, Track, changed_at, own_tracks
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.ports import IncomingKind

MODEL = "product.product"

_MOST_DECIMALS = 6
_FIELDS = (
    *("code", "active", "create_date", "write_date", "default_uom"),
    *("template.name", "template.active", "template.create_date", "template.write_date"),
    "template.categories.name",
)

Units = Mapping[int, Row]


def stocked(path: str = "") -> list[Any]:
    """The condition that Tryton keeps a stock of a product; ``path`` leads to it, with a dot."""
    template = f"{path}template"
    return [[f"{template}.type", "=", "goods"], [f"{template}.consumable", "=", False]]


def items(rpc: Rpc) -> Changes:
    """Stocked products that changed, by themselves or with their template."""
    new, changed = own_tracks(MODEL, stocked())
    templates = Track(MODEL, "template.write_date", stocked())
    tracks = {"new": new, "changed": changed, "templates": templates}
    return Changes(IncomingKind.ITEMS, rpc, tracks, partial(_mapped, rpc))


def units_of(rpc: Rpc) -> Units:
    """All units of measure by id."""
    found = rpc.rows(Search("product.uom", UNIT_FIELDS), context=ACTIVE_OR_NOT)
    return {row["id"]: row for row in found}


def _mapped(rpc: Rpc, _track: str, ids: Sequence[int]) -> Mapped:
    units = units_of(rpc)
    found = by_id(rpc, MODEL, ids, _FIELDS)
    rows = [_row(row, units) for row in found.values()]
    gone = [row["item_id"] for row in rows if row.get("gone")]
    taken_over = _codes_in_use(rpc, gone)
    return Mapped([row for row in rows if not row.get("gone") or row["item_id"] not in taken_over])


def _codes_in_use(rpc: Rpc, codes: Sequence[str]) -> set[str]:
    """Those of the codes that a product in use has: one that was given up may have left it."""
    if not codes:
        return set()
    search = Search(MODEL, ["code"], [*stocked(), ["code", "in", list(codes)]])
    return {code_of(row) for row in rpc.rows(search)}


def _row(row: Row, units: Units) -> dict[str, Any]:
    template = row["template."]
    identity = {
        "item_id": code_of(row),
        "native_id": str(row["id"]),
        "changed_at": written(max(changed_at(row), changed_at(template))),
    }
    if not (row["active"] and template["active"]):
        return {**identity, "gone": True}
    base = units[row["default_uom"]]
    return without_gaps(
        {
            **identity,
            "description": template["name"],
            "base_unit": base["symbol"],
            "unit_decimals": min(base["digits"], _MOST_DECIMALS),
            "item_group": _group(template),
            "conversions": _conversions(base, units) or None,
        }
    )


def _group(template: Row) -> str | None:
    """Its category, where it has exactly one."""
    categories = template["categories."]
    return categories[0]["name"] if len(categories) == 1 else None


def _conversions(base: Row, units: Units) -> list[dict[str, str]]:
    """The other units of its category, by their symbols; not those of which two differ."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for unit in units.values():
        if unit["category"] == base["category"] and unit["active"]:
            found[unit["symbol"]].add(conversion(unit, base))
    found.pop(base["symbol"], None)
    return [
        {"unit": symbol, "numerator": numerator, "denominator": denominator}
        for symbol, sizes in sorted(found.items())
        if len(sizes) == 1
        for numerator, denominator in sizes
    ]

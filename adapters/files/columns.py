"""Which type of cell each field of the published feeds has."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.canonical.demand import DemandSignal, OpenSalesLine, SalesLine
from adapters.canonical.identity import Canonical, SourceRef
from adapters.canonical.master_data import Account, Item, Location, SupplierTerms
from adapters.canonical.network import TransferLane
from adapters.canonical.planning import OutsideForecast, OutsideRecommendation
from adapters.canonical.supply import (
    OpenPurchaseLine,
    OrderPoint,
    StockPosition,
    SupplierConditions,
)
from adapters.files.cells import CellType, typed
from adapters.ports import IncomingKind

_MODELS: Mapping[IncomingKind, tuple[type[Canonical], ...]] = {
    IncomingKind.ITEMS: (Item,),
    IncomingKind.LOCATIONS: (Location,),
    IncomingKind.ACCOUNTS: (Account,),
    IncomingKind.SUPPLIER_TERMS: (SupplierTerms,),
    IncomingKind.SUPPLIER_CONDITIONS: (SupplierConditions,),
    IncomingKind.TRANSFER_LANES: (TransferLane,),
    IncomingKind.ORDER_POINTS: (OrderPoint,),
    IncomingKind.SALES_LINES: (SalesLine,),
    IncomingKind.STOCK_POSITIONS: (StockPosition,),
    IncomingKind.OPEN_ORDERS: (OpenPurchaseLine, OpenSalesLine),
    IncomingKind.DEMAND_SIGNALS: (DemandSignal,),
    IncomingKind.FORECASTS: (OutsideForecast, OutsideRecommendation),
    IncomingKind.PROPOSAL_ANSWERS: (),
}


def flat_values(kind: IncomingKind, cells: Mapping[str, Any]) -> dict[str, Any]:
    """The row that these cells mean; empty ones are left out.

    A column ``delivery_window.start`` is the field ``start`` of ``delivery_window``.
    """
    types = cell_types(kind)
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        value = typed(cell, types.get(name, CellType.TEXT))
        outer, dot, inner = name.partition(".")
        if value is None:
            continue
        if not dot:
            row[name] = value
        elif isinstance(row.setdefault(outer, {}), dict):
            row[outer][inner] = value
    return row


@cache
def cell_types(kind: IncomingKind) -> Mapping[str, CellType]:
    """The columns of a kind that are more than text."""
    types = {"gone": CellType.FLAG}
    models: tuple[type[Canonical], ...] = (SourceRef, *_MODELS[kind])
    for model in models:
        schema = model.model_json_schema()
        definitions = schema.get("$defs", {})
        for name, field in schema["properties"].items():
            types[name] = _cell_type(field, definitions)
    return types


def _cell_type(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> CellType:
    shapes = [field, *field.get("anyOf", ())]
    named = [definitions[shape["$ref"].rpartition("/")[2]] for shape in shapes if "$ref" in shape]
    types = {shape.get("type") for shape in (*shapes, *named)}
    if types & {"array", "object"}:
        return CellType.JSON
    if "boolean" in types:
        return CellType.FLAG
    return CellType.INTEGER if "integer" in types else CellType.TEXT

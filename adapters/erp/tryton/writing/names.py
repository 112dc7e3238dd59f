"""What our codes stand for in Tryton: products, warehouses, parties."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.canonical.proposal import RequisitionProposal
from adapters.erp.tryton.codes import code_of, named
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.writing.documents import refusal


@dataclass(frozen=True)
class Product:
    """A product: its id, the id of its base unit, and what that is called."""

    id: int
    unit_id: int
    unit: str
    step: Any


@dataclass(frozen=True)
class Warehouse:
    """A warehouse and the location in it that stock lies at."""

    id: int
    storage_id: int


class Names:
    """All that some proposals name, looked up together.

    A code that stands for nothing, or for several things, is a fault of the proposal that names
    it: asking for it raises the PortError.
    """

    def __init__(self, rpc: Rpc, proposals: Sequence[RequisitionProposal]) -> None:
        self._products = products(rpc, {one.item_id for one in proposals})
        places = {one.location_id for one in proposals}
        givers = {one.from_location_id for one in proposals if one.from_location_id}
        self._warehouses = warehouses(rpc, places | givers)
        self._parties = _found(rpc, "party.party", {one.supplier_id or "" for one in proposals})

    def product(self, proposal: RequisitionProposal) -> Product:
        """The product, counted in the unit that the proposal counts in."""
        product = product_of(self._products, proposal.item_id)
        if product.unit != proposal.unit:
            raise refusal(
                f"{proposal.item_id} is counted in {product.unit} in Tryton, "
                f"and {proposal.external_ref} in {proposal.unit}."
            )
        return product

    def warehouse(self, code: str) -> Warehouse:
        """The warehouse that a location's code stands for."""
        return warehouse_of(self._warehouses, code)

    def supplier(self, code: str) -> int:
        """The id of the party that a supplier's code stands for."""
        party: int = _only(self._parties, code, "party")["id"]
        return party


def products(rpc: Rpc, codes: Collection[str]) -> Mapping[str, Sequence[Row]]:
    """The products by code, for ``product_of``."""
    units = ("default_uom.symbol", "default_uom.rounding")
    return _found(rpc, "product.product", codes, units)


def product_of(found: Mapping[str, Sequence[Row]], code: str) -> Product:
    """The only product of this code; raises PortError."""
    row = _only(found, code, "product")
    unit = row["default_uom."]
    return Product(row["id"], unit["id"], unit["symbol"], unit["rounding"])


def warehouses(rpc: Rpc, codes: Collection[str]) -> Mapping[str, Sequence[Row]]:
    """The warehouses by code, for ``warehouse_of``."""
    only = [("type", "=", "warehouse")]
    return _found(rpc, "stock.location", codes, ("storage_location",), only)


def warehouse_of(found: Mapping[str, Sequence[Row]], code: str) -> Warehouse:
    """The only warehouse of this code; raises PortError."""
    row = _only(found, code, "warehouse")
    return Warehouse(row["id"], row["storage_location"])


def _found(
    rpc: Rpc,
    model: str,
    codes: Collection[str],
    fields: Sequence[str] = (),
    only: Sequence[Any] = (),
) -> Mapping[str, Sequence[Row]]:
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    rows = rpc.rows(Search(model, ["code", *fields], [*only, named(wanted)]))
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[code_of(row)].append(row)
    return found


def _only(found: Mapping[str, Sequence[Row]], code: str, what: str) -> Row:
    rows = found.get(code, ())
    if len(rows) != 1:
        how_many = f"has {len(rows)} records of" if rows else "has no"
        raise refusal(f"Tryton {how_many} {what} {code!r}.")
    return rows[0]

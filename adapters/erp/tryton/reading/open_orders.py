"""What is ordered and has not come, and what customers ordered and have not got; as a whole."""

from functools import partial

from adapters.erp.tryton.reading.open_purchases import open_purchases
from adapters.erp.tryton.reading.open_sales import open_sales
from adapters.erp.tryton.reading.open_transfers import open_transfers
from adapters.erp.tryton.reading.portions import Mapped, Whole
from adapters.erp.tryton.rpc import Rpc
from adapters.ports import IncomingKind


def open_orders(rpc: Rpc) -> Whole:
    """Purchases, transfers between warehouses, and sales."""
    return Whole(IncomingKind.OPEN_ORDERS, partial(_mapped, rpc))


def _mapped(rpc: Rpc) -> Mapped:
    return Mapped([*open_purchases(rpc), *open_transfers(rpc), *open_sales(rpc)])

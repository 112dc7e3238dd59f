"""The outside system behind a Tryton server."""

from collections.abc import Callable, Mapping
from functools import partial

from adapters.erp.tryton.examine import examine
from adapters.erp.tryton.following import ProposalAnswers
from adapters.erp.tryton.forecasts import Forecasts
from adapters.erp.tryton.outlooks import Outlooks
from adapters.erp.tryton.reading.accounts import accounts
from adapters.erp.tryton.reading.demand_signals import demand_signals
from adapters.erp.tryton.reading.items import items
from adapters.erp.tryton.reading.locations import locations
from adapters.erp.tryton.reading.open_orders import open_orders
from adapters.erp.tryton.reading.order_points import order_points
from adapters.erp.tryton.reading.portions import Reading
from adapters.erp.tryton.reading.sales_lines import sales_lines
from adapters.erp.tryton.reading.source import TrytonSource
from adapters.erp.tryton.reading.stock_positions import StockPositions
from adapters.erp.tryton.reading.supplier_terms import supplier_terms
from adapters.erp.tryton.reading.transfer_lanes import transfer_lanes
from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.settings import READABLE, TrytonSettings
from adapters.erp.tryton.writing.proposals import Proposals
from adapters.ports import Capabilities, IncomingKind, OutsideSystem

MAX_BATCH = 200

_READINGS: Mapping[IncomingKind, Callable[[Rpc], Reading]] = {
    IncomingKind.LOCATIONS: locations,
    IncomingKind.ITEMS: items,
    IncomingKind.ACCOUNTS: accounts,
    IncomingKind.SUPPLIER_TERMS: supplier_terms,
    IncomingKind.TRANSFER_LANES: transfer_lanes,
    IncomingKind.ORDER_POINTS: order_points,
    IncomingKind.SALES_LINES: sales_lines,
    IncomingKind.STOCK_POSITIONS: StockPositions,
    IncomingKind.OPEN_ORDERS: open_orders,
    IncomingKind.DEMAND_SIGNALS: demand_signals,
    IncomingKind.PROPOSAL_ANSWERS: ProposalAnswers,
}


def open_tryton(settings: TrytonSettings) -> OutsideSystem:
    """The system behind the server. Nothing is asked of it yet."""
    rpc = Rpc(settings)
    return OutsideSystem(
        Capabilities(
            idempotency=settings.idempotency,
            max_batch=MAX_BATCH,
            cursor_precision=settings.overlap,
            write_forecast=True,
            echo_filter=True,
            current_when_quiet=True,
        ),
        source=_source(rpc),
        crm=Outlooks(rpc),
        erp=Proposals(rpc),
        planning=Forecasts(rpc),
        close=rpc.close,
        examine=partial(examine, rpc),
    )


def _source(rpc: Rpc) -> TrytonSource | None:
    """What the settings name is read, in the order of ``READABLE``."""
    kinds = [kind for kind in READABLE if kind in rpc.settings.reads and kind in _READINGS]
    return TrytonSource({kind: partial(_READINGS[kind], rpc) for kind in kinds}) if kinds else None

"""Made up: purchase lines on their way and customers' orders in the book."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import polars as pl

from adapters.canonical.demand import OpenSalesLine, OpportunityStatus
from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import SupplierTerms
from adapters.canonical.supply import OpenPurchaseLine
from service.demo.opening_stock import Opening, interval_days
from service.demo.opportunities import Opportunity
from service.demo.sales_history import RECENT_WEEKS
from service.demo.seeding import chance, rng
from service.demo.terms import Packing
from service.demo.today import ERP, TODAY

OVERDUE_SHARE = 0.04
LATE_LINE_SHARE = 0.05
"""So many series have a further line that is due after the protection interval."""
IN_PACKS_SHARE = 0.1

UNLINKED_ORDERS = 140
REFERENCED_SHARE = 0.7
"""So many orders of won opportunities name the opportunity; the others must be recognised."""

_ORDERED_WHEN_WON = 0.6
_PURCHASE = ("account_id", "item_id", "location_id")


def purchase_lines(
    terms: SupplierTerms, opening: Opening, packing: Packing
) -> list[OpenPurchaseLine]:
    """The open purchase lines of a series: what its opening has on order, and some later ones."""
    key = (terms.item_id, terms.location_id)
    numbers = rng("purchase lines", *key)
    interval = interval_days(terms)
    lines = []
    if opening.on_order:
        overdue = numbers.random() < OVERDUE_SHARE
        days = -int(numbers.integers(1, 7)) if overdue else int(numbers.integers(1, interval))
        lines.append((opening.on_order, days))
    if numbers.random() < LATE_LINE_SHARE:
        minimum = int(terms.minimum_order_quantity)
        lines.append((minimum, interval + int(numbers.integers(1, 21))))
    in_packs = packing.units > 1 and chance("purchase in packs", *key) < IN_PACKS_SHARE
    return [
        OpenPurchaseLine(
            source=SourceRef(system=ERP, native_id=f"PO-{'-'.join(key)}-{number}"),
            item_id=terms.item_id,
            location_id=terms.location_id,
            supplier_id=terms.supplier_id,
            quantity_open=Decimal(units // packing.units if in_packs else units),
            unit=packing.unit if in_packs else None,
            due_date=TODAY + timedelta(days=days),
        )
        for number, (units, days) in enumerate(lines, start=1)
    ]


def sales_lines(sold: pl.DataFrame, told: Iterable[Opportunity]) -> list[OpenSalesLine]:
    """Orders in the book: some like earlier purchases, some that won opportunities have led to.

    ``sold`` is the history; nothing here looks at what came after.
    """
    opportunities = list(told)
    spoken_for = {one.intention.key for one in opportunities}
    return _like_earlier_ones(sold, spoken_for) + _of_won_ones(opportunities)


def _like_earlier_ones(
    sold: pl.DataFrame, spoken_for: set[tuple[str, str, str]]
) -> list[OpenSalesLine]:
    recent = sold.filter(
        pl.col("account_id").is_not_null()
        & (pl.col("quantity") > 0)
        & (pl.col("sold_on") >= TODAY - timedelta(weeks=RECENT_WEEKS))
    )
    usual = recent.group_by(_PURCHASE).agg(pl.col("quantity").median().round().cast(pl.Int64))
    lot = sorted(usual.iter_rows(), key=lambda row: chance("order in the book", *row[:3]))
    chosen = [row for row in lot if row[:3] not in spoken_for][:UNLINKED_ORDERS]
    return [
        OpenSalesLine(
            source=SourceRef(system=ERP, native_id=f"SO-{account}-{item}"),
            item_id=item,
            location_id=location,
            account_id=account,
            quantity_open=Decimal(max(1, units)),
            requested_date=TODAY + timedelta(days=int(14 * chance("asked", account, item)) - 2),
        )
        for account, item, location, units in chosen
    ]


def _of_won_ones(opportunities: list[Opportunity]) -> list[OpenSalesLine]:
    lines = []
    for one in opportunities:
        signal, key = one.signal, one.intention.key
        numbers = rng("order of a won opportunity", *key)
        running = signal.delivery_window.end >= TODAY
        won = signal.status is OpportunityStatus.WON
        if not (won and running and numbers.random() < _ORDERED_WHEN_WON):
            continue
        part = float(numbers.choice((0.5, 0.75, 1.0)))
        referenced = numbers.random() < REFERENCED_SHARE
        lines.append(
            OpenSalesLine(
                source=SourceRef(system=ERP, native_id=f"SO-{signal.opportunity_id}"),
                item_id=one.intention.item_id,
                location_id=one.intention.location_id,
                account_id=one.intention.account_id,
                quantity_open=Decimal(max(1, round(one.quantity * part))),
                requested_date=max(TODAY, signal.delivery_window.start),
                opportunity_id=signal.opportunity_id if referenced else None,
            )
        )
    return lines

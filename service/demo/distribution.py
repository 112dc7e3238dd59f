"""The second demo: a regional centre, the shops it supplies, and the suppliers behind it.

Invented by frePPLe's authors (MIT, see ``data/distribution``), complete and consistent.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from adapters.canonical.demand import SalesLine
from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Item, Location, LocationKind, SupplierTerms
from adapters.canonical.network import TransferLane
from adapters.canonical.supply import StockPosition
from service.demo.simulated_deals import Series
from service.demo.today import ERP

NETWORK_FILE = Path(__file__).parent / "data" / "distribution" / "network.json.gz"

TODAY = date(2021, 2, 1)
"""A Monday, and the data's own current date; the last order is a week older."""

INVENTED = "made up: frePPLe's distribution demo"
TIME_ZONE = "Europe/Brussels"
_RECENT = timedelta(weeks=26)
_MORNING = datetime(2021, 2, 1, 5, tzinfo=UTC)


@lru_cache(maxsize=1)
def read_network() -> dict[str, list[list[Any]]]:
    """The shipped lists by kind; their columns are those of ``cut_distribution.cut``."""
    network: dict[str, list[list[Any]]] = json.loads(gzip.decompress(NETWORK_FILE.read_bytes()))
    return network


def items(limit: int | None = None) -> list[Item]:
    """The first ``limit`` items, all by default."""
    return [
        Item(
            source=_source(name),
            item_id=name,
            description=description,
            item_group=category,
            provenance=INVENTED,
        )
        for name, description, category in read_network()["items"][:limit]
    ]


def locations() -> list[Location]:
    """The regional centre and the shops: what is supplied by a supplier is a warehouse."""
    centres = {to for _, to, *_ in read_network()["terms"]}
    return [
        Location(
            source=_source(name),
            location_id=name,
            name=description,
            kind=LocationKind.WAREHOUSE if name in centres else LocationKind.SHOP,
            time_zone=TIME_ZONE,
            provenance=INVENTED,
        )
        for name, description in read_network()["locations"]
    ]


def supplier_terms() -> list[SupplierTerms]:
    """On which terms the suppliers deliver to the centre, in GBP per unit."""
    return [
        SupplierTerms(
            source=_source(f"{item}/{to}"),
            item_id=item,
            location_id=to,
            supplier_id=supplier,
            lead_time_days=days,
            minimum_order_quantity=Decimal(minimum),
            order_multiple=Decimal(multiple),
            unit_price=Decimal(str(cost)),
            currency="GBP",
            provenance=INVENTED,
        )
        for item, to, supplier, days, minimum, multiple, cost in read_network()["terms"]
    ]


def lanes() -> list[TransferLane]:
    """Who may supply whom from stock."""
    return [
        TransferLane(
            source=_source(f"{item}/{to}"),
            from_location_id=giver,
            to_location_id=to,
            item_id=item,
            lead_time_days=days,
            minimum_quantity=Decimal(minimum),
            order_multiple=Decimal(multiple),
            provenance=INVENTED,
        )
        for item, to, giver, days, minimum, multiple in read_network()["lanes"]
    ]


def stock() -> list[StockPosition]:
    """What lies on the shelves on the morning of the planning day."""
    return [
        StockPosition(
            source=_source(f"{item}/{place}"),
            item_id=item,
            location_id=place,
            on_hand=Decimal(on_hand),
            as_of=_MORNING,
        )
        for item, place, on_hand in read_network()["stock"]
    ]


def sales_lines() -> Iterator[SalesLine]:
    """The closed orders, by series and day."""
    for name, item, shop, day, quantity in read_network()["sales"]:
        yield SalesLine(
            source=_source(name),
            item_id=item,
            location_id=shop,
            sold_on=date.fromisoformat(day),
            quantity=Decimal(quantity),
        )


def weekly_means() -> list[tuple[Series, float]]:
    """Mean sales per week of each series over the last half year, by series."""
    sold: defaultdict[Series, int] = defaultdict(int)
    for _, item, shop, day, quantity in read_network()["sales"]:
        if date.fromisoformat(day) >= TODAY - _RECENT:
            sold[item, shop] += quantity
    return [(series, units / (_RECENT.days / 7)) for series, units in sorted(sold.items())]


def _source(native_id: str) -> SourceRef:
    return SourceRef(system=ERP, native_id=native_id)

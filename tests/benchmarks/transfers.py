"""What lanes cost: a pass over items at ten locations each, with lanes and without.

300 items in one warehouse and nine shops on SQLite; every key is computed in both passes. The
figures are CPU seconds, since a machine has other work too. Writes var/bench/transfers.json.
"""

import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from adapters.canonical.supply import StockPosition
from service.context import ServiceContext
from service.database import migrate
from service.database.engine import Database
from service.feeds.batches import FeedKind, FeedRow
from service.forecasts.baselines import fit_dirty
from service.policies.versions import ensure_default
from service.proposals.tables import ProposalRow
from service.replenishment.recompute import recompute_dirty
from service.settings import Settings
from tests.service.builders_feeds import Erp, item, location, sale, stock, terms
from tests.service.builders_network import lane
from tests.service.conftest import NOW, FakeClock
from tests.service.statements import statements

ITEMS = 300
SHOPS = tuple(f"SHOP-{number}" for number in range(1, 10))
WAREHOUSE = "DC"
SALES_PER_KEY = 26
ROWS_PER_BATCH = 10_000
FIGURES = Path("var/bench/transfers.json")
LIMIT_RATIO = 3.0
"""With lanes a key may cost so many times what it costs without."""


def main() -> None:
    """Load, measure, write the figures."""
    with tempfile.TemporaryDirectory() as folder, _installation(Path(folder)) as context:
        erp = Erp(context)
        for kind, rows in _feeds(random.Random(1)):  # noqa: S311  reproducible, no secret
            for start in range(0, len(rows), ROWS_PER_BATCH):
                erp.send(kind, *rows[start : start + ROWS_PER_BATCH])
        _fit(context)
        first = _pass(context)
        _count_again(erp, seed=2)
        without = _pass(context)
        erp.send(FeedKind.TRANSFER_LANES, *(lane(WAREHOUSE, shop) for shop in SHOPS))
        _fit(context)
        first_with = _pass(context)
        _count_again(erp, seed=3)
        with_lanes = _pass(context)
        transfers = _open_transfers(context)
    _write(first, without, first_with, with_lanes, transfers)


def _fit(context: ServiceContext) -> None:
    """A lane may change what a place is expected to need itself: baselines come first."""
    while fit_dirty(context):
        pass


Measured = tuple[int, float, int]
"""Keys, CPU seconds, SQL statements."""


def _write(
    first: Measured, without: Measured, first_with: Measured, lanes: Measured, transfers: int
) -> None:
    per_key = [1000 * cpu / keys for keys, cpu, _ in (first, without, first_with, lanes)]
    ratio = per_key[3] / per_key[1]
    figures = {
        "items": ITEMS,
        "keys": lanes[0],
        "open_transfers": transfers,
        "first_pass_cpu_ms_per_key": round(per_key[0], 3),
        "without_lanes_cpu_ms_per_key": round(per_key[1], 3),
        "first_pass_with_lanes_cpu_ms_per_key": round(per_key[2], 3),
        "with_lanes_cpu_ms_per_key": round(per_key[3], 3),
        "without_lanes_statements": without[2],
        "with_lanes_statements": lanes[2],
        "ratio": round(ratio, 2),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if ratio > LIMIT_RATIO:
        raise SystemExit(f"a key with lanes costs {ratio:.1f} times one without: {figures}")


@contextmanager
def _installation(folder: Path) -> Iterator[ServiceContext]:
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate.upgrade(url)
    database = Database(url)
    clock = FakeClock(NOW)
    settings = Settings(data_dir=folder)
    context = ServiceContext(settings=settings, database=database, clock=clock, ring=lambda: None)
    with database.write() as session:
        ensure_default(session, clock())
    yield context
    database.close()


def _names() -> list[str]:
    return [f"ITEM-{number:04d}" for number in range(ITEMS)]


def _feeds(chance: random.Random) -> Iterator[tuple[FeedKind, list[FeedRow]]]:
    places = (WAREHOUSE, *SHOPS)
    yield FeedKind.LOCATIONS, [location(place) for place in places]
    yield FeedKind.ITEMS, [item(name) for name in _names()]
    yield (
        FeedKind.SUPPLIER_TERMS,
        [terms(name, location_id=place) for name in _names() for place in places],
    )
    yield FeedKind.STOCK_POSITIONS, _counts(chance)
    last = date(2011, 8, 28)
    yield (
        FeedKind.SALES_LINES,
        [
            sale(
                f"{name}-{place}-{week}",
                str(chance.randint(1, 60)),
                item_id=name,
                location_id=place,
                sold_on=last - timedelta(weeks=week),
            )
            for name in _names()
            for place in places
            for week in range(SALES_PER_KEY)
        ],
    )


def _counts(chance: random.Random, **told: Any) -> list[FeedRow]:
    """Every location is counted; the warehouse has much, and some shops have too much as well."""
    return [_count(name, place, chance, told) for name in _names() for place in (WAREHOUSE, *SHOPS)]


def _count(name: str, place: str, chance: random.Random, told: dict[str, Any]) -> StockPosition:
    most = 600 if place == WAREHOUSE else 200
    on_hand = Decimal(chance.randint(0, most))
    return stock(str(on_hand), item_id=name, location_id=place, **told)


def _count_again(erp: Erp, seed: int) -> None:
    """Every key is dirty, with other inputs than before."""
    as_of = NOW - timedelta(minutes=10 - seed)
    rows = _counts(random.Random(seed), as_of=as_of)  # noqa: S311  see above
    erp.send(FeedKind.STOCK_POSITIONS, *rows)


def _pass(context: ServiceContext) -> Measured:
    """Recompute all that is dirty."""
    keys, began = 0, time.process_time()
    with statements(context.database) as asked:
        while (done := recompute_dirty(context)).keys:
            keys += done.recommendations
    return keys, time.process_time() - began, len(asked)


def _open_transfers(context: ServiceContext) -> int:
    with context.database.read() as session:
        transfers = select(func.count()).where(ProposalRow.kind == "transfer")
        return session.scalar(transfers) or 0


if __name__ == "__main__":
    main()

"""Workers as processes of their own beside a database that the test writes to."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select

from adapters.canonical.demand import SalesLine
from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.policies.versions import ensure_default
from service.proposals.tables import ProposalRow
from service.replenishment.full_pass import recompute_everything
from service.replenishment.tables import CurrentRecommendationRow, RecommendationRow
from service.settings import Settings
from service.work.doorbell import PORT_FILE
from service.work.redis_bell import RedisBell
from service.work.tables import CompanyRow, DirtyKeyRow
from tests.demo_process import interrupt
from tests.service.builders_feeds import Erp, account, item, location, sale, stock, terms
from tests.service.builders_plan import SEPTEMBER
from tests.service.builders_signals import deliver, signal
from tests.service.conftest import NOW

CUPS = [f"CUP-{number:02}" for number in range(8)]
PATIENCE_SECONDS = 60.0


def ring_here(data_dir: Path) -> None:
    """Ring the worker of this machine, if there is one."""
    with (
        contextlib.suppress(OSError, ValueError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as doorbell,
    ):
        port = int((data_dir / PORT_FILE).read_text("ascii"))
        doorbell.sendto(b"!", ("127.0.0.1", port))


def ringing(settings: Settings) -> Callable[[], None]:
    """How the web process of an installation rings."""
    if settings.redis_url:
        return RedisBell(settings).ring
    return lambda: ring_here(settings.data_dir)


@dataclass
class Shop:
    """Cups of steady sale, and a key account whose wishes change."""

    context: ServiceContext
    version: int = 0

    def open(self) -> None:
        """Tell all that is known before the first signal; nothing is planned yet."""
        context = self.context
        with context.database.write() as session:
            ensure_default(session, context.clock())
            company = {"title": "Cups", "time_zone": "UTC", "currency": "GBP"}
            session.add(CompanyRow(name="company", business_date=NOW.date(), **company))
        erp = Erp(context)
        erp.send(FeedKind.LOCATIONS, location("UK"))
        erp.send(FeedKind.ITEMS, *map(item, CUPS))
        erp.send(FeedKind.ACCOUNTS, account("ACME"))
        erp.send(FeedKind.SUPPLIER_TERMS, *map(terms, CUPS))
        stocks = [stock("10", item_id=cup, as_of=context.clock()) for cup in CUPS]
        erp.send(FeedKind.STOCK_POSITIONS, *stocks)
        weeks = [NOW.date() - timedelta(weeks=back) for back in range(1, 31)]
        erp.send(FeedKind.SALES_LINES, *(_sale(cup, day) for cup in CUPS for day in weeks))

    def burst(self) -> None:
        """A revision of each cup's opportunity; every signal is rung for on its own."""
        self.version += 1
        for place, cup in enumerate(CUPS):
            wish = {"product": cup, "quantity": 100 * self.version + place}
            revision = {"opportunity_id": f"OPP-{cup}", "source_version": self.version}
            deliver(self.context, signal(**revision, **wish, **SEPTEMBER))
            self.context.ring()

    def settle(self) -> None:
        """Wait until nothing is dirty."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left := self.count(DirtyKeyRow):
            assert time.monotonic() < deadline, f"{left} keys were never recomputed"
            time.sleep(0.05)

    def check(self) -> None:
        """One recommendation and one proposal a key, from the newest inputs, none twice."""
        recommendations = self.count(RecommendationRow)
        assert self.count(CurrentRecommendationRow) == len(CUPS)
        assert self.count(ProposalRow) == len(CUPS)
        result = RecommendationRow.item_id, RecommendationRow.inputs_digest
        with self.context.database.read() as session:
            doubled = session.execute(
                select(*result).group_by(*result).having(func.count() > 1)
            ).all()
        assert doubled == []
        recompute_everything(self.context)
        assert self.count(RecommendationRow) == recommendations, "a result was out of date"

    def count(self, table: type) -> int:
        """Rows of a table."""
        with self.context.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


def _sale(cup: str, day: date) -> SalesLine:
    volume = 20 + sum(cup.encode()) % 17
    return sale(f"SO-{cup}-{day}", str(volume), item_id=cup, sold_on=day)


@contextmanager
def working(
    settings: Settings, *options: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`replenish work` in a session of its own, ended by Ctrl-C."""
    log = settings.data_dir / "work.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.main", "work", *options],
            env={
                **os.environ,
                "REPLENISH_DATABASE_URL": settings.database_url,
                "REPLENISH_DATA_DIR": str(settings.data_dir),
                "REPLENISH_REDIS_URL": settings.redis_url,
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        left = interrupt(process)
    said = log.read_text()
    assert left == [], said[-3000:]
    assert "a pass failed" not in said, said[-3000:]


def children_of(parent: int) -> list[int]:
    """The processes that ``parent`` has started, from any of its threads (Linux)."""
    threads = Path(f"/proc/{parent}/task").glob("*/children")
    return sorted({int(child) for file in threads for child in file.read_text("ascii").split()})

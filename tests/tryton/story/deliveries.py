"""Two hundred approved requisitions on their way into a Tryton, and what can be killed then."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update
from typer.testing import CliRunner

from service.cli.main import app
from service.cli.serve import prepare
from service.context import ServiceContext
from service.proposals.amend import apply_recommendations
from service.proposals.tables import ProposalRow
from service.settings import Settings
from service.sync.hand_offs import ON_THE_WAY
from service.sync.tables import ConnectionRow, HandOffRow
from tests.service.builders_proposals import wanted
from tests.tryton.person import Person
from tests.tryton.seeded import ADMINISTRATOR, SERVICE
from tests.tryton.server import TrytonServer
from tests.tryton.story.connected_company import connecting
from tests.tryton.story.place import Place
from tests.tryton.writing.buying import REQUISITION
from tests.tryton.writing.relay import Relay

PRODUCTS = 200
_CODE = "BULK-{:03}"
_AT_ONCE = 50
_PATIENCE_SECONDS = 150.0


@dataclass
class Deliveries:
    """Our database and worker, and Tryton behind a proxy that knows what is being called."""

    context: ServiceContext
    environment: Mapping[str, str]
    tryton: TrytonServer
    relay: Relay
    administrator: Person
    worker: subprocess.Popen[bytes] | None = None

    def approve(self, location: str, how_many: int) -> dict[str, Decimal]:
        """Approve a requisition of each of so many products; the quantities by reference."""
        now = self.context.clock()
        orders = [
            wanted(
                *(10 + number, "auto"),
                item_id=_CODE.format(number),
                location_id=location,
                supplier_id="SUP-A",
                unit="u",
                currency="EUR",
                order_date=now.date(),
                required_date=now.date() + timedelta(days=14),
            )
            for number in range(how_many)
        ]
        with self.context.database.write() as session:
            apply_recommendations(session, orders, now)
        rows = self.proposals(location)
        assert {row.state for row in rows} == {"approved"}
        return {row.external_ref: row.recommended_quantity for row in rows}

    def proposals(self, location: str) -> list[ProposalRow]:
        """The proposals for a warehouse, as they stand."""
        with self.context.database.read() as session:
            there = select(ProposalRow).where(ProposalRow.location_id == location)
            return list(session.scalars(there))

    def documents(self, location: str) -> list[tuple[str, str, Decimal]]:
        """Number, state and quantity of each requisition in Tryton for a warehouse."""
        ours = [["create_uid.login", "=", SERVICE.user], ["warehouse.code", "=", location]]
        found = self.administrator.find(REQUISITION, ours, "number", "state", "lines.quantity")
        return [
            (row["number"], row["state"], Decimal(sum(line["quantity"] for line in row["lines."])))
            for row in found
        ]

    def states(self, location: str) -> Counter[str]:
        """How many requisitions Tryton has in each state."""
        return Counter(state for _, state, _ in self.documents(location))

    @contextmanager
    def working(self) -> Iterator[None]:
        """`replenish work`, stopped at the end."""
        self.start_worker()
        try:
            yield
        finally:
            self._end_worker(kill=False)

    def start_worker(self) -> None:
        """Start it, in place of one that died."""
        command = [sys.executable, "-m", "service.cli.main", "work", "--child"]
        log = self.context.settings.data_dir / "worker.log"
        with log.open("ab") as output:
            self.worker = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )

    def kill_worker(self) -> None:
        """End it as a power cut does."""
        self._end_worker(kill=True)

    def _end_worker(self, *, kill: bool) -> None:
        assert self.worker is not None
        (self.worker.kill if kill else self.worker.terminate)()
        self.worker.wait(20)

    def kill_tryton(self) -> None:
        """End it as a power cut does; no call reaches it again before ``tryton_is_back``."""
        self.relay.down = True
        self.tryton.kill()

    def tryton_is_back(self) -> None:
        """Calls are passed on again, and nobody waits until it has been quiet for long enough."""
        self.relay.down = False
        with self.context.database.write() as session:
            session.execute(update(ConnectionRow).values(quiet_until=None))

    def leases_run_out(self) -> None:
        """The minutes pass for which a dead worker's work was left alone."""
        with self.context.database.write() as session:
            on_the_way = update(HandOffRow).where(HandOffRow.status.in_(ON_THE_WAY))
            session.execute(on_the_way.values(due_at=self.context.clock()))

    @contextmanager
    def interrupted(
        self, method: str, number: int, act: Callable[[], object], *, within: float | None = None
    ) -> Iterator[None]:
        """Do ``act`` when ``method`` is called for the ``number``-th time from now; wait for it.

        It is done before the call reaches Tryton, or so many seconds ``within`` its work on it.
        """
        done = threading.Event()
        seen = Counter[str]()

        def acting() -> None:
            act()
            done.set()

        def called() -> None:
            seen[method] += 1
            if seen[method] < number:
                self.relay.before[method] = called
            elif within is None:
                acting()
            else:
                threading.Timer(within, acting).start()

        self.relay.before[method] = called
        yield
        assert done.wait(_PATIENCE_SECONDS), f"{method} was called {seen[method]} times only"

    def settle(self, location: str) -> None:
        """Wait until every proposal has its answer."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while states := {row.state for row in self.proposals(location)} - {"acknowledged"}:
            assert time.monotonic() < deadline, f"some are still {states}"
            time.sleep(0.2)


@contextmanager
def deliveries(place: Place) -> Iterator[Deliveries]:
    """Tryton with its many products, connected through a proxy; no worker yet."""
    data = place.folder / "data"
    names = {"REPLENISH_DATABASE_URL": place.database_url, "REPLENISH_DATA_DIR": str(data)}
    context = prepare(Settings(database_url=place.database_url, data_dir=data))
    administrator = Person(place.tryton, ADMINISTRATOR)
    _products(administrator)
    relay = Relay(place.tryton)
    command = connecting(relay.url, place.tryton, place.flavour, place.folder)
    done = CliRunner().invoke(app, [*command, "--read", "proposal_answers"], env=names)
    assert done.exit_code == 0, done.output
    made = Deliveries(context, {**os.environ, **names}, place.tryton, relay, administrator)
    yield made
    relay.close()
    context.outside.close()
    context.database.close()


def _products(administrator: Person) -> None:
    """Like pumps, but by other names; SQLite understands no much longer sentence at once."""
    like = [["products.code", "=", "PUMP-100"]]
    fields = ("default_uom", "account_category", "list_price")
    [pump] = administrator.find("product.template", like, *fields)
    shared = {field: pump[field] for field in fields}
    shared |= {"type": "goods", "purchasable": True, "purchase_uom": pump["default_uom"]}
    codes = [_CODE.format(number) for number in range(PRODUCTS)]
    for first in range(0, PRODUCTS, _AT_ONCE):
        some = codes[first : first + _AT_ONCE]
        made = (
            {**shared, "name": code, "products": [["create", [{"suffix_code": code}]]]}
            for code in some
        )
        administrator.create("product.template", *made)

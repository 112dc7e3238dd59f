"""Workers, an ERP, planners and feeds at once: the same excess is never promised twice.

The givers' stock and level stay as they are, so whatever is taken from a giver in all, together
with what is open, must fit into the excess it had at the start; at every moment.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy.exc import IntegrityError

from service.http.problems import Problem
from service.proposals.planner import approve, change_quantity, reject
from service.replenishment.recompute import recompute_dirty
from tests.service.builders_feeds import Erp
from tests.service.builders_network import Network, lane
from tests.service.builders_plan import of_kind
from tests.service.conftest import FakeClock

GIVERS = ("UK", "NL")
NEEDY = ("DE", "FR", "AT", "CH")
ROUNDS = 12
MOST = 0.8


@pytest.fixture
def network(erp: Erp, clock: FakeClock) -> Network:
    """Two locations with too much, four with too little."""
    network = Network(erp.context, clock, erp)
    network.count("UK", 520)
    network.place("NL", 470)
    for name in NEEDY:
        network.place(name, 40)
    return network


def excess_of(network: Network, name: str) -> Decimal:
    """What it may give: nothing is on order or owed, so on hand less S."""
    told = network.recommendation(name)
    level = Decimal(told.explanation["order_up_to_level"]) - of_kind(told, "downstream_needs")
    return -of_kind(told, "on_hand") - level


class Crowd:
    """Everybody who works on the network at the same time."""

    def __init__(self, network: Network, chance: random.Random) -> None:
        self.network, self.chance = network, chance
        self.excess = {giver: excess_of(network, giver) for giver in GIVERS}

    def check(self) -> None:
        """At this moment nothing is promised twice."""
        for giver, quantity in self.network.promised().items():
            assert quantity <= self.excess[giver]

    def sell(self) -> None:
        """A needy location counts its stock."""
        self.network.count(self.chance.choice(NEEDY), self.chance.randint(0, 60))

    def edit(self) -> None:
        """A planner sets a quantity, at times more than there is."""
        for row in self.network.open("transfer")[:1]:
            quantity = self.chance.randint(1, int(row.spare_quantity or 0) + 20)
            self.network.decide(change_quantity, Decimal(quantity), row=row)

    def decide(self) -> None:
        """A planner approves as a rule."""
        for row in self.network.open("transfer")[-1:]:
            self.network.decide(self.chance.choice([reject, approve, approve]), row=row)

    def claim(self) -> None:
        """The ERP takes what it is offered."""
        claimed = self.network.claim("transfer", limit=1)
        for offer in claimed["proposals"]:
            self.network.acknowledge(claimed, int(Decimal(offer["quantity"])))

    def recompute(self) -> None:
        """A worker runs a pass."""
        recompute_dirty(self.network.context)

    def all_at_once(self) -> None:
        """Two workers, two who look, and everybody else."""
        acts = (self.check, self.sell, self.edit, self.decide, self.claim)
        with ThreadPoolExecutor(8) as pool:
            crowd = [*acts, self.check, self.recompute, self.recompute]
            for done in [pool.submit(_repeatedly, act) for act in crowd]:
                done.result()


def _repeatedly(act: Callable[[], object]) -> None:
    """That somebody else was faster is no fault: 409, 412, 422, or a proposal of the same way."""
    for _ in range(ROUNDS):
        with suppress(Problem, IntegrityError):
            act()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_excess_is_never_promised_twice(network: Network, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret, the same network each time
    pairs = [pair for pair in product(GIVERS, NEEDY) if chance.random() < MOST]
    network.connect(*(lane(*pair, priority=chance.randint(1, 2)) for pair in pairs))
    network.work()
    crowd = Crowd(network, chance)
    assert min(crowd.excess.values()) > 0
    crowd.all_at_once()
    network.work()
    crowd.check()
    assert any(row.kind == "transfer" for row in network.proposals())

"""What a giver's deals can count on while its goods are on their way to another location."""

from datetime import timedelta

from sqlalchemy.orm import Session

from service.outlook.supply_position import SupplyPosition
from service.outlook.supply_proposals import key_proposals
from service.replenishment.load_inputs import load_inputs, pass_setting
from tests.service.builders_feeds import Erp
from tests.service.builders_network import Network, lane
from tests.service.conftest import FakeClock

GIVER, RECEIVER = ("BOTTLE", "UK"), ("BOTTLE", "DE")


def _there(network: Network) -> tuple[int, int]:
    """What giver and receiver have until today, less what they have promised."""

    def read(session: Session) -> tuple[int, int]:
        keys = {GIVER, RECEIVER}
        setting = pass_setting(session, network.context, network.clock())
        proposals = key_proposals(session, keys, network.clock())
        found = {
            one.key: SupplyPosition(one, proposals[one.key])
            for one in load_inputs(session, keys, setting).inputs
        }
        day = next(iter(found.values())).today + timedelta(days=30)
        giver, receiver = found[GIVER], found[RECEIVER]
        usable = giver.inputs.stock.usable if giver.inputs.stock else 0
        return int(usable - giver.firm_by(day)), int(receiver.due_by(day))

    with network.context.database.read() as session:
        return read(session)


def test_goods_under_way_leave_the_giver_once_and_reach_the_receiver_once(
    erp: Erp, clock: FakeClock
) -> None:
    network = Network(erp.context, clock, erp)
    network.count("UK", 600)
    network.place("DE", 40)
    network.connect(lane("UK", "DE"))
    network.work()
    quantity = int(network.transfer().recommended_quantity)
    moved = (600 - quantity, 40 + quantity)
    taken = network.take(network.transfer())
    assert _there(network) == moved
    network.progress(taken, "shipped")
    assert _there(network) == moved
    clock.now += timedelta(hours=1)
    network.count("UK", 600 - quantity)
    assert _there(network) == moved
    network.progress(taken, "received")
    assert _there(network) == moved
    clock.now += timedelta(hours=1)
    network.count("DE", 40 + quantity)
    assert _there(network) == moved

"""Whatever is killed while two hundred requisitions are delivered, Tryton has each of them once."""

from decimal import Decimal

import pytest

from tests.service.scenarios.counterparts import until
from tests.tryton.seeded import MAIN, NORTH
from tests.tryton.story.deliveries import Deliveries
from tests.tryton.writing.buying import REQUISITION

pytestmark = pytest.mark.tryton

HOW_MANY, FEWER = 200, 60
"""Ten batches, and three."""

CREATE, SUBMIT = f"model.{REQUISITION}.create", f"model.{REQUISITION}.wait"


def test_a_tryton_that_is_killed_twice_in_the_middle_has_each_requisition_once(
    on_the_way: Deliveries,
) -> None:
    wanted = on_the_way.approve(MAIN, HOW_MANY)
    with on_the_way.working():
        with on_the_way.interrupted(SUBMIT, 3, on_the_way.kill_tryton):
            pass
        on_the_way.tryton.start()
        there = on_the_way.states(MAIN)
        assert set(there) == {"waiting", "draft"}, "the last batch was made and not submitted"
        assert there.total() < HOW_MANY

        with on_the_way.interrupted(CREATE, 4, on_the_way.kill_tryton, within=0.05):
            on_the_way.tryton_is_back()
        on_the_way.tryton.start()
        assert there.total() < on_the_way.states(MAIN).total() < HOW_MANY
        on_the_way.tryton_is_back()
        on_the_way.settle(MAIN)
    _each_is_there_once(on_the_way, MAIN, wanted)


def test_a_worker_that_is_killed_in_the_middle_makes_each_requisition_once(
    on_the_way: Deliveries,
) -> None:
    wanted = on_the_way.approve(NORTH, FEWER)
    with on_the_way.working():
        with on_the_way.interrupted(SUBMIT, 2, on_the_way.kill_worker):
            pass
        until(lambda: set(on_the_way.states(NORTH)) == {"waiting"}, "its last call was not ended")
        assert 0 < on_the_way.states(NORTH).total() < FEWER
        on_the_way.leases_run_out()
        on_the_way.start_worker()
        on_the_way.settle(NORTH)
    _each_is_there_once(on_the_way, NORTH, wanted)


def _each_is_there_once(on_the_way: Deliveries, place: str, wanted: dict[str, Decimal]) -> None:
    """Under its reference, submitted, with its quantity; and we know its number."""
    found = sorted(on_the_way.documents(place))
    assert found == sorted((ref, "waiting", quantity) for ref, quantity in wanted.items())
    known = {row.external_ref: row.erp_number for row in on_the_way.proposals(place)}
    assert known == {ref: ref for ref in wanted}

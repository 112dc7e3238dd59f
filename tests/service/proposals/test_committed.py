from datetime import timedelta

import pytest

from service.proposals.committed import close_received, committed
from service.proposals.expiry import expire_overdue
from tests.service.builders_proposals import TODAY, Desk, figures


def _committed(desk: Desk) -> list[tuple[str, int]]:
    with desk.context.database.read() as session:
        found = committed(session, {("BOTTLE", "UK")})
    return [(one.state, int(one.quantity)) for one in found]


def _sweep(desk: Desk) -> int:
    with desk.context.database.write() as session:
        return close_received(session, desk.clock())


def test_an_open_proposal_is_not_committed(desk: Desk) -> None:
    desk.recommend(480)
    assert _committed(desk) == []


def test_what_the_erp_has_claimed_counts_as_offered(desk: Desk) -> None:
    desk.recommend(480)
    desk.claim()
    assert _committed(desk) == [("claimed", 480)]
    desk.lease_ends()
    assert _committed(desk) == [("unconfirmed", 480)]


def test_what_the_erp_has_accepted_counts_as_accepted(desk: Desk) -> None:
    desk.recommend(480)
    desk.acknowledge(desk.claim(), 500)
    assert _committed(desk) == [("acknowledged", 500)]


def test_other_keys_do_not_count(desk: Desk) -> None:
    desk.recommend(480, location_id="DE")
    desk.claim()
    assert _committed(desk) == []


def test_what_the_feed_shows_counts_there_alone(desk: Desk) -> None:
    row = desk.acknowledged(480)
    desk.purchase_line(row, 480)
    assert _committed(desk) == []
    _sweep(desk)
    row = desk.proposal()
    assert figures(row, "state", "seen_in_erp_at") == ("acknowledged", desk.clock())


def test_of_a_part_on_order_the_rest_counts_until_the_feed_can_show_it(desk: Desk) -> None:
    row = desk.acknowledged(480)
    desk.progress(row, "partly_ordered", ordered_quantity="200")
    assert _committed(desk) == [("partly_ordered", 480)]
    desk.purchase_line(row, 200)
    assert _committed(desk) == [("partly_ordered", 280)]


def test_the_ordered_quantity_counts_once_it_is_known(desk: Desk) -> None:
    row = desk.acknowledged(480)
    desk.progress(row, "ordered", ordered_quantity="470")
    assert _committed(desk) == [("ordered", 470)]


def test_the_recompute_notes_what_the_feed_shows(desk: Desk) -> None:
    row = desk.acknowledged(480)
    desk.purchase_line(row, 480)
    desk.recommend(0, surplus=480)
    row = desk.proposal()
    assert row.seen_in_erp_at is not None
    assert row.state == "acknowledged"


def test_a_proposal_closes_when_its_purchase_lines_are_received(desk: Desk) -> None:
    row = desk.acknowledged(480)
    assert _sweep(desk) == 0
    desk.purchase_line(row, 480)
    assert _sweep(desk) == 0
    desk.purchase_line(row, 0, gone=True)
    assert _sweep(desk) == 1
    assert desk.proposal().state == "closed"


def test_a_proposal_on_order_in_part_stays_open_for_the_rest(desk: Desk) -> None:
    row = desk.acknowledged(480)
    desk.progress(row, "partly_ordered", ordered_quantity="200")
    desk.purchase_line(row, 200)
    _sweep(desk)
    desk.purchase_line(row, 0, gone=True)
    assert _sweep(desk) == 0
    assert _committed(desk) == [("partly_ordered", 280)]


def test_an_unconfirmed_proposal_that_the_feed_shows_is_ordered(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    desk.lease_ends()
    desk.purchase_line(desk.proposal(), 480)
    _sweep(desk)
    assert desk.proposal().state == "ordered"
    assert desk.claim()["proposals"] == []
    desk.acknowledge(claimed, 480, "R-9")
    assert figures(desk.proposal(), "state", "erp_number") == ("ordered", "R-9")


@pytest.mark.parametrize("outcome", ["auto", "review", "hold"])
def test_an_open_proposal_whose_day_is_long_past_expires(desk: Desk, outcome: str) -> None:
    desk.recommend(480, outcome)
    due = TODAY + timedelta(days=14)
    for days, expired in ((30, 0), (31, 1), (31, 0)):
        with desk.context.database.write() as session:
            today = due + timedelta(days=days)
            assert expire_overdue(session, today, desk.clock()) == expired
    assert desk.proposal().state == "expired"


def test_what_the_erp_has_taken_does_not_expire(desk: Desk) -> None:
    desk.acknowledged(480)
    with desk.context.database.write() as session:
        assert expire_overdue(session, TODAY + timedelta(days=400), desk.clock()) == 0

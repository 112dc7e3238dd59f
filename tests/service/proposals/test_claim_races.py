"""Claims, answers and recomputes at the same time, in threads of their own."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from adapters.canonical.proposal import ProposalKind
from service.proposals.acknowledgements import acknowledge
from service.proposals.amend import apply_recommendations
from service.proposals.claims import ClaimRequest, claim
from service.proposals.erp_answers import Reporter
from service.proposals.erp_words import AcknowledgementBody
from service.proposals.states import AMENDABLE
from service.work import dirty_keys
from tests.service.builders_proposals import LEASE, Desk, wanted

_PROPOSALS = 40


def _request(principal: str, key: str, limit: int) -> ClaimRequest:
    return ClaimRequest(principal, key, "digest", ProposalKind.REQUISITION, limit, LEASE)


def _propose(desk: Desk) -> None:
    with desk.context.database.write() as session:
        orders = [wanted(10, item_id=f"I{number}") for number in range(_PROPOSALS)]
        apply_recommendations(session, orders, desk.clock())
    desk.clock.now += timedelta(minutes=1)


def _claim(desk: Desk, request: ClaimRequest) -> dict[str, Any]:
    with desk.context.database.write() as session:
        return claim(session, request, desk.clock())


def _references(answer: dict[str, Any]) -> list[str]:
    return [offer["external_ref"] for offer in answer["proposals"]]


def test_two_erps_never_get_the_same_proposal_and_leave_none(desk: Desk) -> None:
    _propose(desk)
    together = threading.Barrier(4)

    def work(principal: str) -> list[str]:
        together.wait()
        found: list[str] = []
        for turn in range(_PROPOSALS):
            taken = _references(_claim(desk, _request(principal, f"{principal}-{turn}", 3)))
            if not taken:
                return found
            found += taken
        return found

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(work, ["north", "south", "east", "west"]))
    counts = Counter(reference for references in taken for reference in references)
    assert set(counts.values()) == {1}
    assert len(counts) == _PROPOSALS


def test_one_claim_sent_many_times_at_once_is_one_claim(desk: Desk) -> None:
    _propose(desk)
    together = threading.Barrier(4)

    def work(_: int) -> list[str]:
        together.wait()
        return _references(_claim(desk, _request("erp", "the same key", 5)))

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(work, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert sum(row.state == "claimed" for row in desk.proposals()) == 5


def test_one_acknowledgement_sent_many_times_at_once_is_one(desk: Desk) -> None:
    desk.recommend(480)
    claimed = desk.claim()
    together = threading.Barrier(4)
    body = AcknowledgementBody(
        claim_id=claimed["claim_id"], erp_number="R-1", accepted_quantity=480
    )

    def work(_: int) -> dict[str, Any]:
        together.wait()
        with desk.context.database.write() as session:
            reporter = Reporter("erp", claimed["proposals"][0]["external_ref"])
            return acknowledge(session, reporter, body, desk.clock())

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(work, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert [event.event for event in desk.history()] == ["created", "claimed", "acknowledged"]


def test_a_claim_during_a_recompute_orders_nothing_twice(desk: Desk) -> None:
    """The recompute reads, the ERP claims, the recompute writes: as the worker does it."""
    _propose(desk)
    keys = [(f"I{number}", "UK") for number in range(_PROPOSALS)]

    def recompute() -> None:
        for _ in range(10):
            with desk.context.database.write() as session:
                dirty_keys.mark(session, keys, "signal", desk.clock())
            with desk.context.database.read() as session:
                dirty = dirty_keys.read(session, _PROPOSALS)
            taken = {row.item_id for row in desk.proposals() if row.state == "claimed"}
            with desk.context.database.write() as session:
                cleared = dirty_keys.clear(session, dirty)
                orders = [wanted(0 if i in taken else 10, item_id=i) for i, _ in cleared]
                apply_recommendations(session, orders, desk.clock())

    def take() -> None:
        for turn in range(8):
            _claim(desk, _request("erp", f"key-{turn}", 5))

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(recompute), threads.submit(take)]:
            future.result()
    rows = desk.proposals()
    assert len(rows) == _PROPOSALS
    assert {row.state for row in rows} <= {"claimed", *AMENDABLE}


def test_a_recompute_that_read_before_a_claim_writes_nothing_for_its_key(desk: Desk) -> None:
    desk.recommend(480)
    with desk.context.database.write() as session:
        dirty_keys.mark(session, [("BOTTLE", "UK")], "signal", desk.clock())
    with desk.context.database.read() as session:
        dirty = dirty_keys.read(session, 1)
    desk.claim()
    with desk.context.database.write() as session:
        assert dirty_keys.clear(session, dirty) == set()

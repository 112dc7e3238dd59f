"""A CRM tells all its open deals at the start, in whatever order and however often."""

from collections import Counter
from typing import Any
from zlib import crc32

from fastapi.testclient import TestClient

from service.context import ServiceContext
from service.signals.routes import BATCH_SIZE
from tests.service.builders_signals import lines, signal_json

DEALS = 1200


def backfill(client: TestClient, signals: list[dict[str, Any]], **headers: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for start in range(0, len(signals), BATCH_SIZE):
        batch = {"signals": signals[start : start + BATCH_SIZE]}
        answer = client.post("/v1/demand-signals", json=batch, headers=headers)
        assert answer.status_code == 202, answer.text
        counts.update(row["result"] for row in answer.json()["results"])
    return counts


def test_open_deals_may_come_in_any_order_and_any_number_of_times(
    shelves: ServiceContext, client: TestClient
) -> None:
    deals = [signal_json(opportunity_id=f"OPP-{number}") for number in range(DEALS)]
    changed = [
        signal_json(opportunity_id=f"OPP-{number}", source_version=2, quantity=40)
        for number in range(0, DEALS, 10)
    ]
    shuffled = sorted(deals + changed, key=lambda one: crc32(one["message_id"].encode()))
    counts = backfill(client, shuffled)
    assert counts["applied"] + counts["stale"] == len(shuffled)
    again = backfill(client, shuffled[::-1])
    assert again == {"duplicate": len(shuffled)}
    found = {line.opportunity_id: line.source_version for line in lines(shelves)}
    assert found == {f"OPP-{n}": 1 if n % 10 else 2 for n in range(DEALS)}


def test_a_batch_whose_answer_was_lost_is_sent_again_under_its_key(client: TestClient) -> None:
    deals = [signal_json(opportunity_id=f"OPP-{number}") for number in range(3)]
    first, again = (backfill(client, deals, **{"Idempotency-Key": "b-1"}) for _ in range(2))
    assert first == again == {"applied": 3}


def test_more_than_a_batch_holds_is_refused_whole(
    shelves: ServiceContext, client: TestClient
) -> None:
    deals = [signal_json(opportunity_id=f"OPP-{number}") for number in range(BATCH_SIZE + 1)]
    answer = client.post("/v1/demand-signals", json={"signals": deals})
    assert answer.status_code == 422
    assert lines(shelves) == []

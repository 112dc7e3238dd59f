from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service.context import ServiceContext
from service.exceptions.queue import Finding, raise_exception
from service.feeds.tables import CrossReferenceRow
from service.signals.tables import SignalMessageRow
from tests.service.builders_signals import (
    account,
    allocations,
    clean,
    deliver,
    dirty,
    item,
    lines,
    signal,
)


def _refer(context: ServiceContext, kind: str, native_id: str, canonical_key: str) -> None:
    with context.database.write() as session:
        session.add(
            CrossReferenceRow(
                system="crm",
                kind=kind,
                native_id=native_id,
                canonical_key=canonical_key,
                created_at=context.clock(),
                created_by="anna",
            )
        )


def _outcomes(context: ServiceContext) -> dict[str, str]:
    with context.database.read() as session:
        rows = session.execute(select(SignalMessageRow.message_id, SignalMessageRow.outcome))
        return {row[0]: row[1] for row in rows}


def _waiting(context: ServiceContext, **fields: Any) -> str:
    """Deliver a signal that ends in the queue; its exception."""
    (result,) = deliver(context, signal(**fields))
    assert result.exception_id
    return str(result.exception_id)


def _replay(client: TestClient, exception_id: str, **corrections: Any) -> dict[str, Any]:
    body = {"corrections": corrections} if corrections else None
    answer = client.post(f"/v1/exceptions/{exception_id}/replay", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _refused(client: TestClient, exception_id: str, corrections: dict[str, Any]) -> dict[str, Any]:
    body = {"corrections": corrections}
    answer = client.post(f"/v1/exceptions/{exception_id}/replay", json=body)
    assert answer.status_code == 422
    found: dict[str, Any] = answer.json()
    return found


def _shown(client: TestClient, exception_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/exceptions/{exception_id}").json()
    return found


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"account": "NOBODY"}, "unknown_account"),
        ({"product": "NOTHING"}, "unknown_product"),
        ({"location": "NOWHERE"}, "unknown_location"),
        ({"location": "EUROPE"}, "unknown_location"),
        ({"unit": "BARREL"}, "unknown_unit"),
        ({"quantity": "0.5"}, "quantity_not_exact"),
        ({"quantity": "999999999", "unit": "CASE"}, "quantity_not_exact"),
        ({"location": None}, "no_location"),
    ],
)
def test_what_cannot_be_mapped_is_kept_with_its_full_context(
    shelves: ServiceContext, client: TestClient, fields: dict[str, Any], kind: str
) -> None:
    exception_id = _waiting(shelves, **fields)
    shown = _shown(client, exception_id)
    assert (shown["kind"], shown["state"], shown["subject_key"]) == (kind, "open", "OPP-1/1")
    assert shown["payload"] == signal(**fields).model_dump(mode="json")
    assert _outcomes(shelves) == {"OPP-1-1-v1": "exception"}
    assert (lines(shelves), dirty(shelves)) == ([], set())


def test_a_cross_reference_and_a_replay_repair_it(
    shelves: ServiceContext, client: TestClient
) -> None:
    exception_id = _waiting(shelves, account="0815")
    _refer(shelves, "account", "0815", "ACME")
    replayed = _replay(client, exception_id)
    assert (replayed["state"], replayed["result"]) == ("replayed", "applied")
    assert allocations(shelves) == {"UK": 400}
    assert dirty(shelves) == {("BOTTLE", "UK")}
    assert _outcomes(shelves) == {"OPP-1-1-v1": "applied"}
    shown = _shown(client, exception_id)
    assert (shown["state"], shown["closed_by"], shown["note"]) == ("replayed", "crm", "applied")


def test_a_unit_is_repaired_by_cross_reference_too(
    shelves: ServiceContext, client: TestClient
) -> None:
    exception_id = _waiting(shelves, unit="Kiste", quantity=2)
    _refer(shelves, "unit", "Kiste", "CASE")
    assert _replay(client, exception_id)["result"] == "applied"
    assert allocations(shelves) == {"UK": 24}


def test_corrections_are_merged_over_the_payload(
    shelves: ServiceContext, client: TestClient
) -> None:
    exception_id = _waiting(shelves, account="NOBODY", location="NOWHERE")
    replayed = _replay(client, exception_id, account="ACME", location="FR")
    assert replayed["result"] == "applied"
    assert allocations(shelves) == {"FR": 400}
    assert _shown(client, exception_id)["note"] == "applied; corrected: account, location"


def test_a_replay_that_still_fails_leaves_it_open_with_the_new_finding(
    shelves: ServiceContext, client: TestClient
) -> None:
    exception_id = _waiting(shelves, account="NOBODY", product="NOTHING")
    replayed = _replay(client, exception_id, account="ACME")
    assert (replayed["state"], replayed["waits_as"]) == ("open", exception_id)
    shown = _shown(client, exception_id)
    assert (shown["kind"], shown["payload"]["account"]) == ("unknown_product", "ACME")
    assert "NOTHING" in shown["detail"]
    assert "NOBODY" not in shown["detail"]


def test_version_2_replayed_after_version_3_was_applied_is_stale(
    shelves: ServiceContext, client: TestClient
) -> None:
    exception_id = _waiting(shelves, source_version=2, account="NOBODY")
    deliver(shelves, signal(source_version=3, quantity=30))
    clean(shelves)
    replayed = _replay(client, exception_id, account="ACME")
    assert (replayed["state"], replayed["result"]) == ("replayed", "stale")
    assert allocations(shelves) == {"UK": 30}
    assert dirty(shelves) == set()
    assert _outcomes(shelves) == {"OPP-1-1-v2": "stale", "OPP-1-1-v3": "applied"}


def test_versions_of_one_line_wait_in_one_exception_and_the_newest_is_replayed(
    shelves: ServiceContext, client: TestClient
) -> None:
    first = _waiting(shelves, source_version=3, quantity=30, account="BETA")
    assert _waiting(shelves, source_version=2, quantity=20, account="BETA") == first
    with shelves.database.write() as session:
        session.add(account("BETA", shelves.clock()))
    assert _replay(client, first)["result"] == "applied"
    assert allocations(shelves) == {"UK": 30}
    assert _outcomes(shelves) == {"OPP-1-1-v2": "stale", "OPP-1-1-v3": "applied"}


def test_a_newer_version_arrives_while_an_older_waits_and_the_older_repeats(
    shelves: ServiceContext,
) -> None:
    waiting = _waiting(shelves, account="NOBODY")
    (again,) = deliver(shelves, signal(account="NOBODY"))
    assert (again.result, str(again.exception_id)) == ("duplicate", waiting)


def test_a_reused_message_id_is_replayed_under_a_new_one(
    shelves: ServiceContext, client: TestClient
) -> None:
    deliver(shelves, signal())
    exception_id = _waiting(shelves, message_id="OPP-1-1-v1", source_version=2, quantity=7)
    stuck = _replay(client, exception_id)
    assert (stuck["state"], stuck["result"]) == ("open", "conflict")
    assert _replay(client, exception_id, message_id="OPP-1-1-v2")["result"] == "applied"
    assert allocations(shelves) == {"UK": 7}
    assert _shown(client, exception_id)["state"] == "replayed"


@pytest.mark.parametrize(
    "corrections",
    [{"source_version": 9}, {"system": "erp"}, {"opportunity_id": "X"}, {"message_id": "X"}],
)
def test_a_correction_cannot_make_another_message_of_it(
    shelves: ServiceContext, client: TestClient, corrections: dict[str, Any]
) -> None:
    exception_id = _waiting(shelves, account="NOBODY")
    answer = _refused(client, exception_id, corrections)
    assert answer["errors"][0]["pointer"] == f"/corrections/{next(iter(corrections))}"
    assert _shown(client, exception_id)["state"] == "open"


@pytest.mark.parametrize("corrections", [{"quantity": "many"}, {"colour": "red"}])
def test_a_correction_that_is_no_signal_changes_nothing(
    shelves: ServiceContext, client: TestClient, corrections: dict[str, Any]
) -> None:
    exception_id = _waiting(shelves, account="NOBODY")
    before = _shown(client, exception_id)
    assert _refused(client, exception_id, corrections)["errors"]
    assert _shown(client, exception_id) == before


def test_what_is_closed_is_not_replayed_again(shelves: ServiceContext, client: TestClient) -> None:
    exception_id = _waiting(shelves, account="NOBODY")
    _replay(client, exception_id, account="ACME")
    again = client.post(f"/v1/exceptions/{exception_id}/replay")
    assert (again.status_code, again.json()["type"]) == (
        409,
        "urn:pegline:problem:exception-closed",
    )


def test_all_open_exceptions_of_a_kind_are_replayed_at_once(
    shelves: ServiceContext, client: TestClient
) -> None:
    for number in range(5):
        name = "NEW" if number else "NOTHING"
        _waiting(shelves, line_id=str(number), message_id=f"m{number}", product=name)
    other = _waiting(shelves, opportunity_id="OPP-2", account="NOBODY")
    with shelves.database.write() as session:
        session.add(item("NEW", shelves.clock()))
    answer = client.post("/v1/exceptions/replay?kind=unknown_product&limit=100").json()
    assert (answer["replayed"], answer["still_open"]) == (4, 1)
    assert len(lines(shelves)) == 4
    assert _shown(client, other)["state"] == "open"


def test_what_only_tells_cannot_be_replayed(shelves: ServiceContext, client: TestClient) -> None:
    with shelves.database.write() as session:
        finding = Finding("won_without_order", "opportunity_line", "crm", "k", {}, "d", "Ask.")
        exception_id = raise_exception(session, finding, shelves.clock())
    answer = client.post(f"/v1/exceptions/{exception_id}/replay")
    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "urn:pegline:problem:not-replayable",
    )

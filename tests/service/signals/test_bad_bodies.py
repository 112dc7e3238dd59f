"""The corpus of bad bodies: each is refused as a problem, and nothing is changed."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.http.bodies import BATCH_LIMIT
from service.signals.tables import SignalMessageRow
from service.work.tables import OutboxRow
from tests.service.builders_bad_bodies import (
    DAYS,
    JSON,
    NUMBERS,
    TEXTS,
    TIMES,
    Sample,
    broken_bodies,
    is_refusal,
)
from tests.service.builders_signals import lines, signal_json

PATH = "/v1/demand-signals"


def _written(field: str, text: str) -> bytes:
    """The valid signal with one field written as ``text``."""
    body = json.dumps(signal_json(**{field: "@"}))
    return body.replace('"@"', text, 1).encode()


_VALID = json.dumps(signal_json())
_WHOLE = dict(broken_bodies(Sample(signal_json(), text="negotiation", inner_field="start")))
_FIELDS = [
    *(("quantity", text) for text in [*NUMBERS, "-1"]),
    *(("win_probability", text) for text in [*NUMBERS, "-1", "1.1", '"50%"', "0.1234567"]),
    *(
        ("source_version", text)
        for text in [*NUMBERS, "-1", '"1"', "1.0", "1e0", "1.5", str(2**53)]
    ),
    *(("schema_version", text) for text in ["0", "2", "true", "1.0", '"1"']),
    *(("occurred_at", text) for text in TIMES),
    *(("message_id", text) for text in [*TEXTS, "null"]),
    *(("account", text) for text in [*TEXTS, "null"]),
    *(("location", text) for text in TEXTS),
    *(("stage", text) for text in [r'"\u0000"', r'"\ud800"', "7", "null", '"' + "x" * 501 + '"']),
    *(("status", text) for text in ['"OPEN"', '"gone"', "null", "1"]),
    *(("quantity_basis", text) for text in ['"all"', "null"]),
    *(("delivery_window", f'{{"start": {day}, "end": "2011-09-30"}}') for day in DAYS),
    ("delivery_window", '{"start": "2011-09-30", "end": "2011-09-01"}'),
    ("delivery_window", '{"start": "2011-09-30", "end": "9999-12-31"}'),
    ("delivery_window", '{"start": "9999-12-31", "end": "9999-12-31"}'),
    ("delivery_window", '["2011-09-01", "2011-09-30"]'),
]
_CORPUS = {**_WHOLE, **{f"{field}={text[:40]}": _written(field, text) for field, text in _FIELDS}}


def _count(context: ServiceContext) -> list[int]:
    with context.database.read() as session:
        tables = (SignalMessageRow, ExceptionRow, OutboxRow)
        return [
            session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables
        ]


def test_no_bad_body_is_taken_and_none_breaks_the_service(
    shelves: ServiceContext, client: TestClient
) -> None:
    wrong = {
        name: answer.status_code
        for name, body in _CORPUS.items()
        for answer in [client.post(PATH, content=body, headers=JSON)]
        if not is_refusal(answer)
    }
    assert wrong == {}
    assert (_count(shelves), lines(shelves)) == ([0, 0, 0], [])


def test_a_bad_row_of_a_batch_is_rejected_alone_and_its_answer_can_be_kept(
    shelves: ServiceContext, client: TestClient
) -> None:
    good = json.dumps(signal_json(line_id="good", message_id="good")).encode()
    statuses = set()
    for number, (field, text) in enumerate(_FIELDS):
        headers = {**JSON, "Idempotency-Key": f"k{number}"}
        content = b'{"signals": [%b, %b]}' % (_written(field, text), good)
        answer = client.post(PATH, content=content, headers=headers)
        statuses.add(answer.status_code)
        if answer.status_code == 202:
            assert answer.json()["results"][0]["result"] == "rejected"
    assert statuses == {202, 400}  # 400: the body as a whole is no JSON
    assert [line.line_id for line in lines(shelves)] == ["good"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-16"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Type": "application/json", "Idempotency-Key": "x" * 129}, 422),
    ],
)
def test_what_is_not_plain_json_isis_refusal(
    shelves: ServiceContext, client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post(PATH, content=_VALID, headers=headers)
    assert answer.status_code == status
    assert is_refusal(answer)
    assert lines(shelves) == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_cap_isis_refusal(client: TestClient, *, announced: bool) -> None:
    chunk = b" " * 1_000_000
    pieces = [chunk] * (BATCH_LIMIT // len(chunk) + 1)
    content = b"".join(pieces) if announced else iter(pieces)
    answer = client.post(PATH, content=content, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (
        413,
        "urn:pegline:problem:body-too-large",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": "7"},
        {"quantity": 0},
        {"quantity": 999999999},
        {"win_probability": 0.125},
        {"win_probability": 1},
        {"source_version": 2**53 - 1},
        {"stage": "Verhandlung läuft – 交渉 🍾"},
        {"occurred_at": "2011-08-29T09:00:00.123+02:00"},
        {"occurred_at": "2199-12-31T11:59:59-12:00"},
        {"occurred_at": "1990-01-01T14:00:00+14:00"},
        {"occurred_at": None},
        {"delivery_window": {"start": "2199-01-01", "end": "2199-12-31"}},
        {"delivery_window": {"start": "1990-01-01", "end": "1990-01-02"}},
        {"message_id": "é" * 64},
    ],
)
def test_what_is_unusual_but_right_is_taken(
    shelves: ServiceContext, client: TestClient, fields: dict[str, Any]
) -> None:
    answer = client.post(PATH, json=signal_json(**{"source_version": 1, **fields}))
    assert (answer.status_code, answer.json()["result"]) == (202, "applied")
    assert len(lines(shelves)) == 1
    assert client.get(f"{PATH}/crm/OPP-1").status_code == 200

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from adapters.http_json.signatures import new_secret, signed_headers, verified
from service.context import ServiceContext
from service.feeds.tables import StockPositionRow
from service.signals.tables import DemandSignalRow
from service.sync.connections import Role
from service.sync.secret_files import Secret, SecretFiles
from service.sync.webhook_routes import router
from tests.service.builders_feeds import ClientFor, stored
from tests.service.builders_outside import Systems
from tests.service.builders_signals import signal_json, stock_the_shelves
from tests.service.conftest import FakeClock


@pytest.fixture
def secrets(context: ServiceContext) -> SecretFiles:
    return SecretFiles(context.settings.secrets_dir)


@pytest.fixture
def context(context: ServiceContext, clock: FakeClock) -> ServiceContext:
    """With the signatures that the service really checks."""
    with context.database.write() as session:
        stock_the_shelves(session, clock())
    files = SecretFiles(context.settings.secrets_dir)

    def signed(name: str, body: bytes, headers: Any) -> bool:
        return verified(body, headers, files.read(name, Secret.WEBHOOK))

    return replace(context, outside=replace(context.outside, signed=signed))


@pytest.fixture
def client(client_for: ClientFor, systems: Systems, secrets: SecretFiles) -> TestClient:
    systems.connect("crm", Role.CRM)
    systems.connect("erp", Role.ERP)
    for name in ("crm", "erp"):
        secrets.keep(name, Secret.WEBHOOK, new_secret())
    return client_for(router)


def _send(client: TestClient, name: str, document: Any, secret: str, **differing: Any) -> Response:
    body = json.dumps(document).encode()
    told = {"id": "msg-1", "at": datetime.now(UTC), **differing}
    headers = signed_headers(told["id"], told["at"], body, [secret])
    headers["content-type"] = "application/json"
    return client.post(f"/v1/webhooks/{name}", content=body, headers=headers)


def _secret(secrets: SecretFiles, name: str) -> str:
    return secrets.read(name, Secret.WEBHOOK)[0]


def test_a_signed_signal_is_taken_once(
    context: ServiceContext, client: TestClient, secrets: SecretFiles
) -> None:
    answers = [_send(client, "crm", signal_json(), _secret(secrets, "crm")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["result"] == "applied"
    assert len(stored(context, DemandSignalRow)) == 1


def test_signed_rows_are_taken_and_those_that_are_not_are_named(
    context: ServiceContext, client: TestClient, secrets: SecretFiles
) -> None:
    good = {"item_id": "BOTTLE", "location_id": "UK", "on_hand": 140, "as_of": "2011-08-29T06:00Z"}
    document = {"type": "stock_positions", "rows": [good, {"on_hand": "x"}, 7]}
    answer = _send(client, "erp", document, _secret(secrets, "erp"))
    assert answer.status_code == 200
    assert answer.json()["counts"] == {"stored": 1, "rejected": 2}
    assert [one["row"] for one in answer.json()["findings"]] == [2, 3]
    assert len(stored(context, StockPositionRow)) == 1


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_an_old_signature_and_one_from_the_future_are_refused(
    context: ServiceContext, client: TestClient, secrets: SecretFiles, age: timedelta
) -> None:
    at = datetime.now(UTC) - age
    answer = _send(client, "crm", signal_json(), _secret(secrets, "crm"), at=at)
    assert answer.status_code == 401
    assert stored(context, DemandSignalRow) == []


def test_another_systems_secret_no_secret_and_no_connection_are_refused_alike(
    client: TestClient, secrets: SecretFiles
) -> None:
    foreign = _send(client, "crm", signal_json(), _secret(secrets, "erp"))
    stranger = _send(client, "nobody", signal_json(), new_secret())
    unsigned = client.post("/v1/webhooks/crm", json=signal_json())
    assert [one.status_code for one in (foreign, stranger, unsigned)] == [401, 401, 401]
    assert foreign.json() == stranger.json() == unsigned.json()


def test_a_body_that_was_changed_on_the_way_is_refused(
    client: TestClient, secrets: SecretFiles
) -> None:
    headers = signed_headers("m", datetime.now(UTC), b"{}", [_secret(secrets, "crm")])
    answer = client.post("/v1/webhooks/crm", json=signal_json(), headers=headers)
    assert answer.status_code == 401


def test_a_crm_does_not_tell_stock(client: TestClient, secrets: SecretFiles) -> None:
    document = {"type": "stock_positions", "rows": [{}]}
    assert _send(client, "crm", document, _secret(secrets, "crm")).status_code == 403


def test_a_signal_of_another_system_is_refused(client: TestClient, secrets: SecretFiles) -> None:
    foreign = signal_json(system="other")
    assert _send(client, "crm", foreign, _secret(secrets, "crm")).status_code == 403


def test_a_body_that_is_no_document_is_refused(client: TestClient, secrets: SecretFiles) -> None:
    assert _send(client, "crm", "hello", _secret(secrets, "crm")).status_code == 422


def test_the_secret_before_is_good_until_the_next_takes_over(
    client: TestClient, secrets: SecretFiles
) -> None:
    first = _secret(secrets, "crm")
    for _ in range(2):
        secrets.rotate("crm", Secret.WEBHOOK, new_secret())
        statuses = [
            _send(client, "crm", signal_json(), secret).status_code
            for secret in (first, *secrets.read("crm", Secret.WEBHOOK))
        ]
    assert statuses == [401, 202, 202]


def test_secrets_are_ours_alone_and_the_environment_goes_first(
    secrets: SecretFiles, context: ServiceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.keep("crm-1", Secret.TOKEN, "from the file")
    (path,) = context.settings.secrets_dir.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets.read("crm-1", Secret.TOKEN) == ("from the file",)
    monkeypatch.setenv("REPLENISH_SECRET_CRM_1_TOKEN", "from the environment")
    assert secrets.read("crm-1", Secret.TOKEN) == ("from the environment",)
    secrets.forget("crm-1")
    assert list(context.settings.secrets_dir.iterdir()) == []


def test_a_new_secret_is_long_enough_to_sign_with() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) >= 24

"""Signatures after Standard Webhooks 1.0, outgoing and incoming."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from adapters.http_json import HttpSettings
from adapters.http_json.signatures import check_secret, new_secret, signed_headers, verified
from tests.adapters.builders_canonical import event
from tests.adapters.http_partner import SECRET, HttpPartner, present

BODY = '{"item": "Schraube für Köln"}'.encode()


def test_who_knows_either_secret_believes_what_is_signed_with_both() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("evt-1", present(), BODY, [new, old])
    assert verified(BODY, headers, [old])
    assert verified(BODY, headers, [new])
    assert not verified(BODY, headers, [new_secret()])
    assert not verified(BODY, headers, [])


def test_a_changed_body_id_or_time_is_not_believed() -> None:
    headers = signed_headers("evt-1", present(), BODY, [SECRET])
    later = str(int(headers["webhook-timestamp"]) + 1)
    assert verified(BODY, headers, [SECRET])
    assert not verified(BODY + b" ", headers, [SECRET])
    assert not verified(BODY, {**headers, "webhook-id": "evt-2"}, [SECRET])
    assert not verified(BODY, {**headers, "webhook-timestamp": later}, [SECRET])


@pytest.mark.parametrize(
    ("age", "believed"),
    [
        (timedelta(minutes=4), True),
        (timedelta(minutes=6), False),
        (timedelta(minutes=-6), False),
    ],
)
def test_a_signature_counts_for_five_minutes(age: timedelta, *, believed: bool) -> None:
    headers = signed_headers("evt-1", present() - age, BODY, [SECRET])
    assert verified(BODY, headers, [SECRET]) is believed


@pytest.mark.parametrize("signature", ["", "v1", "v1,", "v2,abc", "v1,%%%", "v1,YQ==", "a,b,c"])
def test_a_signature_out_of_shape_is_not_believed(signature: str) -> None:
    headers = signed_headers("evt-1", present(), BODY, [SECRET])
    assert not verified(BODY, {**headers, "webhook-signature": signature}, [SECRET])


def test_a_body_that_is_no_text_is_not_believed() -> None:
    headers = signed_headers("evt-1", present(), BODY, [SECRET])
    assert not verified(b"\xff\xfe", headers, [SECRET])


def test_every_new_secret_is_a_secret_and_another() -> None:
    secrets = {new_secret() for _ in range(20)}
    assert len(secrets) == 20
    for secret in secrets:
        check_secret(secret)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", SECRET[6:], "whsec_%%%%"])
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValidationError, match="whsec_ and 24 to 64 bytes") as raised:
        HttpSettings(system="erp", base_url="https://erp.example", webhook_secrets=(secret,))
    assert "%%%%" not in str(raised.value)
    assert "c2hvcnQ" not in str(raised.value)


def test_events_of_two_secrets_reach_a_system_that_knows_the_old_one(
    partner: HttpPartner,
) -> None:
    partner.server.memory.secrets = (SECRET,)
    system = partner.opened(webhook_secrets=(new_secret(), SECRET))
    assert system.events is not None
    [written] = system.events.deliver_events([event()])
    assert written.failure is None
    assert partner.heard()[0][0] == "evt-1"
    system.close()


@pytest.mark.parametrize("secret", ["", "whsec_", "hello", "whsec_aGVsbG8=", "whsec_%%%"])
def test_a_secret_out_of_shape_makes_nothing_believed(secret: str) -> None:
    headers = signed_headers("evt-1", present(), BODY, [SECRET])
    assert not verified(BODY, headers, [secret])


def test_a_secret_that_could_be_guessed_makes_nothing_believed() -> None:
    guessed = "whsec_" + base64.b64encode(b"hello").decode()
    headers = signed_headers("evt-1", present(), BODY, [guessed])
    assert not verified(BODY, headers, [guessed])


def test_the_time_does_not_tell_which_names_are_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    verify = Webhook.verify

    def counted(webhook: Webhook, data: bytes, *arguments: Any, **more: Any) -> Any:
        hashed.append(len(data))
        return verify(webhook, data, *arguments, **more)

    monkeypatch.setattr(Webhook, "verify", counted)
    headers = signed_headers("evt-1", present(), BODY, [new_secret()])
    for secrets in ([], [SECRET], [SECRET, new_secret()]):
        hashed.clear()
        assert not verified(BODY, headers, secrets)
        assert hashed == [len(BODY)] * 2

"""Settings of an HTTP system are refused before they can do harm."""

import pytest
from pydantic import ValidationError

from adapters.http_json import HttpSettings


@pytest.mark.parametrize(
    "address",
    [
        "http://erp.example/api",
        "ftp://erp.example",
        "erp.example",
        "https://user:word@erp.example",
        "https://erp.example/api?key=1",
    ],
)
def test_an_address_is_encrypted_and_holds_no_secrets(address: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        HttpSettings(system="erp", base_url=address)


def test_plain_http_is_for_the_own_machine_or_said_outright() -> None:
    HttpSettings(system="erp", base_url="http://127.0.0.1:8000")
    HttpSettings(system="erp", base_url="http://erp.example", allow_plain_http=True)


@pytest.mark.parametrize("token", ["two words", "ends with a line\n", "Schlüssel"])
def test_a_token_that_no_header_carries_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValidationError, match="printable ASCII") as raised:
        HttpSettings(system="erp", base_url="https://erp.example", bearer_token=token)
    assert "ends with" not in str(raised.value)


def test_a_webhook_needs_a_secret() -> None:
    with pytest.raises(ValidationError, match="webhook_url needs webhook_secrets"):
        HttpSettings(
            system="erp", base_url="https://erp.example", webhook_url="https://erp.example/hooks"
        )

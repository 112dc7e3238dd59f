"""Settings of a Tryton server are refused before they can do harm."""

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.erp.tryton import TrytonSettings
from adapters.ports import IncomingKind
from tests.adapters.builders_tryton import settings


@pytest.mark.parametrize(
    "address",
    [
        "http://tryton.example",
        "ftp://tryton.example",
        "tryton.example",
        "https://user:word@tryton.example",
        "https://tryton.example/?key=1",
        "https://tryton.example:99999",
    ],
)
def test_an_address_is_encrypted_and_holds_no_secrets(address: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        settings(base_url=address)


def test_plain_http_is_for_the_own_machine_or_said_outright() -> None:
    settings(base_url="http://127.0.0.1:8000")
    settings(base_url="http://tryton.example", allow_plain_http=True)


@pytest.mark.parametrize("database", ["", "../other", "a/b", "a b", ".hidden"])
def test_a_database_is_a_plain_name(database: str) -> None:
    with pytest.raises(ValidationError, match="name of a database"):
        settings(database=database)


def test_the_database_stands_in_the_address_that_is_called() -> None:
    assert settings(base_url="https://t.example/erp/").rpc_url == "https://t.example/erp/main/rpc/"


def test_a_login_with_a_colon_is_refused() -> None:
    with pytest.raises(ValidationError, match="colon"):
        settings(login="a:b")


def test_what_tryton_has_no_rows_of_is_not_read() -> None:
    with pytest.raises(ValidationError, match="forecasts, supplier_conditions"):
        settings(
            reads=(IncomingKind.FORECASTS, IncomingKind.ITEMS, IncomingKind.SUPPLIER_CONDITIONS)
        )


def test_an_error_does_not_repeat_the_password() -> None:
    given: dict[str, Any] = {"system": "erp", "password": "secret-word", "overlap_seconds": -1}
    with pytest.raises(ValidationError) as raised:
        TrytonSettings.model_validate(given)
    assert "secret-word" not in str(raised.value)

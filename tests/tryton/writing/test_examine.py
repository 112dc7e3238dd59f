"""What a connection is told about a Tryton before anything is read or written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.erp.tryton.examine import OUR_MODULE
from adapters.erp.tryton.settings import READABLE, Writing
from adapters.ports import Examined, Failure, Idempotency, PortError
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import APPROVING_SERVICE, SERVICE, Login
from tests.tryton.writing.counterpart import TrytonCounterpart

pytestmark = pytest.mark.tryton

EVERYTHING = {"reads": READABLE, "writes": tuple(Writing)}


def examined(
    other: TrytonCounterpart, login: Login = SERVICE, **different: Any
) -> Mapping[str, Examined]:
    examine = other.opened(login, **{**EVERYTHING, **different}).examine
    assert examine is not None
    return {one.name: one for one in examine()}


@contextmanager
def without_groups(other: TrytonCounterpart, *names: str) -> Iterator[None]:
    """Our user loses these groups for a while."""
    [user] = other.administrator.find("res.user", [["login", "=", SERVICE.user]], "groups")
    groups = other.administrator.find("res.group", [["name", "in", list(names)]], "id")
    ids = [group["id"] for group in groups]
    other.administrator.write("res.user", [user["id"]], groups=[["remove", ids]])
    yield
    other.administrator.write("res.user", [user["id"]], groups=[["add", ids]])


def test_all_is_well_where_the_user_has_its_groups(other: TrytonCounterpart) -> None:
    found = examined(other, APPROVING_SERVICE, approve=True)
    assert [one for one in found.values() if not one.ok] == []
    assert found["company"].detail == "Fittings Wholesale, in EUR"
    assert found["log-in"].detail == "pegline-approves in tryton"


def test_looking_changes_nothing(other: TrytonCounterpart) -> None:
    examined(other, approve=True)
    read_only = ("search_read", "get_access", "get_preferences", "login")
    assert [call for call in other.relay.calls if not call.endswith(read_only)] == []


def test_a_missing_right_is_named_with_its_remedy(other: TrytonCounterpart) -> None:
    with without_groups(other, "Stock Forecast"):
        found = examined(other)
    assert [one.name for one in found.values() if not one.ok] == ["write forecasts"]
    assert "create stock.forecast" in found["write forecasts"].detail
    assert "stock_forecast" in found["write forecasts"].remedy


def test_what_the_connection_is_not_for_is_not_asked_about(other: TrytonCounterpart) -> None:
    with without_groups(other, "Stock Forecast"):
        found = examined(other, writes=(Writing.PROPOSALS, Writing.OUTLOOKS))
    assert [one for one in found.values() if not one.ok] == []


def test_who_may_not_approve_is_told_before_the_first_proposal(other: TrytonCounterpart) -> None:
    found = examined(other, approve=True)
    assert [one.name for one in found.values() if not one.ok] == ["approve requisitions"]


def test_our_module_is_missed_or_offered(other: TrytonCounterpart) -> None:
    name = f"module {OUR_MODULE}"
    unique = examined(other, idempotency=Idempotency.UNIQUE)
    assert unique[name].ok is (other.flavour is Flavour.UNIQUE)
    searching = examined(other, idempotency=Idempotency.SEARCH_FIRST)
    assert (name in searching) is (other.flavour is Flavour.UNIQUE)


def test_a_wrong_password_is_a_finding(other: TrytonCounterpart) -> None:
    found = examined(other, password=SecretStr("not-the-password"))
    assert [(one.name, one.ok) for one in found.values()] == [("log-in", False)]
    assert "check login and password" in found["log-in"].detail


def test_a_tryton_that_is_down_is_a_fault_not_a_finding(other: TrytonCounterpart) -> None:
    other.relay.down = True
    with pytest.raises(PortError) as fault:
        examined(other)
    assert fault.value.failure is Failure.TEMPORARY

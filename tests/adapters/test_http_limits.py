"""Calls are bounded in time and size, whatever the other side does."""

import socket
import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.http_json import HttpSettings, open_http
from adapters.http_json.faults import retry_after
from adapters.ports import Failure
from tests.adapters.builders_canonical import NOW
from tests.adapters.http_partner import HttpPartner, present
from tests.adapters.http_writes import (
    REPEATABLE,
    Write,
    create,
    settings_for,
)
from tests.adapters.simulated_http_system import Behaviour


@pytest.mark.parametrize(
    ("write", "failure"),
    [(create, Failure.AMBIGUOUS), *((write, Failure.TEMPORARY) for write in REPEATABLE)],
)
def test_a_system_that_falls_silent_is_not_waited_for(
    partner: HttpPartner, write: Write, failure: Failure
) -> None:
    system = partner.opened(timeout_seconds=0.2)
    with partner.behaving(Behaviour.SLOW):
        assert write(system).failure is failure
    system.close()


@pytest.mark.parametrize("write", [create, *REPEATABLE])
def test_where_nobody_listens_nothing_was_done(write: Write) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        system = open_http(settings_for(address), present)
        assert write(system).failure is Failure.TEMPORARY
        system.close()


def test_an_answer_without_end_is_cut_off(partner: HttpPartner) -> None:
    system = partner.opened(max_answer_bytes=100_000)
    with partner.behaving(Behaviour.ENDLESS):
        written = create(system)
    assert (written.failure, "exceeds 100000 bytes" in written.detail) == (
        Failure.AMBIGUOUS,
        True,
    )
    system.close()


def test_an_answer_that_drips_is_cut_off_by_the_time_for_the_whole() -> None:
    with _Dripping() as dripping:
        system = open_http(settings_for(dripping.address, timeout_seconds=0.4), present)
        written = create(system)
        system.close()
    assert written.failure is Failure.AMBIGUOUS
    assert "as a whole" in written.detail


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 05 Jan 2026 09:31:00 GMT", 60),
        ("Mon, 05 Jan 2026 09:00:00 GMT", 0),
        ("99999999", 86_400),
        ("9" * 5000, None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_told_in_seconds_or_as_a_date(told: str, seconds: int | None) -> None:
    wait = retry_after(told, NOW)
    assert (wait.total_seconds() if wait is not None else None) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_breaks_us(told: str) -> None:
    wait = retry_after(told, NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


class _Dripping:
    """Sends its answer a byte at a time, each within the time for reading."""

    def __enter__(self) -> "_Dripping":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()

    def _drip(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not self._done.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return


def test_a_proxy_of_the_environment_hears_nothing_of_calls_within_this_machine(
    partner: HttpPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        proxy.settimeout(0.2)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        system = partner.opened(timeout_seconds=2)
        assert create(system).failure is None
        system.close()
        with pytest.raises(TimeoutError):
            proxy.accept()


@pytest.mark.parametrize("host", ["x:99999", "a b", "x" * 64, ":443", "x:port"])
def test_an_address_that_cannot_be_reached_is_refused_at_once(host: str) -> None:
    with pytest.raises(ValidationError, match="is an address such as"):
        HttpSettings(system="erp", base_url=f"https://{host}/api")

"""The client of all adapters that call over HTTP: bounded in time, never led elsewhere."""

from collections.abc import Mapping

import httpx2

from adapters import PRODUCT

NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
"""Faults of a call that surely did not reach the system."""

CANNOT_BE_SENT = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol)
"""Faults of a call that cannot be made at all."""

_DIRECT = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
"""Calls within this machine, which may be plain, do not leave it by the environment's proxy."""


def client(timeout_seconds: float, headers: Mapping[str, str]) -> httpx2.Client:
    """A client that asks for JSON and follows no redirect; connecting takes a third of the time."""
    return httpx2.Client(
        timeout=httpx2.Timeout(timeout_seconds, connect=timeout_seconds / 3),
        headers={"accept": "application/json", "user-agent": PRODUCT, **headers},
        follow_redirects=False,
        mounts=_DIRECT,
    )

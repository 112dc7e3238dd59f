"""Addresses that may be called: reachable, without secrets in them, encrypted over the network."""

from urllib.parse import SplitResult, urlsplit

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_address(name: str, address: str, *, plain_http: bool, credentials: str) -> None:
    """Raise a ValueError about the setting ``name`` unless ``address`` may be called.

    Plain http is taken on the own machine, elsewhere only if ``plain_http``. ``credentials``
    names the settings that what proves who we are belongs into.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not _is_reachable(parts):
        raise ValueError(f"{name} is an address such as https://erp.example/api")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{name} holds no user, query or fragment; use {credentials}")
    if parts.scheme == "http" and not (plain_http or parts.hostname in _LOOPBACK):
        raise ValueError(f"{name} is not encrypted; write https, or set allow_plain_http")


def _is_reachable(parts: SplitResult) -> bool:
    """Whether host and port can be such; a port too large would be taken for another one."""
    try:
        host, _port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return False
    return bool(host) and b" " not in host

"""Connected systems, each opened once and anew when its settings or its secrets change."""

from collections.abc import Callable, Mapping

from pydantic import SecretStr

from adapters.ports import OutsideSystem
from service.context import Connection
from service.sync.secret_files import Secret, SecretFiles

Secrets = Mapping[Secret, tuple[SecretStr, ...]]
Adapter = Callable[[Connection, Secrets], OutsideSystem]
"""Opens a system with the secrets that are shared with it; ValueError where they do not fit."""


class OpenSystems:
    """What is open in this process."""

    def __init__(self, adapters: Mapping[str, Adapter], files: SecretFiles) -> None:
        self._adapters = adapters
        self._files = files
        self._open: dict[str, tuple[tuple[Connection, Secrets], OutsideSystem]] = {}

    def open(self, connection: Connection) -> OutsideSystem:
        """The system behind ``connection``."""
        adapter = self._adapter(connection)
        wanted = (connection, self._secrets(connection.name))
        known = self._open.get(connection.name)
        if known is not None and known[0] == wanted:
            return known[1]
        if known is not None:
            known[1].close()
        system = adapter(*wanted)
        self._open[connection.name] = (wanted, system)
        return system

    def trial(self, connection: Connection, secrets: Mapping[str, str]) -> OutsideSystem:
        """The system behind ``connection`` with these ``secrets``; it is the caller's to close."""
        adapter = self._adapter(connection)
        given = {what: (secrets[what],) if what in secrets else () for what in Secret}
        return adapter(
            connection, {what: tuple(map(SecretStr, told)) for what, told in given.items()}
        )

    def close(self) -> None:
        """Close all of them."""
        while self._open:
            self._open.popitem()[1][1].close()

    def _adapter(self, connection: Connection) -> Adapter:
        adapter = self._adapters.get(connection.adapter)
        if adapter is None:
            raise ValueError(f"there is no adapter {connection.adapter!r}")
        return adapter

    def _secrets(self, name: str) -> Secrets:
        return {what: tuple(map(SecretStr, self._files.read(name, what))) for what in Secret}

"""Secrets shared with other systems: in files that only we may read, never in the database.

The variable ``REPLENISH_SECRET_<NAME>_<WHAT>`` of the environment goes before the file
``<name>.<what>``; each line of either is one secret, the newest first.
"""

import os
import re
from enum import StrEnum
from pathlib import Path

_ONLY_OURS = 0o600
_KEPT = 2
"""How many webhook secrets are valid while one takes over from the other."""


class Secret(StrEnum):
    """What is kept secret of a connection."""

    TOKEN = "token"  # noqa: S105  its name, not its value
    """What we show to be let in: a bearer token, or the password of our user there."""
    WEBHOOK = "webhook"


class SecretFiles:
    """The secrets of all connections, below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, connection: str, what: Secret) -> tuple[str, ...]:
        """The secrets of a connection, the newest first; empty if there is none."""
        text = os.environ.get(variable(connection, what))
        if text is None:
            path = self._path(connection, what)
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        return tuple(line.strip() for line in text.splitlines() if line.strip())

    def keep(self, connection: str, what: Secret, *secrets: str) -> None:
        """Write the secrets of a connection in place of those before."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(connection, what)
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OURS)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("".join(f"{secret}\n" for secret in secrets))
        fresh.replace(path)

    def rotate(self, connection: str, what: Secret, fresh: str) -> None:
        """Put ``fresh`` first; the one before stays valid beside it."""
        self.keep(connection, what, *(fresh, *self.read(connection, what))[:_KEPT])

    def is_set_outside(self, connection: str, what: Secret) -> bool:
        """Whether the environment has the secret, so that no file counts."""
        return variable(connection, what) in os.environ

    def forget(self, connection: str) -> None:
        """Remove all secrets of a connection."""
        for what in Secret:
            self._path(connection, what).unlink(missing_ok=True)

    def _path(self, connection: str, what: Secret) -> Path:
        return self._folder / f"{connection}.{what}"


def variable(connection: str, what: Secret) -> str:
    """The variable that goes before the file of a secret; names that differ may share it."""
    return f"REPLENISH_SECRET_{re.sub('[^A-Z0-9]', '_', connection.upper())}_{what.upper()}"

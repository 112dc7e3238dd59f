"""One Tryton on one database: started, stopped, killed and started again on the same port."""

import http.client
import json
import socket
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.servers import process
from tests.tryton.programs import program

_CONFIGURATION = """\
[database]
uri = {uri}
path = {path}

[web]
listen = 127.0.0.1:{port}

[session]
authentications = password
"""


class DatabaseKind(StrEnum):
    """What Tryton keeps its data in."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Storage:
    """Where a Tryton keeps its data: ``uri`` as it is configured, ``name`` of the database."""

    uri: str
    name: str


class TrytonServer:
    """A Tryton that a test may kill; it keeps its address for as long as it lives."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self.log = folder / "trytond.log"
        self._running: subprocess.Popen[bytes] | None = None
        self.storage = storage
        self.port = _free_port()
        self.configuration = configure(folder, storage.uri, self.port)

    @property
    def url(self) -> str:
        """The address that an administrator would enter: no path, no slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Host, port and database, as the seeding wants them."""
        return f"127.0.0.1:{self.port}/{self.storage.name}"

    def start(self) -> None:
        """Start it and wait until it answers; raises ServerUnavailableError."""
        command = [program("trytond"), "-c", str(self.configuration), "-d", self.storage.name]
        self._running = process.start(command, self.log, owner=process.KEEP_USER)
        process.wait_until(self._answers, self._running, self.log, seconds=120)

    def stop(self) -> None:
        """End it as an operator does."""
        if self._running is not None:
            process.stop(self._running)

    def kill(self) -> None:
        """End it as a power cut does: nothing that it was doing is finished."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def _answers(self) -> bool:
        """Whether a log-in is answered, if only with a refusal: then all modules are loaded."""
        asked = json.dumps({"id": 1, "method": "common.db.login", "params": ["", {}, "en"]})
        headers = {"Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("POST", f"/{self.storage.name}/rpc/", asked, headers)
            return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        return False


def configure(folder: Path, uri: str, port: int) -> Path:
    """Write the configuration file; a SQLite database lies in the same folder."""
    written = folder / "trytond.conf"
    written.write_text(_CONFIGURATION.format(uri=uri, path=folder, port=port), encoding="utf-8")
    return written


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

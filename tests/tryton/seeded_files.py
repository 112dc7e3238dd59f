"""SQLite files with a seeded Tryton in them, made once and copied for each test."""

import fcntl
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.tracked_files import ROOT
from tests.tryton import preparing
from tests.tryton.preparing import Flavour
from tests.tryton.server import Storage

_CACHE = ROOT / "var" / "tryton"
_STORAGE = Storage("sqlite://", "tryton")


def fresh_copy(folder: Path, flavour: Flavour) -> Storage:
    """A seeded database of the test's own in ``folder``. Raises ServerUnavailableError."""
    with alone("sqlite"):
        shutil.copyfile(_seeded(preparing.digest(), flavour), _file_in(folder))
    return _STORAGE


def _seeded(digest: str, flavour: Flavour) -> Path:
    wanted = _CACHE / f"{digest}-{flavour}.sqlite"
    if not wanted.exists():
        with tempfile.TemporaryDirectory(prefix="pegline-tryton-", dir="/tmp") as name:
            folder = Path(name)
            if flavour is Flavour.STOCK:
                _file_in(folder).touch()
                preparing.prepare(folder, _STORAGE)
            else:
                shutil.copyfile(_seeded(digest, Flavour.STOCK), _file_in(folder))
                preparing.add_our_module(folder, _STORAGE)
            _keep(_file_in(folder), wanted, digest)
    return wanted


def _keep(made: Path, wanted: Path, digest: str) -> None:
    """What Tryton wrote last lies in a log beside the file until it is told to move it over."""
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in _CACHE.glob("*.sqlite"):
        if not file.name.startswith(digest):
            file.unlink()
    partial = wanted.with_suffix(".part")  # an interrupted copy is never taken for the whole
    shutil.copyfile(made, partial)
    partial.replace(wanted)


def _file_in(folder: Path) -> Path:
    return folder / f"{_STORAGE.name}.sqlite"


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Of two test runs at once one makes what is seeded and the other waits for it."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

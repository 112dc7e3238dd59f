"""From an empty database to a seeded Tryton, whatever the database."""

import datetime as dt
import hashlib
from enum import StrEnum
from pathlib import Path

from tests.tracked_files import ROOT
from tests.tryton import programs
from tests.tryton.server import Storage, TrytonServer, configure


class Flavour(StrEnum):
    """What an administrator has installed."""

    STOCK = "stock"
    """Tryton as it comes."""
    UNIQUE = "unique"
    """With our module, which makes one external reference one document."""


def digest() -> str:
    """Names what a seeded database is made of: versions, seed, our module, and the week it is.

    The history ends on the day of the seeding, so last week's seed is not used any more.
    """
    folders = ("tests/tryton/seeding", "adapters/erp/tryton/pegline_reference")
    files = [
        *(path for folder in folders for path in (ROOT / folder).iterdir() if path.is_file()),
        *(ROOT / name for name in ("requirements-tryton.lock", "tests/tryton/seeded.py")),
    ]
    year, week, _ = dt.datetime.now(dt.UTC).isocalendar()
    summed = hashlib.sha256(f"{year}-{week} {programs.MODULES}".encode())
    for file in sorted(files):
        summed.update(file.read_bytes())
    return summed.hexdigest()[:16]


def prepare(folder: Path, storage: Storage) -> None:
    """Fill an empty database with tables and seed; takes a minute or two.

    ``folder`` takes files for the meantime. Raises ServerUnavailableError.
    """
    programs.activate(configure(folder, storage.uri, port=0), storage.name, *programs.MODULES)
    server = TrytonServer(folder, storage)
    server.start()
    try:
        programs.seed(server.address)
    finally:
        server.stop()


def add_our_module(folder: Path, storage: Storage) -> None:
    """Do to a seeded database what an administrator does who has installed our module."""
    programs.activate(configure(folder, storage.uri, port=0), storage.name, programs.OUR_MODULE)

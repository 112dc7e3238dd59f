"""The whole application on a free port, over a company of which every page shows something."""

import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from adapters.ports import Capabilities, Idempotency, OutsideSystem
from service.access.people import Role
from service.access.sessions import open_session
from service.app import create_app
from service.context import ServiceContext
from service.database.engine import Database
from service.settings import Settings
from tests.service.builders_outside import Listener, outside_of
from tests.service.builders_pages import PLANNING, put_all_pages
from tests.service.conftest import NOW, FakeClock

_WHOLE_DAY = 24


@dataclass(frozen=True)
class Filled:
    """A folder with a database to copy, and by login the token of a session that is open in it."""

    folder: Path
    tokens: Mapping[str, str]


def fill(folder: Path, template: Path) -> Filled:
    """Fill a copy of the empty database ``template``; done once, since real planning takes time."""
    shutil.copy(template, folder / "pegline.db")
    opened: dict[str, OutsideSystem] = {}
    context = _context(folder, FakeClock(NOW), opened)
    put_all_pages(context, FakeClock(NOW), opened)
    with context.database.write() as session:
        tokens = {role.value: open_session(session, role.value, _WHOLE_DAY, NOW) for role in Role}
    context.database.close()
    return Filled(folder, tokens)


@contextmanager
def copied(filled: Filled, folder: Path, clock: FakeClock) -> Iterator[ServiceContext]:
    """A copy to do with as one likes; the planning system there takes what it is told now."""
    shutil.copytree(filled.folder, folder, dirs_exist_ok=True)
    planning = OutsideSystem(Capabilities(Idempotency.UNIQUE), events=Listener())
    context = _context(folder, clock, {PLANNING: planning})
    yield context
    context.database.close()


def _context(folder: Path, clock: FakeClock, opened: dict[str, OutsideSystem]) -> ServiceContext:
    """SQLite only: the browser does not know the difference."""
    return ServiceContext(
        settings=Settings(data_dir=folder),
        database=Database(f"sqlite:///{folder / 'pegline.db'}"),
        clock=clock,
        ring=lambda: None,
        outside=outside_of(opened),
    )


@contextmanager
def served(context: ServiceContext) -> Iterator[str]:
    """The application's address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(context), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()

"""A seeded Tryton to look at: ``python -m tests.tryton.serve --flavour unique``; Ctrl-C ends it."""

import argparse
import signal
import tempfile
from pathlib import Path

from tests.tryton.preparing import Flavour
from tests.tryton.seeded import ADMINISTRATOR, APPROVING_SERVICE, PURCHASER, SERVICE
from tests.tryton.seeded_files import fresh_copy
from tests.tryton.server import TrytonServer


def main() -> None:
    """Serve a copy that is thrown away at the end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--flavour", type=Flavour, choices=list(Flavour), default=Flavour.STOCK)
    flavour: Flavour = parser.parse_args().flavour
    with tempfile.TemporaryDirectory(prefix="pegline-tryton-", dir="/tmp") as name:
        server = TrytonServer(Path(name), fresh_copy(Path(name), flavour))
        server.start()
        try:
            _introduce(server)
            signal.pause()
        except KeyboardInterrupt:
            print()  # noqa: T201  the prompt starts on a line of its own
        finally:
            server.stop()


def _introduce(server: TrytonServer) -> None:
    people = (ADMINISTRATOR, SERVICE, APPROVING_SERVICE, PURCHASER)
    logins = [f"  {login.user:18} {login.password}" for login in people]
    where = f"{server.url}  database {server.storage.name}  log {server.log}"
    print("\n".join([where, *logins]), flush=True)  # noqa: T201  a program for people


if __name__ == "__main__":
    main()

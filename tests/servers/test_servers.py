import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
import redis
from sqlalchemy import URL

from service.database.engine import Database
from tests.servers import choice, postgresql

_HOLD = """
import time
from tests.servers import {module}
with {module}.embedded() as url:
    print(url, flush=True)
    time.sleep(60)
"""
_PROGRAM = {"postgresql": "postgres", "valkey": "valkey-server"}


def test_a_database_can_be_made_in_the_postgresql_server(postgresql_server: URL) -> None:
    postgresql.administer(postgresql_server, "SELECT 1")


def test_the_valkey_server_answers(valkey_server: str) -> None:
    with redis.Redis.from_url(valkey_server) as client:
        assert client.ping()


def test_an_embedded_postgresql_serves_us_and_leaves_no_file() -> None:
    try:
        with postgresql.embedded() as url:
            folder = Path(str(url.query["host"])).parent
            database = Database(url.render_as_string(hide_password=False))
            with database.read() as session:
                assert session.connection().exec_driver_sql("SELECT 1").scalar() == 1
            database.close()
        assert not folder.exists()
    except choice.ServerUnavailableError as reason:
        choice.give_up(reason)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a parent-death signal")
@pytest.mark.parametrize("module", ["postgresql", "valkey"])
def test_a_killed_test_run_leaves_no_server_behind(module: str) -> None:
    command = [sys.executable, "-c", _HOLD.format(module=module)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert holder.stdout is not None
    with holder.stdout as output:
        url = unquote(output.readline().decode())
    folder = re.search(r"/[a-z]+/pegline-\w+-\w+", url)
    assert folder
    server = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text("ascii").strip()
    assert _is_running(server, _PROGRAM[module])
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    deadline = time.monotonic() + 10
    while _is_running(server, _PROGRAM[module]) and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(folder[0])
    assert not _is_running(server, _PROGRAM[module])


def _is_running(process: str, program: str) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii")
    except OSError:
        return False
    return f"({program})" in state and ") Z " not in state

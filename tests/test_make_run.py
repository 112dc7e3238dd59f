"""``make run`` for a newcomer: an empty folder, no cache, one command."""

import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.demo_process import demo
from tests.shell import fresh_environment

ROOT = Path(__file__).parents[1]
COLD_SECONDS = 180
WARM_SECONDS = 20


def _clone(target: Path) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():  # a deleted file is still listed until it is committed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


@pytest.mark.long
def test_make_run_serves_the_demo_from_an_empty_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _clone(tmp_path)
    environment = fresh_environment(PIP_CACHE_DIR=str(tmp_path / "pip-cache"))
    seconds = []
    for _ in ("cold", "warm"):
        with demo(["make", "run"], tmp_path, environment, seconds=COLD_SECONDS * 2) as started:
            assert httpx2.get(f"{started.url}/log-in", timeout=10).status_code == 200
            seconds.append(started.seconds)
    with capsys.disabled():
        sys.stdout.write(f"\nmake run: {seconds[0]:.0f} s cold, {seconds[1]:.0f} s again\n")
    assert seconds[0] < COLD_SECONDS
    assert seconds[1] < WARM_SECONDS

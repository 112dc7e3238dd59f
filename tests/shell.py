"""Run a document's commands in one shell, so that what one sets the next one sees."""

import os
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.readme_commands import Command, missing_output

_TIMEOUT_SECONDS = 300
_OURS_ALONE = ("REPLENISH_", "MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTHONPATH", "PYTEST_")


@dataclass(frozen=True)
class Ran:
    """What a command printed; ``code`` is None if it was never reached."""

    command: Command
    printed: str
    code: int | None


def fresh_environment(**more: str) -> dict[str, str]:
    """The environment of somebody who has just opened a terminal, and ``more``."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(_OURS_ALONE)
    }
    return inherited | more


def run_all(commands: Sequence[Command], folder: Path, environment: Mapping[str, str]) -> list[Ran]:
    """Run ``commands`` in ``folder`` one after the other; the first failure ends it.

    What a script leaves running in the background is ended with it.
    """
    mark = uuid.uuid4().hex
    steps = [f"echo {mark}\n{command.script}\n" for command in commands]
    tidy = "trap 'jobs -p | xargs -r kill 2>/dev/null' EXIT"
    script = f"set -eo pipefail\nexec 2>&1 </dev/null\n{tidy}\n" + "".join(steps)
    finished = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    printed = finished.stdout.split(f"{mark}\n")[1:]
    codes = [0] * (len(printed) - 1) + [finished.returncode]
    unreached = len(commands) - len(printed)
    return [
        Ran(command, *outcome)
        for command, outcome in zip(
            commands,
            [*zip(printed, codes, strict=True), *[("", None)] * unreached],
            strict=True,
        )
    ]


def insist_on_what_is_printed(page: str, ran: Sequence[Ran]) -> None:
    """Fail the test where a command of ``page`` failed, or printed other than the page says."""
    for step in ran:
        where = f"{page}:{step.command.line}\n{step.command.script}\n{step.printed}"
        if step.code != 0:
            pytest.fail(f"exit code {step.code}: {where}", pytrace=False)
        missing = missing_output(step.command.expected, step.printed)
        if missing is not None:
            pytest.fail(f"not printed: {missing}\n{where}", pytrace=False)

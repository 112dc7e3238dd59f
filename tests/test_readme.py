"""What README.md shows works as printed, against a running demo."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo_process import Started, demo
from tests.readme_commands import Command, commands_of, missing_output
from tests.shell import fresh_environment, run_all

ROOT = Path(__file__).parents[1]
README_ADDRESS = "127.0.0.1:8000"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the checkout, with its own data."""
    folder = tmp_path_factory.mktemp("checkout")
    for entry in ROOT.iterdir():
        if entry.name not in {".git", ".venv", "var"}:
            (folder / entry.name).symlink_to(entry)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture(scope="module")
def running(checkout: Path) -> Iterator[Started]:
    command = [sys.executable, "-m", "service.cli.main", "demo"]
    with demo(command, checkout, fresh_environment(), seconds=180) as started:
        yield started


def test_every_command_of_the_readme_works_as_printed(checkout: Path, running: Started) -> None:
    address = running.url.removeprefix("http://")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = commands_of(readme.replace(README_ADDRESS, address))
    environment = fresh_environment(REPLENISH_PORT=address.partition(":")[2], COLUMNS="200")
    ran = run_all([command for command in commands if not command.long], checkout, environment)
    assert ran
    for step in ran:
        where = f"README.md:{step.command.line}\n{step.command.script}\n{step.printed}"
        if step.code != 0:
            pytest.fail(f"exit code {step.code}: {where}", pytrace=False)
        missing = missing_output(step.command.expected, step.printed)
        if missing is not None:
            pytest.fail(f"not printed: {missing}\n{where}", pytrace=False)


def test_the_three_things_to_try_next_work_as_the_demo_prints_them(
    checkout: Path, running: Started
) -> None:
    steps = [line for line in running.printed().splitlines() if line.startswith("curl ")]
    commands = [Command(number, step) for number, step in enumerate(steps, 1)]
    ran = run_all(commands, checkout, fresh_environment())
    assert len(ran) == 3
    for step in ran:
        assert step.code == 0, f"{step.command.script}\n{step.printed}"
        assert '"status":4' not in step.printed.replace(" ", ""), step.printed


def test_the_readme_has_the_two_commands() -> None:
    scripts = [command.script for command in commands_of((ROOT / "README.md").read_text("utf-8"))]
    assert "make run" in scripts
    assert "make test" in scripts

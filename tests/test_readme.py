"""What README.md and the pages of docs/ show works as printed, against a running demo."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from service.cli.main import COMMANDS, Commands
from service.settings import Settings
from tests.demo_process import Started, demo, free_port
from tests.readme_commands import Command, commands_of
from tests.shell import Ran, fresh_environment, insist_on_what_is_printed, run_all

ROOT = Path(__file__).parents[1]
README_ADDRESS = "127.0.0.1:8000"
PARTNERS_PORT = "8090"
PAGES = ("README.md", "docs/going-live.md", "docs/operations.md")


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


@pytest.mark.parametrize(
    "page", [PAGES[0], *(pytest.param(page, marks=pytest.mark.long) for page in PAGES[1:])]
)
def test_every_command_works_as_printed(page: str, checkout: Path, running: Started) -> None:
    address = running.url.removeprefix("http://")
    text = (ROOT / page).read_text(encoding="utf-8")
    text = text.replace(README_ADDRESS, address).replace(PARTNERS_PORT, str(free_port()))
    commands = [command for command in commands_of(text) if not command.long]
    environment = fresh_environment(REPLENISH_PORT=address.partition(":")[2], COLUMNS="200")
    ran = run_all(commands, checkout, environment)
    assert ran
    insist_on_what_is_printed(page, ran)


def _try_next(started: Started, folder: Path) -> list[Ran]:
    steps = [line for line in started.printed().splitlines() if line.startswith("curl ")]
    commands = [Command(number, step) for number, step in enumerate(steps, 1)]
    ran = run_all(commands, folder, fresh_environment())
    for step in ran:
        assert step.code == 0, f"{step.command.script}\n{step.printed}"
        assert '"status":4' not in step.printed.replace(" ", ""), step.printed
    return ran


def test_the_three_things_to_try_next_work_as_the_demo_prints_them(
    checkout: Path, running: Started
) -> None:
    assert len(_try_next(running, checkout)) == 3


@pytest.mark.long
def test_the_network_of_shops_is_shown_as_the_readme_says(checkout: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [script] = [one.script for one in commands_of(readme) if "demo distribution" in one.script]
    assert script.endswith(".venv/bin/replenish demo distribution")
    command = [sys.executable, "-m", "service.cli.main", "demo", "distribution"]
    environment = fresh_environment(REPLENISH_DATA_DIR="var/shops")
    with demo(command, checkout, environment, seconds=120) as started:
        assert len(_try_next(started, checkout)) == 4


def test_the_readme_has_the_two_commands() -> None:
    scripts = [command.script for command in commands_of((ROOT / "README.md").read_text("utf-8"))]
    assert "make run" in scripts
    assert "make test" in scripts


def test_every_setting_is_in_the_table_of_the_readme() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert named == {name.upper() for name in Settings.model_fields}


def _command_lines() -> Iterator[str]:
    group = Commands(name="replenish")
    context = typer.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        within = getattr(command, "commands", {})
        yield from (f"replenish {name} {one}" for one in within)
        if not within:
            yield f"replenish {name}"


def test_every_command_is_described_and_no_other() -> None:
    table = (ROOT / "docs/operations.md").read_text("utf-8").partition("## All commands")[2]
    assert sorted(re.findall(r"`(replenish [a-z -]+)`", table)) == sorted(_command_lines())


def test_the_mapping_that_is_shown_is_the_one_that_is_used() -> None:
    page = (ROOT / "docs/going-live.md").read_text("utf-8")
    [shown] = re.findall(r"```toml sales.toml\n(.*?)```", page, re.DOTALL)
    assert shown == (ROOT / "docs/examples/go-live/sales.toml").read_text("utf-8")


def test_links_lead_to_files() -> None:
    for page in (*PAGES, "docs/connecting.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text("utf-8")):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"

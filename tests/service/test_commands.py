"""The commands as an operator types them, each in a process of its own."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]


def _replenish(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "REPLENISH_DATA_DIR": str(folder),
        "REPLENISH_PORT": "0",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "service.cli.main", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_doctor_sends_one_to_migrate_and_is_content_afterwards(tmp_path: Path) -> None:
    before = _replenish(tmp_path, "doctor", "--json")
    assert before.returncode == 1, before.stderr
    remedies = [
        found["remedy"] for found in json.loads(before.stdout) if found["health"] == "fault"
    ]
    assert remedies == ["Run 'replenish migrate'."]
    assert "None -> " in _replenish(tmp_path, "migrate").stdout
    assert "as before" in _replenish(tmp_path, "migrate").stdout
    after = _replenish(tmp_path, "doctor")
    assert after.returncode == 0, after.stdout + after.stderr
    assert "forecast runs" in after.stdout


def test_a_key_is_shown_once_and_works_for_its_scopes(tmp_path: Path) -> None:
    _replenish(tmp_path, "migrate")
    command = ("keys", "create", "crm-1", "--scope", "signals:write", "--json")
    made = _replenish(tmp_path, *command)
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)["key"]
    assert key.encode() not in (tmp_path / "pegline.db").read_bytes()
    assert _replenish(tmp_path, "keys", "create", "crm-1", "--scope", "all").returncode == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_a_file_and_explains_itself(command: str, tmp_path: Path) -> None:
    shown = _replenish(tmp_path, command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Usage: " in shown.stdout


def test_every_file_that_holds_a_command_is_listed() -> None:
    for path in (ROOT / "service" / "cli").glob("*.py"):
        text = path.read_text("utf-8")
        holds = re.search(rf"^(def {path.stem}\(|{path.stem} = typer\.Typer)", text, re.MULTILINE)
        assert (path.stem in COMMANDS) == bool(holds), path.name


def test_the_help_lists_every_command(tmp_path: Path) -> None:
    shown = _replenish(tmp_path, "--help").stdout
    assert [command for command in COMMANDS if command not in shown] == []


def test_the_version_is_that_of_the_installation(tmp_path: Path) -> None:
    assert _replenish(tmp_path, "version").stdout.strip() == importlib.metadata.version("pegline")


def test_a_planning_system_is_put_in_charge_and_stopped(tmp_path: Path) -> None:
    _replenish(tmp_path, "migrate")
    use = ("forecasts", "use", "foresight", "--as", "forecast", "--reason", "trial")
    made = _replenish(tmp_path, *use, "--until", "2199-12-31")
    assert made.returncode == 0, made.stderr
    assert "forecast of foresight for all items at all locations until 2199-12-31" in made.stdout
    (scope,) = json.loads(_replenish(tmp_path, "forecasts", "list", "--json").stdout)
    assert (scope["system"], scope["use"], scope["item_id"]) == ("foresight", "forecast", None)
    assert _replenish(tmp_path, *use, "--item", "NONE").returncode == 1
    assert _replenish(tmp_path, "forecasts", "stop", scope["scope_id"]).returncode == 0
    assert "Our own forecast is used everywhere" in _replenish(tmp_path, "forecasts", "list").stdout


def test_a_refused_connection_is_told_in_the_words_of_the_command(tmp_path: Path) -> None:
    _replenish(tmp_path, "migrate")
    assert _replenish(tmp_path, "connect", "list").stdout == "No system is connected.\n"
    assert _replenish(tmp_path, "deliveries", "list").stdout == "No system is connected.\n"
    erp = ("connect", "http", "erp", "--role", "erp", "--url")
    plain = _replenish(tmp_path, *erp, "http://erp.example")
    assert (plain.returncode, "--allow-plain-http" in plain.stderr) == (1, True), plain.stderr
    assert "--url is an address" in _replenish(tmp_path, *erp, "ftp://erp.example").stderr
    crm = ("connect", "files", "crm", "--role", "crm", "--folder", str(tmp_path))
    foreign = _replenish(tmp_path, *crm, "--read", "items")
    assert "it tells accounts, demand_signals" in foreign.stderr
    assert _replenish(tmp_path, "connect", "list").stdout == "No system is connected.\n"


def test_a_new_installation_plans_under_the_policy_that_ships(tmp_path: Path) -> None:
    _replenish(tmp_path, "migrate")
    planned = _replenish(tmp_path, "recompute", "--baseline")
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.startswith("0 series fitted, 0 recommendations changed")

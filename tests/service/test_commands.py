"""The commands as an operator types them."""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import COMMANDS, app
from tests.service.command_line import replenish

ROOT = Path(__file__).parents[2]


def test_the_doctor_sends_one_to_migrate_and_is_content_afterwards(tmp_path: Path) -> None:
    before = replenish(tmp_path, "doctor", "--json")
    assert before.exit_code == 1, before.stderr
    remedies = [
        found["remedy"] for found in json.loads(before.stdout) if found["health"] == "fault"
    ]
    assert remedies == ["Run 'replenish migrate'."]
    assert "None -> " in replenish(tmp_path, "migrate").stdout
    assert "as before" in replenish(tmp_path, "migrate").stdout
    after = replenish(tmp_path, "doctor")
    assert after.exit_code == 0, after.stdout + after.stderr
    assert "forecast runs" in after.stdout


def test_a_key_is_shown_once_and_works_for_its_scopes(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    command = ("keys", "create", "crm-1", "--scope", "signals:write", "--json")
    made = replenish(tmp_path, *command)
    assert made.exit_code == 0, made.stderr
    key = json.loads(made.stdout)["key"]
    assert key.encode() not in (tmp_path / "data" / "pegline.db").read_bytes()
    assert replenish(tmp_path, "keys", "create", "crm-1", "--scope", "all").exit_code == 2


def test_keys_are_listed_by_their_beginnings_and_stopped(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    for system in ("crm-1", "erp-1"):
        made = replenish(tmp_path, "keys", "create", system, "--scope", "signals:write")
        key = made.stdout.strip()
    listed = json.loads(replenish(tmp_path, "keys", "list", "--json").stdout)
    assert [(one["system"], one["state"]) for one in listed] == [
        ("crm-1", "valid"),
        ("erp-1", "valid"),
    ]
    assert key.startswith(listed[1]["key"])
    stopped = replenish(tmp_path, "keys", "stop", listed[1]["key"])
    assert "of erp-1" in stopped.stdout, stopped.stderr
    shown = replenish(tmp_path, "keys", "list").stdout
    assert key not in shown
    assert [line.split()[1:3] for line in shown.splitlines()] == [
        ["valid", "crm-1:"],
        ["stopped", "erp-1:"],
    ]
    refused = replenish(tmp_path, "keys", "stop", "peg_")
    assert (refused.exit_code, "2 keys" in refused.stderr) == (1, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_a_file_and_explains_itself(command: str, tmp_path: Path) -> None:
    shown = replenish(tmp_path, command, "--help")
    assert shown.exit_code == 0, shown.stderr
    assert "Usage: " in shown.stdout


def test_every_file_that_holds_a_command_is_listed() -> None:
    for path in (ROOT / "service" / "cli").glob("*.py"):
        text = path.read_text("utf-8")
        holds = re.search(rf"^(def {path.stem}\(|{path.stem} = typer\.Typer)", text, re.MULTILINE)
        assert (path.stem in COMMANDS) == bool(holds), path.name


def test_the_help_lists_every_command(tmp_path: Path) -> None:
    shown = replenish(tmp_path, "--help").stdout
    assert [command for command in COMMANDS if command not in shown] == []


def test_the_version_is_that_of_the_installation() -> None:
    """In a process of its own, as all commands are."""
    command = [sys.executable, "-m", "service.cli.main", "version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == importlib.metadata.version("pegline")


def test_a_planning_system_is_put_in_charge_and_stopped(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    use = ("forecasts", "use", "foresight", "--as", "forecast", "--reason", "trial")
    made = replenish(tmp_path, *use, "--until", "2199-12-31")
    assert made.exit_code == 0, made.stderr
    assert "forecast of foresight for all items at all locations until 2199-12-31" in made.stdout
    (scope,) = json.loads(replenish(tmp_path, "forecasts", "list", "--json").stdout)
    assert (scope["system"], scope["use"], scope["item_id"]) == ("foresight", "forecast", None)
    assert replenish(tmp_path, *use, "--item", "NONE").exit_code == 1
    assert replenish(tmp_path, "forecasts", "stop", scope["scope_id"]).exit_code == 0
    assert "Our own forecast is used everywhere" in replenish(tmp_path, "forecasts", "list").stdout


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({}, "Run 'replenish migrate'."),
        ({"REPLENISH_PORT": "abc"}, "REPLENISH_PORT cannot be used"),
        ({"REPLENISH_DATABASE_URL": "nonsense"}, "no address of a database"),
        ({"REPLENISH_DATABASE_URL": "postgresql+psycopg://u:hush@127.0.0.1:1/x"}, "cannot be used"),
        ({"REPLENISH_DATA_DIR": "/dev/null/x"}, "/dev/null/x cannot be used"),
    ],
)
def test_what_is_wrong_around_a_command_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], said: str
) -> None:
    monkeypatch.setenv("REPLENISH_DATA_DIR", str(tmp_path))
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    for command in ("connect list", "deliveries list", "data age", "forecasts list"):
        done = CliRunner().invoke(app, command.split())
        assert done.exit_code == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert "hush" not in done.stderr


def test_a_refused_connection_is_told_in_the_words_of_the_command(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    assert replenish(tmp_path, "connect", "list").stdout == "No system is connected.\n"
    assert replenish(tmp_path, "deliveries", "list").stdout == "No system is connected.\n"
    erp = ("connect", "http", "erp", "--role", "erp", "--url")
    plain = replenish(tmp_path, *erp, "http://erp.example")
    assert (plain.exit_code, "--allow-plain-http" in plain.stderr) == (1, True), plain.stderr
    assert "--url is an address" in replenish(tmp_path, *erp, "ftp://erp.example").stderr
    crm = ("connect", "files", "crm", "--role", "crm", "--folder", str(tmp_path))
    foreign = replenish(tmp_path, *crm, "--read", "items")
    assert "it tells accounts, demand_signals" in foreign.stderr
    assert replenish(tmp_path, "connect", "list").stdout == "No system is connected.\n"


def test_a_new_installation_plans_under_the_policy_that_ships(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    planned = replenish(tmp_path, "recompute", "--baseline")
    assert planned.exit_code == 0, planned.stderr
    assert planned.stdout.startswith("0 series fitted, 0 recommendations changed")

"""Tryton's own programs, in an environment of their own: they are run, never imported."""

import os
import subprocess
from pathlib import Path

from tests.servers.choice import ServerUnavailableError
from tests.tracked_files import ROOT
from tests.tryton.seeded import ADMINISTRATOR

ENVIRONMENT = ROOT / ".venv-tryton"
MODULES = ("purchase_requisition", "sale_opportunity", "stock_forecast", "stock_supply")
OUR_MODULE = "pegline_reference"
_LONGEST_SECONDS = 900


def program(name: str) -> str:
    """The path of ``python``, ``trytond`` or ``trytond-admin``; raises ServerUnavailableError."""
    if not (ENVIRONMENT / "installed").exists():
        raise ServerUnavailableError("Tryton is not installed: make .venv-tryton/installed")
    return str(ENVIRONMENT / "bin" / name)


def activate(configuration: Path, database: str, *modules: str) -> None:
    """Make the tables of ``modules``, in an empty database or in one that has others already."""
    secret = configuration.with_name("administrator")
    secret.write_text(ADMINISTRATOR.password, encoding="utf-8")
    command = [program("trytond-admin"), "-c", str(configuration), "-d", database]
    options = ["--activate-dependencies", "--email", "admin@example.com", "-u", *modules]
    _run([*command, *options], TRYTONPASSFILE=str(secret))


def seed(address: str) -> None:
    """Give the Tryton at ``address`` (``host:port/database``) a company and its history."""
    _run([program("python"), "-m", "tests.tryton.seeding", address])


def _run(command: list[str], **variables: str) -> None:
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST_SECONDS,
    )
    if ended.returncode != 0:
        said = (ended.stdout + ended.stderr)[-3000:]
        raise ServerUnavailableError(f"{' '.join(command[:3])} failed: {said}")

"""All tables of the product, and the drafting of a revision: ``make migration message="…"``."""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import MetaData

import service
from service.database import migrate
from service.database.base import Table

_PACKAGE = Path(service.__file__).parent
_REVISIONS = _PACKAGE / "database" / "migrations" / "versions"


def table_modules() -> list[str]:
    """Every module that declares tables, by the name of its file."""
    files = sorted(_PACKAGE.glob("*/*tables.py"))
    return [f"service.{path.parent.name}.{path.stem}" for path in files]


def metadata() -> MetaData:
    """What the code takes the schema to be."""
    for name in table_modules():
        importlib.import_module(name)
    return Table.metadata


def draft_revision(message: str) -> None:
    """Write the revision from the newest one to the tables as declared now."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/pegline.db"
        migrate.upgrade(url)
        migrate.draft(url, message, metadata())
    _leave_out_remarks()
    for tool in (["ruff", "format", "--quiet"], ["ruff", "check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", *tool, str(_REVISIONS)], check=True)


def _leave_out_remarks() -> None:
    for path in _REVISIONS.glob("*.py"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.lstrip().startswith("# ###")]
        path.write_text("".join(kept), "utf-8")


if __name__ == "__main__":
    draft_revision(sys.argv[1])

"""The files of this project, as Python trees and as text."""

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = ("adapters", "forecasting", "rules", "service")
DRAFTED = "service/database/migrations/versions/"
"""Revisions are drafted by alembic from the tables; they may be as long as a schema is."""


@functools.cache
def tracked_files() -> tuple[str, ...]:
    """Every file that belongs to the project, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
    else:  # a copy without its history
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    kept = (name for name in names if name and (ROOT / name).is_file())
    return tuple(
        sorted(
            name
            for name in kept
            if not name.startswith((".venv/", ".venv-tryton/", "var/", ".git/"))
        )
    )


def python_files(*folders: str) -> list[str]:
    """The Python files in ``folders``, by default all but the drafted ones."""
    wanted = tuple(f"{folder}/" for folder in folders or (*PRODUCT, "tests"))
    return [
        name
        for name in tracked_files()
        if name.endswith(".py") and name.startswith(wanted) and not name.startswith(DRAFTED)
    ]


def text_of(name: str) -> str:
    """A file's text."""
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def tree_of(name: str) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text_of(name), name)


def calls_in(name: str) -> list[tuple[int, str]]:
    """Each call in a file: its line and what is called, such as ``context.database.write``."""
    return [
        (node.lineno, ast.unparse(node.func))
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Call)
    ]

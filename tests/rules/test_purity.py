"""The rules compute and do nothing else: no file, network, database or clock is in reach."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "rules"
ALLOWED = {
    "collections", "dataclasses", "datetime", "decimal", "difflib", "hashlib", "itertools", "json",
    "operator", "polars", "re", "rules", "tomllib", "types", "typing", "zoneinfo",
}  # fmt: skip
FORBIDDEN_NAMES = {"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"}
FORBIDDEN_CALLS = ("now", "today", "utcnow", "fromtimestamp", "load")
FORBIDDEN_STARTS = ("read_csv", "read_parquet", "read_database", "scan_", "sink_", "write_")

modules = sorted(RULES.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package"
            yield node.module or ""


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f".{node.func.attr}"


@pytest.mark.parametrize("module", modules, ids=[str(path.relative_to(RULES)) for path in modules])
def test_a_module_can_reach_nothing_outside(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert {name.partition(".")[0] for name in imported(tree)} <= ALLOWED
    calls = set(called(tree))
    assert not calls & FORBIDDEN_NAMES
    assert not calls & {f".{name}" for name in FORBIDDEN_CALLS}
    assert not [name for name in calls if name.lstrip(".").startswith(FORBIDDEN_STARTS)]


def test_there_are_modules_to_look_at() -> None:
    assert len(modules) > 20

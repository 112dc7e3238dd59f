"""House rules that no linter knows. A rule that matters has a check."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from tests.tracked_files import (
    PRODUCT,
    ROOT,
    calls_in,
    python_files,
    text_of,
    tracked_files,
    tree_of,
)

LONGEST_FILE = 300
LONGEST_FUNCTION = 50
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
SAYS_NOTHING_IN_CLASSES = re.compile(r"(Manager|Helper|Helpers|Utils|Util)$")

BOUNDARY_FOLDERS = ("cli", "demo", "doctor", "http", "web", "worker")
JOBS = {
    "service/forecasts/baselines.py",
    "service/outlook/refresh.py",
    "service/go_live/dry_run.py",
    "service/go_live/row_import.py",
    "service/replenishment/full_pass.py",
    "service/replenishment/groups.py",
    "service/replenishment/recompute.py",
    "service/sync/delivering.py",
    "service/sync/handing_off.py",
    "service/sync/polling.py",
    "service/sync/rounds.py",
}
"""Work that the worker and the command line start: each opens its own transactions."""

TEXT = {".py", ".toml", ".md", ".mako", ".html", ".css", ".js", ".svg", ".lock", ".txt", ""}


def _functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_are_short() -> None:
    sizes = {name: text_of(name).count("\n") for name in python_files()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    sizes = {
        f"{name}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for name in python_files()
        for function in _functions(name)
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


def test_names_say_what_a_thing_is() -> None:
    files = [name for name in python_files() if SAYS_NOTHING & set(PurePath(name).stem.split("_"))]
    folders = [name for name in tracked_files() if SAYS_NOTHING & set(PurePath(name).parts)]
    classes = [
        f"{name}:{node.name}"
        for name in python_files()
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.ClassDef) and SAYS_NOTHING_IN_CLASSES.search(node.name)
    ]
    assert files + folders + classes == []


def test_tests_are_no_packages() -> None:
    packages = [name for name in tracked_files() if re.match(r"tests/.*__init__\.py", name)]
    assert packages == []


def test_every_test_that_needs_a_tryton_says_so() -> None:
    unmarked = [
        name
        for name in python_files("tests/tryton")
        if PurePath(name).name.startswith("test_") and "pytest.mark.tryton" not in text_of(name)
    ]
    assert unmarked == []


def test_what_runs_inside_tryton_carries_its_licence() -> None:
    inside = [name for name in tracked_files() if "/pegline_reference/" in name]
    assert inside
    assert [name for name in inside if "GPL-3.0-or-later" not in text_of(name)] == []


def test_every_package_of_the_product_says_what_it_is_for() -> None:
    silent = [
        name
        for name in python_files(*PRODUCT)
        if name.endswith("__init__.py") and not ast.get_docstring(tree_of(name))
    ]
    assert silent == []


def test_every_exception_from_a_rule_has_its_reason_on_the_line() -> None:
    suppressed = r"noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)*\s+\S)"
    ignored = r"type: ignore(?!\[\S+\]  # \S)"
    silent = re.compile(f"# ({suppressed}|{ignored})")
    found = [
        f"{name}:{number}"
        for name in python_files()
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if silent.search(line)
    ]
    assert found == []


def test_no_file_knows_this_machine_or_a_registry() -> None:
    places = [r"/(work|root|home|Users|opt)/\w", r"pypi\.org", r"pythonhosted", "registry\\.npm"]
    pattern = re.compile("|".join(places))
    found = [
        f"{name}: {hit[0]}"
        for name in tracked_files()
        if PurePath(name).suffix in TEXT and name != "tests/test_house.py"
        for hit in [pattern.search(text_of(name))]
        if hit
    ]
    assert found == []


def test_only_the_composition_root_and_the_migrations_open_a_database() -> None:
    allowed = {"service/bootstrap.py", "service/database/migrate.py", "service/database/engine.py"}
    found = [
        f"{name}:{line}"
        for name in python_files("service")
        if name not in allowed
        for line, called in calls_in(name)
        if called.rpartition(".")[2] in {"Database", "create_engine", "sessionmaker"}
    ]
    assert found == []


def test_only_the_boundary_opens_a_transaction() -> None:
    found = [
        f"{name}:{line}"
        for name in python_files("service")
        if not _is_boundary(name)
        for line, called in calls_in(name)
        if called.endswith(("database.write", "database.read", ".commit", ".rollback"))
    ]
    assert found == []


def _is_boundary(name: str) -> bool:
    path = PurePath(name)
    return (
        path.parts[1] in {*BOUNDARY_FOLDERS, "database"}
        or path.stem == "routes"
        or path.stem.endswith("_routes")
        or name in JOBS
    )


def test_who_receives_a_session_opens_no_transaction_of_its_own() -> None:
    found = [
        f"{name}:{function.name}"
        for name in python_files("service")
        for function in _functions(name)
        if "session" in {argument.arg for argument in function.args.args}
        and any(
            isinstance(node, ast.Attribute)
            and node.attr in {"write", "read"}
            and ast.unparse(node.value).endswith("database")
            for node in ast.walk(function)
        )
    ]
    assert found == []


def test_only_the_composition_root_asks_what_time_it_is() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
    found = [
        f"{name}:{line}"
        for name in python_files(*PRODUCT)
        if name != "service/bootstrap.py"
        for line, called in calls_in(name)
        if called in clocks
    ]
    assert found == []


def test_tables_are_declared_where_migrations_look_for_them() -> None:
    found = [
        f"{name}:{node.name}"
        for name in python_files("service")
        if not PurePath(name).name.endswith("tables.py") or len(PurePath(name).parts) != 3
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base) == "Table" for base in node.bases)
    ]
    assert found == []


def test_nothing_third_party_lies_in_the_tree() -> None:
    folders = {"vendor", "node_modules", "third_party", "site-packages"}
    assert [name for name in tracked_files() if folders & set(PurePath(name).parts)] == []
    scripts = [name for name in tracked_files() if name.endswith((".min.js", ".min.css", ".map"))]
    assert scripts == []


def test_every_decision_says_why_and_what_enforces_it() -> None:
    headings = {"Context", "Decision", "Consequences", "Alternatives", "Check"}
    for name in tracked_files():
        if name.startswith("docs/decisions/"):
            assert set(re.findall(r"^## (\w+)", text_of(name), re.MULTILINE)) == headings, name
    assert (ROOT / "docs/decisions").is_dir()

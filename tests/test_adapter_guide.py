"""docs/writing-an-adapter.md builds an adapter that works: it is carried out word for word."""

import re
from pathlib import Path

import pytest

from tests.demo_process import free_port
from tests.guide_files import UnfittingPatchError, carry_out, files_of, patched, patches_of
from tests.readme_commands import Command, commands_of
from tests.shell import fresh_environment, insist_on_what_is_printed, run_all

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/writing-an-adapter.md"
GUIDE = PAGE.read_text(encoding="utf-8")
ITS_PORT = "8099"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which the guide was followed."""
    folder = tmp_path_factory.mktemp("guide")
    assert carry_out(GUIDE, ROOT, folder)
    return folder


def _run(commands: list[Command], checkout: Path) -> str:
    """Run what the guide shows; what it printed, once that is what the guide says."""
    assert commands
    environment = fresh_environment(PYTHONPATH=str(checkout), COLUMNS="200")
    ran = run_all(commands, checkout, environment)
    insist_on_what_is_printed(PAGE.name, ran)
    return "".join(step.printed for step in ran)


def _section(number: int) -> list[Command]:
    """The commands of a numbered section."""
    lines = GUIDE.splitlines()
    [begin] = [at for at, line in enumerate(lines) if line.startswith(f"## {number}. ")]
    end = next(at for at, line in enumerate(lines) if at > begin and line.startswith("## "))
    page = GUIDE.replace(ITS_PORT, str(free_port()))
    return [one for one in commands_of(page) if begin < one.line <= end]


def test_the_adapter_keeps_the_contract(checkout: Path) -> None:
    printed = _run(_section(8), checkout)
    assert re.search(r"^[1-9][0-9]+ passed in ", printed, re.MULTILINE), printed


def test_what_the_guide_builds_is_in_the_house_style(checkout: Path) -> None:
    changed = [*files_of(GUIDE), *(path for path in patches_of(GUIDE) if path.endswith(".py"))]
    for check in ("format --check", "check"):
        _run([Command(0, f".venv/bin/ruff {check} {' '.join(changed)}")], checkout)


def test_the_import_contracts_know_it(checkout: Path) -> None:
    _run(_section(9), checkout)


def test_it_is_connected_over_the_command_line(checkout: Path) -> None:
    _run(_section(10), checkout)


def test_every_command_of_the_guide_is_run() -> None:
    run = [one.line for number in (8, 9, 10) for one in _section(number)]
    assert run == [one.line for one in commands_of(GUIDE)]


@pytest.mark.long
def test_its_types_are_right(checkout: Path) -> None:
    new = " ".join(files_of(GUIDE))
    _run([Command(0, f".venv/bin/mypy {new}")], checkout)


def test_links_lead_to_files() -> None:
    prose = re.sub(r"^```.*?^```$", "", GUIDE, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", prose):
        assert PAGE.parent.joinpath(target).exists(), target


def test_paths_that_are_named_are_there() -> None:
    built = files_of(GUIDE)
    for path in re.findall(r"`((?:adapters|service|tests)/[\w./]+)`", GUIDE):
        assert path in built or (ROOT / path).exists(), path


def test_a_patch_fits_at_exactly_one_place() -> None:
    patch = " b\n-c\n+d\n"
    assert patched("a\nb\nc\n", patch) == "a\nb\nd\n"
    assert patched("b\nc\nx\n", f"{patch}@@\n+w\n x\n") == "b\nd\nw\nx\n"
    for text in ("a\nb\n", "b\nc\nb\nc\n"):
        with pytest.raises(UnfittingPatchError):
            patched(text, patch)


def test_a_file_goes_on_in_a_later_block() -> None:
    part = "```python a/b.py\n{}\n```\n"
    text = part.format("class A:") + part.format("    x = 1") + part.format("y = 2")
    assert files_of(text) == {"a/b.py": "class A:\n\n    x = 1\n\n\ny = 2\n"}

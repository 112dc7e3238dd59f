"""What is installed is all of the product, and nothing but the product."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from service.doctor.own_packages import DISTRIBUTION, PACKAGES
from tests.tracked_files import PRODUCT, ROOT, tracked_files

FOR_TRYTON = "adapters/erp/tryton/pegline_reference/"
"""A module for Tryton, under Tryton's licence: it has a package and a licence of its own."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    [built] = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_holds_every_file_of_the_four_packages(wheel: list[str]) -> None:
    ours = {name for name in tracked_files() if PurePosixPath(name).parts[0] in PRODUCT}
    assert {name for name in ours - set(wheel) if not name.startswith(FOR_TRYTON)} == set()


def test_the_wheel_does_not_hold_what_is_installed_into_tryton(wheel: list[str]) -> None:
    assert any(name.startswith(FOR_TRYTON) for name in tracked_files())
    assert not any(name.startswith(FOR_TRYTON) for name in wheel)


def test_the_wheel_brings_no_other_package(wheel: list[str]) -> None:
    tops = {PurePosixPath(name).parts[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PRODUCT)
    assert set(PACKAGES) == set(PRODUCT)


def test_the_wheel_holds_migrations_pages_and_the_demo(wheel: list[str]) -> None:
    for folder, ending in [
        ("service/database/migrations/versions", ".py"),
        ("service/database/migrations", ".mako"),
        ("service/web", ".html"),
        ("service/web", ".css"),
        ("service/web", ".js"),
        ("service/demo/data", ".parquet"),
        ("rules/policies", ".toml"),
    ]:
        assert [name for name in wheel if name.startswith(f"{folder}/") and name.endswith(ending)]


def test_the_product_is_never_published_to_a_registry() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == DISTRIBUTION
    assert "Private :: Do Not Upload" in project["classifiers"]


def test_locked_files_pin_every_package_by_hash_and_name_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-tryton.lock"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "://" in line or line.startswith("-")]
        pins = [number for number, line in enumerate(lines) if "==" in line.partition(";")[0]]
        assert pins
        assert all(lines[number + 1].strip().startswith("--hash=sha256:") for number in pins)


def test_development_uses_the_very_versions_that_run() -> None:
    run, develop = (_pins(name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert run <= develop


def _pins(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {line.removesuffix(" \\") for line in lines if not line.startswith(" ")}


def _declared(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_environment_is_described_by_its_own_files() -> None:
    for name in ("Makefile", "README.md", "CHANGELOG.md", ".ci/run"):
        assert (ROOT / name).is_file()
    assert Path(ROOT / ".ci/run").stat().st_mode & 0o100


def test_the_locks_know_every_dependency_that_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, declared in [
        ("requirements.lock", project["dependencies"] + extras["build"]),
        ("requirements-dev.lock", project["dependencies"] + extras["build"] + extras["dev"]),
        ("requirements-tryton.lock", _declared("requirements-tryton.in")),
    ]:
        locked = {re.split(r"[=;\[ ]", pin)[0] for pin in _pins(lock)}
        wanted = {re.split(r"[<>=;\[ ]", requirement)[0] for requirement in declared}
        assert wanted - locked == set()

"""The files and patches that a guide shows, and the checkout in which they are carried out.

A fenced block marked ``python some/path.py`` is that file; a second one of the same path goes on
below it, with the blank lines that Python's style wants. One marked ``diff some/path`` changes a
file that is there: each part between lines ``@@`` fits at exactly one place.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_BLOCK = re.compile(
    r"^```(?P<kind>python|diff) (?P<path>\S+/\S+|\S+\.\S+)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_CHANGED = ("adapters", "docs", "service", "tests", "pyproject.toml")
_LEFT_OUT = {".git", ".hypothesis", ".venv", ".venv-tryton", "var"}


class UnfittingPatchError(ValueError):
    """What a patch is about stands nowhere in its file, or at several places."""


def files_of(document: str) -> dict[str, str]:
    """The new files, by path."""
    files: dict[str, str] = {}
    for block in _BLOCK.finditer(document):
        if block["kind"] == "python":
            there = files.get(block["path"])
            files[block["path"]] = block["body"] if there is None else _joined(there, block["body"])
    return files


def _joined(there: str, more: str) -> str:
    """Within a class one blank line stands between its parts, outside of it two."""
    return f"{there}\n{more}" if more.startswith(" ") else f"{there}\n\n{more}"


def patches_of(document: str) -> dict[str, str]:
    """The patches, by the path of the file that each changes."""
    return {
        block["path"]: block["body"]
        for block in _BLOCK.finditer(document)
        if block["kind"] == "diff"
    }


def patched(text: str, patch: str) -> str:
    """``text`` with all parts of ``patch``; raises UnfittingPatchError."""
    for part in re.split(r"^@@.*\n", patch, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
        if part and text.count(before) != 1:
            raise UnfittingPatchError(f"found {text.count(before)} times:\n{before}")
        text = text.replace(before, after) if part else text
    return text


def carry_out(document: str, root: Path, folder: Path) -> list[str]:
    """Make ``folder`` a checkout like ``root`` and do there what the guide says.

    Returns the paths of what it made or changed.
    """
    for entry in _entries(root):
        if entry.name not in _CHANGED:
            (folder / entry.name).symlink_to(entry)
        elif entry.is_dir():
            shutil.copytree(entry, folder / entry.name)
        else:
            shutil.copy2(entry, folder / entry.name)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "var").mkdir()
    files, patches = files_of(document), patches_of(document)
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for path, patch in patches.items():
        there = (folder / path).read_text(encoding="utf-8")
        (folder / path).write_text(patched(there, patch), encoding="utf-8")
    return [*files, *patches]


def _entries(root: Path) -> Iterator[Path]:
    """All but history, environments, data and caches."""
    for entry in root.iterdir():
        if entry.name not in _LEFT_OUT and not entry.name.endswith("_cache"):
            yield entry

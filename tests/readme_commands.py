"""The commands that a Markdown document shows, and what it says they print.

A fenced block marked ``sh`` is a script. In one marked ``console`` lines after ``$ `` are
commands (``> `` continues one) and the lines below them expected output: each must appear, in
that order, with ``...`` for anything. A comment ``<!-- long: why -->`` before a block excepts it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(
    r"(?P<long><!--\s*long:[^>]*-->\s*\n)?^```(?P<kind>sh|console)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_ANYTHING = "..."


@dataclass(frozen=True)
class Command:
    """A script from a document, with the number of the line where it begins."""

    line: int
    script: str
    expected: tuple[str, ...] = ()
    long: bool = False


def commands_of(document: str) -> list[Command]:
    """All commands of ``document``, in order."""
    found: list[Command] = []
    for block in _BLOCK.finditer(document):
        line = document.count("\n", 0, block.start("body")) + 1
        long = block["long"] is not None
        if block["kind"] == "sh":
            found.append(Command(line, block["body"].rstrip("\n"), long=long))
        else:
            found.extend(_dialogue(block["body"], line, long=long))
    return found


def _dialogue(body: str, first_line: int, *, long: bool) -> Iterator[Command]:
    start, script, expected = first_line, "", list[str]()
    for number, text in enumerate(body.splitlines(), first_line):
        if text.startswith("$ "):
            if script:
                yield Command(start, script, tuple(expected), long)
            start, script, expected = number, text[2:], []
        elif text.startswith("> ") and not expected:
            script += "\n" + text[2:]
        else:
            expected.append(text)
    if script:
        yield Command(start, script, tuple(expected), long)


def missing_output(expected: tuple[str, ...], printed: str) -> str | None:
    """The first expected line that ``printed`` lacks; None if all appear in order."""
    lines = iter(_plain(line) for line in printed.splitlines())
    for wanted in expected:
        if wanted.strip() in {"", _ANYTHING}:
            continue
        pattern = ".*".join(re.escape(part.strip()) for part in _plain(wanted).split(_ANYTHING))
        if not any(re.search(f"^{pattern}$", line) for line in lines):
            return wanted
    return None


def _plain(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()

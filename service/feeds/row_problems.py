"""What is wrong with a row: where, why, and what the sender can do about it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.http.problems import TYPE_PREFIX

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LONGEST = 100


@dataclass(frozen=True)
class Fault:
    """A row that cannot be taken; ``field`` is where it shows."""

    slug: str
    field: str
    detail: str
    remedy: str


def row_problem(index: int, fault: Fault) -> dict[str, Any]:
    """The problem (RFC 9457) of the row at ``index`` of its batch."""
    return {
        "type": TYPE_PREFIX + fault.slug,
        "title": "The row was not taken",
        "detail": fault.detail,
        "remedy": fault.remedy,
        "pointer": pointer(index, [fault.field] if fault.field else []),
    }


def pointer(index: int, path: Iterable[object]) -> str:
    """The JSON pointer (RFC 6901) to a place in the row at ``index``.

    Names of unknown fields are the sender's: control characters, which not every database
    stores, are replaced, and long names are cut.
    """
    steps = ["rows", str(index), *(_CONTROL.sub("\ufffd", str(step)[:_LONGEST]) for step in path)]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)

"""What was found in a file before it is imported, how much it matters, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

EXAMPLES = 5


class Weight(StrEnum):
    """How much a finding matters.

    ``blocks``: rows would be lost or wrong. ``mend``: planning would be misled. ``fyi``: true
    and perhaps intended.
    """

    BLOCKS = "blocks"
    MEND = "mend"
    FYI = "fyi"


@dataclass(frozen=True)
class Finding:
    """``count`` of something, with the first examples and where they stand."""

    check: str
    weight: Weight
    count: int
    detail: str
    remedy: str
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "check": self.check,
            "weight": self.weight.value,
            "count": self.count,
            "detail": self.detail,
            "remedy": self.remedy,
            "examples": list(self.examples),
        }


def examples(found: pl.DataFrame, template: str) -> tuple[str, ...]:
    """The first rows, each written into ``template`` by its columns."""
    return tuple(template.format(**row) for row in found.head(EXAMPLES).iter_rows(named=True))


def share(part: float, whole: float) -> str:
    """A part of a whole, in per cent."""
    return f"{part / whole:.1%}" if whole else "0.0%"

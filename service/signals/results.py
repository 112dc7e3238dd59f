"""What becomes of a signal, and what its sender is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from service.exceptions.queue import Finding
from service.http.problems import TYPE_PREFIX

LineKey = tuple[str, str, str]
"""An opportunity line: (system, opportunity_id, line_id)."""

SUBJECT_TYPE = "demand_signal"


class Outcome(StrEnum):
    """What became of a signal.

    ``applied``: it is the line's newest version. ``duplicate``: taken before, nothing done.
    ``stale``: not newer than what the line says already. ``exception``: kept in the queue until
    it is mended. ``conflict``: its message id was used for another body. ``rejected``: no valid
    signal, or not from the system that the key speaks for; nothing is kept.
    """

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    EXCEPTION = "exception"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True)
class SignalResult:
    """The answer to one signal."""

    message_id: str | None
    result: Outcome
    signal_id: UUID | None = None
    exception_id: UUID | None = None
    problem: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values."""
        return {
            "message_id": self.message_id,
            "result": self.result,
            "signal_id": str(self.signal_id) if self.signal_id else None,
            "exception_id": str(self.exception_id) if self.exception_id else None,
            "problem": self.problem,
        }


class SignalAnswer(BaseModel):
    """A signal's result as its sender reads it."""

    message_id: str | None
    result: Outcome
    signal_id: UUID | None
    exception_id: UUID | None
    problem: dict[str, Any] | None


class SignalRowAnswer(SignalAnswer):
    """The result of one row of a batch, counted from 0."""

    row: int


class SignalBatchAnswer(BaseModel):
    """One result per row, in the order of the rows."""

    results: list[SignalRowAnswer]


def problem_of(finding: Finding) -> dict[str, Any]:
    """A finding as the sender is told of it."""
    return {
        "type": TYPE_PREFIX + finding.kind.replace("_", "-"),
        "title": finding.kind.replace("_", " ").capitalize(),
        "detail": finding.detail,
        "remedy": finding.remedy,
    }

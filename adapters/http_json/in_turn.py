"""Documents written call by call, each with an answer of its own."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from adapters.http_json.faults import NoAnswerError
from adapters.ports import Failure, PortError, Written
from adapters.repetition import failed

Thing = TypeVar("Thing")


def one_by_one(
    things: Sequence[Thing], key: Callable[[Thing], str], write: Callable[[Thing], Written]
) -> list[Written]:
    """Write each in a call of its own; see ``in_groups``."""
    return in_groups(things, 1, key, lambda group: [write(thing) for thing in group])


def in_groups(
    things: Sequence[Thing],
    size: int,
    key: Callable[[Thing], str],
    write: Callable[[Sequence[Thing]], Sequence[Written]],
) -> list[Written]:
    """Write so many per call; a call that fails fails all of its own.

    Once the system cannot be reached or asks to wait, the rest is left for later: a long batch
    would else wait out its time limit once per call.
    """
    answers: list[Written] = []
    halt: PortError | None = None
    for start in range(0, len(things), size):
        group = things[start : start + size]
        try:
            if halt:
                raise halt
            answers.extend(write(group))
        except PortError as fault:
            answers.extend(failed(key(thing), fault) for thing in group)
            halt = halt or _halt(fault)
    return answers


def _halt(fault: PortError) -> PortError | None:
    if fault.failure is not Failure.TEMPORARY and not isinstance(fault, NoAnswerError):
        return None
    detail = f"not tried, because the one before failed: {fault.detail}"
    return PortError(Failure.TEMPORARY, detail, retry_after=fault.retry_after)

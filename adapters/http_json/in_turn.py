"""Documents written call by call, each with an answer of its own."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from adapters.http_client import NoAnswerError, RefusedCallerError
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

    Once the system cannot be reached, asks to wait, wants no more or refuses us, the rest is left
    for later: a long batch would else wait out its time limit once per call. Raises
    RefusedCallerError where nothing was written at all.
    """
    answers: list[Written] = []
    for start in range(0, len(things), size):
        group = things[start : start + size]
        try:
            answers.extend(write(group))
        except RefusedCallerError as fault:
            if not answers:
                raise
            return [*answers, *_left(things[start:], key, fault)]
        except PortError as fault:
            answers.extend(failed(key(thing), fault) for thing in group)
            stops = fault.failure is Failure.TEMPORARY or fault.unwanted
            if stops or isinstance(fault, NoAnswerError):
                return [*answers, *_left(things[start + size :], key, fault)]
    return answers


def _left(things: Sequence[Thing], key: Callable[[Thing], str], why: PortError) -> list[Written]:
    fault = PortError(Failure.TEMPORARY, f"not tried: {why.detail}", retry_after=why.retry_after)
    return [failed(key(thing), fault) for thing in things]

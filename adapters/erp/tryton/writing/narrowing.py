"""Many records in one call; where it is refused, only the guilty ones are.

Tryton carries a call out as a whole or not at all. One call of two hundred is fifty times faster
than two hundred calls, so what is refused is halved until each guilty record stands alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from adapters.http_client import NoAnswerError, RefusedCallerError
from adapters.ports import Failure, PortError

Thing = TypeVar("Thing")
Made = TypeVar("Made")

_ABOUT_RECORDS = {Failure.REJECTED, Failure.CONFLICT}


@dataclass(frozen=True)
class Narrowed(Generic[Thing, Made]):
    """What was done, each thing with what came of it, and what was refused, with the fault."""

    done: Sequence[tuple[Thing, Made]]
    refused: Sequence[tuple[Thing, PortError]]


def narrowed(
    things: Sequence[Thing], act: Callable[[Sequence[Thing]], Sequence[Made]]
) -> Narrowed[Thing, Made]:
    """``act`` on all ``things`` in as few calls as will do; it answers each, in order.

    Raises the PortError of a call that is no record's fault: what was done before is done.
    """
    if not things:
        return Narrowed([], [])
    try:
        return Narrowed(list(zip(things, act(things), strict=True)), [])
    except PortError as fault:
        if not is_about_records(fault):
            raise
        if len(things) == 1:
            return Narrowed([], [(things[0], fault)])
    middle = len(things) // 2
    first, second = narrowed(things[:middle], act), narrowed(things[middle:], act)
    return Narrowed([*first.done, *second.done], [*first.refused, *second.refused])


def is_about_records(fault: PortError) -> bool:
    """Whether Tryton refused what was asked, rather than us, or was not there."""
    about_us = isinstance(fault, RefusedCallerError | NoAnswerError)
    return not about_us and fault.failure in _ABOUT_RECORDS

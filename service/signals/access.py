"""Who may read an opportunity."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from service.access.api_keys import Scope, System
from service.http.problems import Problem
from service.http.systems import system_with

_reading = system_with(Scope.SIGNALS_WRITE, Scope.PROPOSALS_READ)


@dataclass(frozen=True)
class Reader:
    """A system that may read opportunities: all of them, or the ones it sent itself."""

    system: System

    def check(self, system: str) -> None:
        """Raise a 403 problem unless the reader may see the opportunities of ``system``."""
        if Scope.PROPOSALS_READ not in self.system.scopes and system != self.system.system:
            raise Problem(
                403,
                "foreign-system",
                "The key reads the opportunities of its own system only",
                remedy=f"Make a key with the scope {Scope.PROPOSALS_READ}.",
            )


def _reader(system: Annotated[System, Depends(_reading)]) -> Reader:
    return Reader(system)


OpportunityReader = Annotated[Reader, Depends(_reader)]

"""Who may read an opportunity."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.access.api_keys import Scope, System
from service.http.context import Context
from service.http.problems import Problem
from service.http.systems import system_with

_FORBIDDEN = 403
_bearer = HTTPBearer(auto_error=False, description="an API key, made by `replenish keys create`")
_as_writer = system_with(Scope.SIGNALS_WRITE)
_as_reader = system_with(Scope.PROPOSALS_READ)


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


def opportunity_reader(
    context: Context, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Reader:
    """A dependency that wants the scope signals:write or proposals:read."""
    try:
        return Reader(_as_writer(context, credentials))
    except Problem as problem:
        if problem.body["status"] != _FORBIDDEN:
            raise
    return Reader(_as_reader(context, credentials))


OpportunityReader = Annotated[Reader, Depends(opportunity_reader)]

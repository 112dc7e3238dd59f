"""Routes for systems: the bearer key, its scope, and the Idempotency-Key."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.access.api_keys import Scope, System, system_of
from service.http.context import Context
from service.http.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="an API key, made by `replenish keys create`")


def system_with(*scopes: Scope) -> Callable[..., System]:
    """A dependency that lets a request through only with a key that has one of ``scopes``."""

    def authenticate(
        context: Context,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> System:
        with context.database.read() as session:
            system = credentials and system_of(session, credentials.credentials, context.clock())
        if not system:
            problem = Problem(
                401,
                "unauthenticated",
                "No valid API key",
                remedy="Send 'Authorization: Bearer <key>'; make one with 'replenish keys create'.",
            )
            problem.headers["WWW-Authenticate"] = "Bearer"
            raise problem
        if system.scopes.isdisjoint(scopes):
            wanted = " or ".join(scopes)
            raise Problem(
                403,
                "scope-missing",
                f"The key lacks the scope {wanted}",
                remedy=f"Make a key with the scope {wanted}.",
            )
        return system

    return authenticate


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key with the same body gets the same answer and does nothing again",
    ),
]

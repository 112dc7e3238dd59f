"""Query parameters that a route does not know are refused: ignored, they change the question."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from service.http.problems import Problem


def refuse_unknown_parameters(request: Request) -> None:
    """The dependency behind it; the application puts it before all routes of systems."""
    route = request.scope["route"]
    known = _known(route.dependant) if isinstance(route, APIRoute) else set()
    unknown = sorted(request.query_params.keys() - known)
    if not unknown:
        return
    allowed = ", ".join(sorted(known)) or "none"
    raise Problem(
        422,
        "unknown-parameter",
        "The query has parameters that do not exist here",
        "Ignoring them would answer another question than yours.",
        remedy=f"The parameters here are: {allowed}.",
        allowed=sorted(known),
        errors=[{"pointer": f"/query/{name}", "detail": "no such parameter"} for name in unknown],
    )


def _known(dependant: Dependant) -> set[str]:
    """The query parameters of a route and of everything that it depends on."""
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*(_known(below) for below in dependant.dependencies))


KnownParametersOnly = Annotated[None, Depends(refuse_unknown_parameters)]
"""The type of a route's parameter that makes the route refuse, with a 422 problem, any query
parameter that it does not declare."""

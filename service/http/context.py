"""The service context, as routes receive it."""

from typing import Annotated

from fastapi import Depends, Request

from service.context import ServiceContext


def _context(request: Request) -> ServiceContext:
    context: ServiceContext = request.app.state.context
    return context


Context = Annotated[ServiceContext, Depends(_context)]

"""The API's reference, rendered on the server, and the document behind it.

``/openapi.json`` is for people who are logged in and for systems with any valid API key.
"""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from service.access.api_keys import system_of
from service.http.context import Context
from service.http.problems import Problem
from service.web.openapi_outline import Outline
from service.web.rendering import render
from service.web.visitor import Visitor, frame, logged_in

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def api_reference(request: Request, context: Context, visitor: Visitor) -> Response:
    """The reference as a page; it works without scripts."""
    document: dict[str, Any] = request.app.openapi()
    outline = Outline(document)
    with context.database.read() as session:
        return render(
            "api_reference.html",
            here="docs",
            frame=frame(session, context, visitor),
            info=document["info"],
            groups=outline.groups(),
            schemas=outline.schemas(),
        )


@router.get("/openapi.json")
def openapi_document(request: Request, context: Context) -> Response:
    """The OpenAPI document of the routes for systems."""
    if not _known(request, context):
        raise Problem(
            401,
            "unauthenticated",
            "The API's description is for those who may use it",
            remedy="Log in, or send 'Authorization: Bearer <key>'.",
        )
    return JSONResponse(request.app.openapi())


def _known(request: Request, context: Context) -> bool:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        with context.database.read() as session:
            return system_of(session, key.strip(), context.clock()) is not None
    return logged_in(request, context) is not None

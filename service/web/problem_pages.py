"""Problems as pages for people; systems and everything under /v1 get the problem as JSON."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from service.http.problems import (
    TYPE_PREFIX,
    Problem,
    answer,
    for_systems,
    of_status,
    pointed_errors,
)
from service.web.headers import secure
from service.web.rendering import render
from service.web.visitor import LogInNeeded, frame, logged_in

Handler = Callable[[Request, Any], Awaitable[Response]]
_REMEDIES = {
    404: "The address may be mistyped, or what it showed may be gone.",
    405: "Go back and use the buttons of the page.",
}


def install(app: FastAPI) -> None:
    """Answer people with pages; call it after ``service.http.problems.install``."""
    for kind, as_problem in (
        (Problem, _itself),
        (RequestValidationError, _of_invalid_form),
        (HTTPException, of_status),
    ):
        app.add_exception_handler(kind, _for_people(app.exception_handlers[kind], as_problem))
    app.add_exception_handler(LogInNeeded, _to_log_in)
    app.add_exception_handler(Exception, _failed)


def wants_page(request: Request) -> bool:
    """Whether a person with a browser asks."""
    accepted = request.headers.get("accept", "")
    return not for_systems(request.scope["path"]) and "text/html" in accepted


async def refusal(request: Request, problem: Problem) -> Response:
    """The answer to a request that no route saw, for people as a page."""
    return (
        await run_in_threadpool(_page, request, problem) if wants_page(request) else answer(problem)
    )


def _for_people(as_document: Any, as_problem: Callable[[Any], Problem]) -> Handler:
    async def handle(request: Request, error: Any) -> Response:
        if not wants_page(request):
            response: Response = await as_document(request, error)
            return response
        return await run_in_threadpool(_page, request, as_problem(error))

    return handle


def _page(request: Request, problem: Problem) -> Response:
    """The problem inside the usual frame if somebody is logged in."""
    context = request.app.state.context
    visitor = logged_in(request, context)
    around = None
    if visitor is not None:
        with context.database.read() as session:
            around = frame(session, context, visitor)
    body = problem.body
    response = render(
        "problem.html",
        status=problem.status,
        here="",
        frame=around,
        code=problem.status,
        title=body["title"],
        detail=body["detail"],
        remedy=_REMEDIES.get(problem.status, "") if _is_bare(body) else body["remedy"],
        errors=body.get("errors", ()),
    )
    response.headers.update(problem.headers)
    return response


def _is_bare(body: dict[str, Any]) -> bool:
    """Whether the framework raised it: its remedy speaks of the API."""
    return bool(body["type"] == TYPE_PREFIX + "http")


def _itself(problem: Problem) -> Problem:
    return problem


def _of_invalid_form(error: RequestValidationError) -> Problem:
    return Problem(
        422,
        "invalid-form",
        "The form or address cannot be read",
        "Nothing was changed.",
        remedy="Go back and mend the places below.",
        errors=pointed_errors(error.errors()),
    )


async def _to_log_in(request: Request, _error: Exception) -> Response:
    """To the log-in page, and back afterwards; systems are told that they are not known."""
    if not wants_page(request) and request.headers.get("accept", "*/*") == "application/json":
        return answer(Problem(401, "unauthenticated", "Log in first", remedy="Open /log-in."))
    address = "/log-in"
    if request.method == "GET" and request.url.path != "/":
        query = f"?{request.url.query}" if request.url.query else ""
        address += "?to=" + quote(request.url.path + query, safe="/")
    return RedirectResponse(address, 303)


async def _failed(request: Request, _error: Exception) -> Response:
    """A defect of ours. Starlette logs it; the person learns that nothing was changed."""
    problem = Problem(
        500,
        "internal",
        HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
        "This is a defect of the service. Nothing was changed.",
        remedy="Try again; if it stays, tell the people who run the service what you did.",
    )
    if not wants_page(request):
        return answer(problem)
    # Outside of all middleware, and the database may be what failed: no frame, own headers.
    response = render(
        "problem.html",
        status=500,
        here="",
        frame=None,
        code=500,
        title=problem.body["title"],
        detail=problem.body["detail"],
        remedy=problem.body["remedy"],
        errors=(),
    )
    secure(response.headers)
    return response

"""RFC 9457 problem answers: what is wrong, where, and how to mend it."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:pegline:problem:"

_REMEDIES = {
    400: "Check the request against /docs.",
    404: "Check the path; /docs lists all routes under /v1.",
    405: "Use a method named in the Allow header; /docs lists them.",
}


class Problem(Exception):  # noqa: N818  RFC 9457 calls it a problem
    """Raise it anywhere below a route; it becomes the answer."""

    def __init__(
        self, status: int, slug: str, title: str, detail: str = "", *, remedy: str = "", **more: Any
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.headers: dict[str, str] = {}
        self.body: dict[str, Any] = {
            "type": TYPE_PREFIX + slug,
            "title": title,
            "status": status,
            "detail": detail,
            "remedy": remedy,
            **more,
        }


def for_systems(path: str) -> bool:
    """Whether ``path`` belongs to the API: there even a browser gets documents."""
    return path == "/v1" or path.startswith("/v1/")


def of_status(error: HTTPException) -> Problem:
    """The problem behind a status that the framework raised, with its headers."""
    remedy = _REMEDIES.get(error.status_code, "")
    problem = Problem(error.status_code, "http", str(error.detail), remedy=remedy)
    problem.headers.update(error.headers or {})
    return problem


def answer(problem: Problem) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(
        problem.body, problem.status, media_type=MEDIA_TYPE, headers=problem.headers
    )


def pointed_errors(errors: Any) -> list[dict[str, str]]:
    """Pydantic's findings as JSON pointers with a sentence each; the bad input is not echoed."""
    return [
        {
            "pointer": "/" + "/".join(str(part) for part in error["loc"]),
            "detail": str(error["msg"]).removeprefix("Value error, "),
        }
        for error in errors
    ]


def install(app: FastAPI) -> None:
    """Make every error of ``app`` a problem answer."""

    @app.exception_handler(Problem)
    async def _problem(_request: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(
            Problem(
                422,
                "invalid-body",
                "The request does not fit the schema",
                "Nothing was changed.",
                remedy="Mend the places listed under errors; /docs has the schema.",
                errors=pointed_errors(error.errors()),
            )
        )

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        return answer(of_status(error))

"""Puts the pages into the application."""

from fastapi import FastAPI

from service.http.guards import RequestGuard
from service.web import problem_pages
from service.web.headers import SecurityHeaders
from service.web.pages import router
from service.web.static_files import STATIC_DIR, FingerprintedFiles


def install_pages(app: FastAPI) -> None:
    """Mount static files and pages, guard and secure all of it, show problems as pages.

    Call it last: after ``service.http.problems.install`` and after the routers of the API. The
    application must not serve its own documentation, which would be open to strangers.
    """
    if app.openapi_url or app.docs_url or app.redoc_url:
        raise ValueError("make the application with openapi_url, docs_url and redoc_url None")
    app.mount("/static", FingerprintedFiles(directory=STATIC_DIR), name="static")
    app.include_router(router)
    app.add_middleware(RequestGuard, refusal=problem_pages.refusal)
    app.add_middleware(SecurityHeaders)
    problem_pages.install(app)

"""What holds for every form of the pages, so that no new one is forgotten."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.service.web.conftest import Browser

_ID = "0198f0a1-7c1e-7d2a-9d40-3f2b6c1e5a77"
_OPEN_TO_ALL = {"/log-in"}


def _forms(browser: Browser) -> list[str]:
    app = browser.client.app
    assert isinstance(app, FastAPI)
    found = {
        str(one.path)
        for one in iter_route_contexts(app.routes)
        if "POST" in (one.methods or ()) and not str(one.path).startswith("/v1/")
    }
    assert len(found) > 12  # all of them were seen, not those of one file
    return [re.sub(r"\{[^}]+\}", _ID, path) for path in sorted(found - _OPEN_TO_ALL)]


@pytest.mark.parametrize("token", ["", "another's"])
def test_no_form_is_taken_without_the_sessions_token(planner: Browser, token: str) -> None:
    answers = {path: planner.send(path, {}, token=token).status_code for path in _forms(planner)}
    assert {path: status for path, status in answers.items() if status != 403} == {}


def test_no_form_is_taken_from_a_stranger(stranger: Browser) -> None:
    answers = {path: stranger.send(path, {}, token="x") for path in _forms(stranger)}  # noqa: S106  a made-up token
    taken = {
        path: answer.status_code
        for path, answer in answers.items()
        if answer.status_code not in {303, 401} or "/log-in" not in answer.headers["location"]
    }
    assert taken == {}

import re

import pytest

from service.web.openapi_outline import Outline
from service.web.static_files import static_url
from tests.service.web.conftest import Browser

_INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


@pytest.mark.parametrize(
    "path",
    ["/log-in", "/queue", "/recommendations", "/exceptions", "/docs", "/nowhere", "/healthz"],
)
def test_every_answer_carries_the_strict_policy(planner: Browser, path: str) -> None:
    headers = planner.get(path).headers
    policy = headers["content-security-policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "referrer-policy" in headers


@pytest.mark.parametrize("path", ["/log-in", "/queue", "/recommendations", "/docs", "/nowhere"])
def test_no_page_holds_inline_styles_or_scripts(planner: Browser, path: str) -> None:
    assert not _INLINE.search(planner.get(path).text)


@pytest.mark.parametrize("path", ["/queue", "/docs"])
def test_nothing_is_loaded_from_another_site(planner: Browser, path: str) -> None:
    page = planner.get(path).text
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_pages_are_kept_by_nobody(planner: Browser) -> None:
    assert planner.get("/queue").headers["cache-control"] == "no-store"


def test_static_files_are_kept_for_ever_under_their_fingerprint(stranger: Browser) -> None:
    kept = stranger.get(static_url("pegline.css"))
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    assert stranger.get("/static/pegline.css").headers["cache-control"] == "no-cache"
    assert stranger.get("/static/pegline.css?v=old").headers["cache-control"] == "no-cache"


def test_nothing_outside_the_static_folder_is_served(stranger: Browser) -> None:
    assert stranger.get("/static/../assembly.py").status_code in {303, 404}
    assert stranger.get("/static/%2e%2e/assembly.py").status_code == 404


def test_people_get_a_page_and_systems_a_document(planner: Browser) -> None:
    page = planner.get("/nowhere")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Log out" in page.text
    for path, accept in (("/nowhere", "application/json"), ("/v1/samples/0", "text/html")):
        answer = planner.client.get(path, headers={"accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_unreadable_address_is_explained_on_a_page(planner: Browser) -> None:
    answer = planner.get("/recommendations/not-an-id")
    assert answer.status_code == 422
    assert "cannot be read" in answer.text


def test_the_reference_lists_the_routes_for_systems_only(planner: Browser) -> None:
    page = planner.get("/docs").text
    assert "/v1/samples/{sample_id}" in page
    assert "Answers with the number it is asked for." in page
    assert "<code>/queue" not in page


def test_the_openapi_document_is_for_people_and_keys(stranger: Browser) -> None:
    assert stranger.client.get("/openapi.json").status_code == 401
    assert stranger.client.get("/docs", headers={"accept": "text/html"}).status_code == 303
    stranger.log_in()
    assert "/v1/samples/{sample_id}" in stranger.client.get("/openapi.json").json()["paths"]


def test_a_route_without_a_summary_is_named_by_its_first_sentence() -> None:
    operation = {
        "operationId": "post_signals_v1_signals_post",
        "summary": "Post Signals",
        "description": "Takes one signal. It may be sent again.",
    }
    named = {**operation, "summary": "A signal"}
    told, as_named = (
        Outline({"paths": {"/v1/signals": {"post": one}}}).groups()["other"][0]
        for one in (operation, named)
    )
    assert (told.summary, told.description) == ("Takes one signal.", "It may be sent again.")
    assert as_named.summary == "A signal"

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.access.people import (
    NewPerson,
    RefusedPersonError,
    Role,
    check_password,
    create_person,
)
from service.access.tables import PersonRow, SessionRow
from service.context import ServiceContext
from tests.service.builders_people import PASSWORD
from tests.service.conftest import FakeClock
from tests.service.web.conftest import Browser


def test_a_stranger_is_sent_to_the_log_in_page(stranger: Browser) -> None:
    answer = stranger.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/log-in"


@pytest.mark.parametrize(
    "path", ["/queue", "/recommendations", "/exceptions", "/docs", "/proposals/RQ-1"]
)
def test_no_page_is_open_to_strangers(stranger: Browser, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/log-in?to={path}"


def test_no_form_is_open_to_strangers(stranger: Browser) -> None:
    answer = stranger.send("/queue/approvals", {}, token="any")  # noqa: S106  no real token
    assert answer.status_code == 303
    assert answer.headers["location"] == "/log-in"


def test_the_health_check_is_open(stranger: Browser) -> None:
    assert stranger.get("/healthz").json() == {"status": "ok"}


def test_logging_in_leads_back_to_the_page_that_was_asked_for(stranger: Browser) -> None:
    answer = stranger.log_in(to="/queue?sort=date")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/queue?sort=date"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "/\t/example.org"]
)
def test_logging_in_never_leads_to_another_site(stranger: Browser, elsewhere: str) -> None:
    assert stranger.log_in(to=elsewhere).headers["location"] == "/queue"


def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: Browser) -> None:
    cookie = stranger.log_in().headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # this service runs without HTTPS


def test_the_table_holds_only_the_hash_of_the_token(
    planner: Browser, context: ServiceContext
) -> None:
    token = planner.client.cookies["pegline"]
    with context.database.read() as session:
        stored = session.scalars(select(SessionRow.token_sha256)).all()
    assert stored == [hashlib.sha256(token.encode()).hexdigest()]


def test_every_log_in_gets_a_new_session_and_ends_the_former(
    planner: Browser, context: ServiceContext
) -> None:
    former = planner.client.cookies["pegline"]
    planner.log_in()
    assert planner.client.cookies["pegline"] != former
    with context.database.read() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1


def test_a_session_ends_by_itself(
    planner: Browser, clock: FakeClock, context: ServiceContext
) -> None:
    clock.now += timedelta(hours=context.settings.session_hours)
    assert planner.get("/queue").status_code == 303


def test_logging_out_ends_the_session(planner: Browser, context: ServiceContext) -> None:
    assert planner.send("/log-out", {}).headers["location"] == "/log-in"
    assert planner.get("/queue").status_code == 303
    with context.database.read() as session:
        assert session.scalars(select(SessionRow)).all() == []


def test_a_person_who_left_is_logged_out(planner: Browser, context: ServiceContext) -> None:
    with context.database.write() as session:
        session.get_one(PersonRow, "planner").active = False
    assert planner.get("/queue").status_code == 303
    assert planner.log_in().status_code == 401


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(stranger: Browser) -> None:
    wrong = stranger.log_in(password="wrong wrong")  # noqa: S106  not a secret
    unknown = stranger.log_in(login="nobody", password="wrong wrong")  # noqa: S106  same
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace('value="planner"', "") == unknown.text.replace('value="nobody"', "")


def test_after_five_failures_a_login_must_wait(stranger: Browser, clock: FakeClock) -> None:
    for _ in range(5):
        assert stranger.log_in(password="wrong wrong").status_code == 401  # noqa: S106  same
    refused = stranger.log_in()
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    assert stranger.log_in(login="lead").status_code == 303
    clock.now += timedelta(minutes=5)
    assert stranger.log_in().status_code == 303


def test_a_form_from_another_site_is_refused(stranger: Browser) -> None:
    answer = stranger.client.post(
        "/log-in",
        data={"login": "planner", "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site", "accept": "text/html"},
    )
    assert answer.status_code == 403


def test_a_form_without_the_sessions_token_changes_nothing(planner: Browser) -> None:
    for token in ("", "another session's"):
        answer = planner.send("/log-out", {}, token=token)
        assert answer.status_code == 403
        assert "does not belong to your session" in answer.text
    assert planner.get("/queue").status_code == 200


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize(
    ("login", "password"), [("planner", PASSWORD), ("", PASSWORD), ("new", "short")]
)
def test_a_taken_login_or_a_short_password_makes_no_person(
    context: ServiceContext, login: str, password: str
) -> None:
    person = NewPerson(login, "Somebody", Role.PLANNER, password)
    with pytest.raises(RefusedPersonError), context.database.write() as session:
        create_person(session, person, context.clock())


@pytest.mark.usefixtures("stranger")
def test_a_login_is_known_in_any_case(context: ServiceContext) -> None:
    with context.database.read() as session:
        person = check_password(session, " Planner ", PASSWORD)
    assert person is not None
    assert person.role is Role.PLANNER

"""The way in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from service.access.attempts import WITHIN, may_try, succeeded
from service.access.people import LONGEST_PASSWORD, check_password
from service.access.sessions import close_session, open_session
from service.context import ServiceContext
from service.http.context import Context
from service.web.form_fields import Address, PlainText
from service.web.rendering import render
from service.web.visitor import Sender, Visitor, cookie_name, logged_in, same_site

HOME = "/queue"
router = APIRouter(include_in_schema=False)


@router.get("/")
def home(_visitor: Visitor) -> Response:
    """The approval queue is where the day starts."""
    return RedirectResponse(HOME, 303)


@router.get("/log-in")
def log_in_page(request: Request, context: Context, to: str = HOME) -> Response:
    """The form; who is logged in already goes on."""
    if logged_in(request, context):
        return RedirectResponse(own_address(to), 303)
    return render("log_in.html", login="", to=own_address(to), message="")


@router.post("/log-in")
def log_in(
    request: Request,
    context: Context,
    login: Annotated[PlainText, Form(max_length=64)] = "",
    password: Annotated[PlainText, Form(max_length=LONGEST_PASSWORD)] = "",
    to: Address = HOME,
) -> Response:
    """Check the password; every log-in gets a new session and ends the browser's former one."""
    same_site(request)
    now = context.clock()
    values = {"login": login, "to": own_address(to)}
    with context.database.write() as session:
        allowed = may_try(session, login, now)
    if not allowed:
        minutes = int(WITHIN.total_seconds() // 60)
        message = f"Too many attempts for this login. Try again in {minutes} minutes."
        response: Response = render("log_in.html", status=429, message=message, **values)
        response.headers["retry-after"] = str(int(WITHIN.total_seconds()))
        return response
    with context.database.read() as session:
        person = check_password(session, login, password)
    if person is None:
        message = "Login or password is wrong."
        return render("log_in.html", status=401, message=message, **values)
    with context.database.write() as session:
        succeeded(session, login)
        close_session(session, request.cookies.get(cookie_name(context.settings), ""))
        token = open_session(session, person.login, context.settings.session_hours, now)
    response = RedirectResponse(values["to"], 303)
    _keep(response, context, token)
    return response


@router.post("/log-out")
def log_out(request: Request, context: Context, _sender: Sender) -> Response:
    """End the session, here and in the table."""
    name = cookie_name(context.settings)
    with context.database.write() as session:
        close_session(session, request.cookies.get(name, ""))
    response = RedirectResponse("/log-in", 303)
    response.delete_cookie(
        name, secure=context.settings.secure_cookies, httponly=True, samesite="lax"
    )
    return response


def own_address(address: str) -> str:
    """``address`` if it is a path of ours, else the start page."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and address.isprintable() else HOME


def _keep(response: Response, context: ServiceContext, token: str) -> None:
    response.set_cookie(
        cookie_name(context.settings),
        token,
        max_age=context.settings.session_hours * 3600,
        secure=context.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )

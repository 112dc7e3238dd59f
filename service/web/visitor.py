"""Who asks for a page, and whether a form came from one of our own pages."""

import hmac
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Form, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.people import Person
from service.access.sessions import LoggedIn, session_of
from service.context import ServiceContext
from service.http.context import Context
from service.http.problems import Problem
from service.settings import Settings
from service.web.form_fields import PlainText
from service.work.business_date import business_date
from service.work.tables import CompanyRow


class LogInNeeded(Exception):  # noqa: N818  it is a redirect, not an error
    """Raised where a page needs a person; answered with a redirect to the log-in page."""


def cookie_name(settings: Settings) -> str:
    """The session cookie; behind HTTPS browsers bind the name to this host."""
    return "__Host-pegline" if settings.secure_cookies else "pegline"


def logged_in(request: Request, context: ServiceContext) -> LoggedIn | None:
    """Who is logged in, if anyone."""
    token = request.cookies.get(cookie_name(context.settings))
    if not token:
        return None
    with context.database.read() as session:
        return session_of(session, token, context.clock())


def _visitor(request: Request, context: Context) -> LoggedIn:
    found = logged_in(request, context)
    if found is None:
        raise LogInNeeded
    return found


Visitor = Annotated[LoggedIn, Depends(_visitor)]
"""A page's parameter: the person who asks; strangers are sent to the log-in page."""


def same_site(request: Request) -> None:
    """Refuse a form that another site made the browser send."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Problem(403, "foreign-form", "The form was sent by another site")


def _sender(
    request: Request, visitor: Visitor, csrf_token: Annotated[PlainText, Form(max_length=64)] = ""
) -> LoggedIn:
    same_site(request)
    if not hmac.compare_digest(csrf_token.encode(), visitor.csrf_token.encode()):
        raise Problem(
            403,
            "form-token-wrong",
            "The form does not belong to your session",
            "You may have logged in again in another tab. Nothing was changed.",
            remedy="Go back, reload the page and send the form again.",
        )
    return visitor


Sender = Annotated[LoggedIn, Depends(_sender)]
"""A form's parameter: the person who sent it, from one of our own pages."""


def _decider(sender: Sender) -> Person:
    if not sender.person.role.decides:
        raise Problem(
            403,
            "role-missing",
            f"The role {sender.person.role} does not decide on orders",
            "Nothing was changed.",
            remedy="Log in as a planner or a lead.",
        )
    return sender.person


Decider = Annotated[Person, Depends(_decider)]
"""A form's parameter: a person who may decide on proposals."""


@dataclass(frozen=True)
class Frame:
    """What every page shows around its content."""

    company: str
    notice: str
    today: date
    currency: str
    person: Person
    csrf_token: str


def frame(session: Session, context: ServiceContext, visitor: LoggedIn) -> Frame:
    """The frame of a page for ``visitor``."""
    company = session.scalar(select(CompanyRow))
    return Frame(
        company=company.title if company else "",
        notice=company.notice if company else "",
        today=business_date(session, context.clock()),
        currency=company.currency if company else "",
        person=visitor.person,
        csrf_token=visitor.csrf_token,
    )

"""Forecast overrides: planners make and withdraw them, and see what they were worth."""

import re
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from service.forecasts.override_listing import total_value, values_by_author
from service.forecasts.overrides import (
    Author,
    NewOverride,
    moment,
    override_forecast,
    withdraw_override,
)
from service.http.context import Context
from service.web.form_fields import Address, PlainText, Reason, typed_day, typed_quantity
from service.web.outcomes import with_outcome
from service.web.override_panel import overrides_of_today
from service.web.rendering import render
from service.web.visitor import Decider, Visitor, frame

router = APIRouter(include_in_schema=False)
Short = Annotated[PlainText, Form(max_length=64)]
_OWN_PAGE = re.compile(r"/(proposals|recommendations)/[^/?#\\]+(\?[^#\\]*)?")


@dataclass(frozen=True)
class OverrideForm:
    """An override as typed: ``amount`` is a demand a week, or times the usual demand."""

    item_id: Short
    location_id: Short
    measure: Short = "per_week"
    amount: Short = ""
    starts_on: Short = ""
    expires_on: Short = ""
    reason: Reason = ""

    def asked(self) -> NewOverride:
        """What it asks for; raises a problem for what cannot be read."""
        amount = typed_quantity(self.amount)
        relative = self.measure == "factor"
        return NewOverride(
            key=(self.item_id, self.location_id),
            factor=amount if relative else None,
            per_week=None if relative else amount,
            days=(typed_day(self.starts_on), typed_day(self.expires_on)),
            reason=self.reason,
        )


@router.get("/overrides")
def override_page(context: Context, visitor: Visitor) -> Response:
    """What overrides were worth by person, and which hold today."""
    with context.database.read() as session:
        around = frame(session, context, visitor)
        parts = values_by_author(session)
        return render(
            "overrides.html",
            here="overrides",
            frame=around,
            parts_of_value=parts,
            total=total_value(parts),
            holding=overrides_of_today(session, around.today),
        )


@router.post("/overrides")
def make_override(
    context: Context,
    person: Decider,
    sent: Annotated[OverrideForm, Depends()],
    back: Address = "",
) -> Response:
    """Override the forecast and go back to the page that the form stands on."""
    with context.database.write() as session:
        when = moment(session, context.clock())
        override_forecast(session, sent.asked(), Author(person.login, person.name), when)
    context.ring()
    return _go_back(back, "made")


@router.post("/overrides/{override_id}/withdraw")
def withdraw(
    context: Context, person: Decider, override_id: UUID, reason: Reason = "", back: Address = ""
) -> Response:
    """End an override today."""
    with context.database.write() as session:
        when = moment(session, context.clock())
        withdraw_override(session, override_id, Author(person.login, person.name), reason, when)
    context.ring()
    return _go_back(back, "withdrawn")


def _go_back(back: str, done: str) -> Response:
    """To a page of ours that has the panel; to the overrides for any other address."""
    address = back if _OWN_PAGE.fullmatch(back) else "/overrides"
    return RedirectResponse(with_outcome(address, override=done) + "#overrides", 303)

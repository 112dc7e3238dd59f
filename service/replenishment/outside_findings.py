"""Plans of other systems that should be used and cannot be: said while that lasts."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.exceptions.queue import Closing, ExceptionState, Finding, close, raise_exceptions
from service.exceptions.tables import ExceptionRow
from service.feeds.code_sets import one_of
from service.forecasts.scopes import Use
from service.replenishment.outside_inputs import SUBJECT_TYPE
from service.work.dirty_keys import Key

_KINDS = tuple(f"outside_{use}_unusable" for use in Use)


def note_unusable_plans(
    session: Session, looked_at: Collection[Key], unusable: Mapping[Key, Finding], now: datetime
) -> None:
    """Say what is unusable of the keys ``looked_at``, and end what is not so any more."""
    findings = [finding for key, finding in unusable.items() if key in looked_at]
    still = set(raise_exceptions(session, findings, now))
    waiting = select(ExceptionRow.exception_id).where(
        ExceptionRow.kind.in_(_KINDS),
        ExceptionRow.subject_type == SUBJECT_TYPE,
        ExceptionRow.state == ExceptionState.OPEN,
    )
    if session.execute(waiting.limit(1)).first() is None:
        return
    names = {f"{item_id}@{location_id}" for item_id, location_id in looked_at}
    over = set(session.scalars(waiting.where(one_of(session, ExceptionRow.subject_key, names))))
    closing = Closing(ExceptionState.REPLAYED, "recompute", "the plan is used, or not asked for")
    if over - still:
        close(session, over - still, closing, now)

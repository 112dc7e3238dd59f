"""What planning systems are told: the commercial outlook and the published forecast."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.outlook.coming_weeks import coming_weeks
from service.outlook.commercial import commercial_tellings
from service.outlook.published import Look, published_tellings
from service.outlook.telling import Telling
from service.work.business_date import business_date
from service.work.dirty_keys import Key


def planning_tellings(
    session: Session, context: ServiceContext, keys: Collection[Key], now: datetime
) -> Iterator[Telling]:
    """Both, for ``keys``: they rest on the same weeks and the same deals."""
    weeks = list(coming_weeks(session, context, keys, now))
    yield from commercial_tellings(session, weeks)
    look = Look(business_date(session, now), context.settings.scenario_count)
    yield from published_tellings(session, keys, weeks, look)

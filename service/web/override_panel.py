"""What pages show of the forecast overrides of an item at a location."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.tables import ItemRow
from service.forecasts.override_listing import OverrideFilter, override_state, overrides
from service.forecasts.tables import ForecastOverrideRow, SeriesForecastRow
from service.replenishment.tables import CurrentRecommendationRow
from service.web.transfers import location_names
from service.web.visitor import Frame
from service.work.dirty_keys import Key

_MOST_SHOWN = 20
_USUAL_LENGTH = timedelta(weeks=4)


@dataclass(frozen=True)
class ShownOverride:
    """An override and how it stands today."""

    row: ForecastOverrideRow
    state: str
    description: str = ""
    location_name: str = ""
    address: str = ""
    """The page of what is recommended there now; empty if nothing is."""

    @property
    def open(self) -> bool:
        """Whether it can be withdrawn."""
        return self.state in {"in_force", "to_come"}


@dataclass(frozen=True)
class OverridePanel:
    """The history of a key's overrides, newest first, and the form for the next one."""

    item_id: str
    location_id: str
    back: str
    """The page that the panel stands on."""
    shown: list[ShownOverride]
    own_per_week: float | None
    today: date
    decides: bool

    @property
    def usual_expiry(self) -> date:
        """What the form suggests."""
        return self.today + _USUAL_LENGTH


def override_panel(session: Session, key: Key, around: Frame, back: str) -> OverridePanel:
    """The panel for ``key`` on the page at the address ``back``, for the person in ``around``."""
    rows, _ = overrides(session, OverrideFilter(*key), limit=_MOST_SHOWN)
    baseline = session.get(SeriesForecastRow, key)
    return OverridePanel(
        item_id=key[0],
        location_id=key[1],
        back=back,
        shown=[ShownOverride(row, override_state(row, around.today)) for row in rows],
        own_per_week=baseline.level_per_week if baseline else None,
        today=around.today,
        decides=around.person.role.decides,
    )


def overrides_of_today(session: Session, today: date) -> list[ShownOverride]:
    """The overrides that hold today, newest first, with what their keys are called."""
    rows, _ = overrides(session, OverrideFilter(holds_on=today))
    items = {row.item_id for row in rows}
    described = select(ItemRow.item_id, ItemRow.description).where(ItemRow.item_id.in_(items))
    descriptions = {row.item_id: row.description for row in session.execute(described)}
    places = location_names(session, {row.location_id for row in rows})
    planned = CurrentRecommendationRow
    found = select(planned.item_id, planned.location_id, planned.recommendation_id)
    keys = {(row.item_id, row.location_id) for row in rows}
    current = {
        (item_id, location_id): f"/recommendations/{recommendation_id}"
        for item_id, location_id, recommendation_id in rows_of_keys(
            session, found, planned.item_id, keys
        )
    }
    return [
        ShownOverride(
            row,
            "in_force",
            descriptions.get(row.item_id) or row.item_id,
            places[row.location_id] or row.location_id,
            current.get((row.item_id, row.location_id), ""),
        )
        for row in rows
    ]

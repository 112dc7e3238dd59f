"""What pages show of the forecast overrides of an item at a location."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from service.forecasts.override_listing import OverrideFilter, override_state, overrides
from service.forecasts.tables import ForecastOverrideRow, SeriesForecastRow
from service.web.visitor import Frame
from service.work.dirty_keys import Key

_MOST_SHOWN = 20
_USUAL_LENGTH = timedelta(weeks=4)


@dataclass(frozen=True)
class ShownOverride:
    """An override and how it stands today."""

    row: ForecastOverrideRow
    state: str

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

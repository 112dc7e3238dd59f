"""All planned items: also those that need no order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from service.feeds.tables import ItemRow, LocationRow
from service.forecasts.tables import SeriesForecastRow
from service.replenishment.tables import CurrentRecommendationRow, DecisionRow, RecommendationRow
from service.web.form_fields import searched
from service.web.queue import ROWS_PER_PAGE, matches

_SEPARATOR = "/"
"""Between item and location in the key of a page; both are quoted, so that neither has one."""


@dataclass(frozen=True)
class RecommendationFilter:
    """Which recommendations are listed, as the address says it."""

    text: str = ""
    shown: str = ""
    """orders, none (nothing to order) or empty for all."""
    after: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "RecommendationFilter":
        """Read an address."""
        shown = query.get("shown", "")
        return cls(
            text=searched(query.get("text", ""), 200),
            shown=shown if shown in {"orders", "none"} else "",
            after=query.get("after", "")[:500],
        )

    def address(self, **changed: str) -> str:
        """The query string of this filter with some of it ``changed``."""
        pairs = {name: value for name, value in vars(replace(self, **changed)).items() if value}
        return "?" + urlencode(pairs) if pairs else ""


@dataclass(frozen=True)
class PlannedItem:
    """A line of the list; quantities in ``unit``."""

    recommendation_id: UUID
    item_id: str
    description: str
    location_id: str
    location_name: str
    unit: str
    demand_class: str
    order_up_to_level: Decimal
    position: Decimal
    quantity: Decimal
    outcome: str
    rule_id: str


def planned_items(session: Session, wanted: RecommendationFilter) -> tuple[list[PlannedItem], str]:
    """The items of a page and the key after which the next one begins, empty at the end."""
    keys = CurrentRecommendationRow.item_id, CurrentRecommendationRow.location_id
    statement = _narrowed(_rows(), wanted).order_by(*keys).limit(ROWS_PER_PAGE + 1)
    item_id, separator, location_id = _read_key(wanted.after)
    if separator:
        same = and_(keys[0] == item_id, keys[1] > location_id)
        statement = statement.where(or_(keys[0] > item_id, same))
    found = [_planned(row) for row in session.execute(statement)]
    page = found[:ROWS_PER_PAGE]
    more = len(found) > ROWS_PER_PAGE
    return page, _key(page[-1]) if more else ""


def _key(last: PlannedItem) -> str:
    return _SEPARATOR.join(quote(code, safe="") for code in (last.item_id, last.location_id))


def _read_key(text: str) -> tuple[str, str, str]:
    item_id, separator, location_id = text.partition(_SEPARATOR)
    return searched(unquote(item_id), 64), separator, searched(unquote(location_id), 64)


def planned_counts(session: Session) -> tuple[int, int]:
    """How many items are planned, and for how many something is to be ordered."""
    planned = session.scalar(select(func.count()).select_from(CurrentRecommendationRow))
    to_order = session.scalar(
        select(func.count())
        .select_from(CurrentRecommendationRow)
        .join(
            RecommendationRow,
            RecommendationRow.recommendation_id == CurrentRecommendationRow.recommendation_id,
        )
        .where(RecommendationRow.quantity > 0)
    )
    return planned or 0, to_order or 0


def _rows() -> Select[Any]:
    current = CurrentRecommendationRow
    return (
        select(
            RecommendationRow.recommendation_id,
            current.item_id,
            ItemRow.description,
            current.location_id,
            LocationRow.name.label("location_name"),
            RecommendationRow.explanation,
            RecommendationRow.order_up_to_level,
            RecommendationRow.quantity,
            SeriesForecastRow.demand_class,
            DecisionRow.outcome,
            DecisionRow.rule_id,
        )
        .join(RecommendationRow, RecommendationRow.recommendation_id == current.recommendation_id)
        .outerjoin(DecisionRow, DecisionRow.decision_id == current.decision_id)
        .outerjoin(ItemRow, ItemRow.item_id == current.item_id)
        .outerjoin(LocationRow, LocationRow.location_id == current.location_id)
        .outerjoin(
            SeriesForecastRow,
            and_(
                SeriesForecastRow.item_id == current.item_id,
                SeriesForecastRow.location_id == current.location_id,
            ),
        )
    )


def _narrowed(statement: Select[Any], wanted: RecommendationFilter) -> Select[Any]:
    if wanted.text:
        columns = ItemRow.description, CurrentRecommendationRow.item_id
        statement = statement.where(or_(*(matches(column, wanted.text) for column in columns)))
    if wanted.shown == "orders":
        statement = statement.where(RecommendationRow.quantity > 0)
    if wanted.shown == "none":
        statement = statement.where(RecommendationRow.quantity == 0)
    return statement


def _planned(row: Row[Any]) -> PlannedItem:
    return PlannedItem(
        recommendation_id=row.recommendation_id,
        item_id=row.item_id,
        description=row.description or row.item_id,
        location_id=row.location_id,
        location_name=row.location_name or row.location_id,
        unit=str(row.explanation.get("unit", "")),
        demand_class=row.demand_class or "",
        order_up_to_level=row.order_up_to_level,
        position=Decimal(str(row.explanation.get("inventory_position", 0))),
        quantity=row.quantity,
        outcome=row.outcome or "",
        rule_id=row.rule_id or "",
    )

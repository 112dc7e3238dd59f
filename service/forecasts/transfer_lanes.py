"""The lanes between locations that are in use, as each item sees them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from service.feeds.code_names import name_of
from service.feeds.code_sets import one_of
from service.feeds.tables import LocationRow, TransferLaneRow

_COLUMNS: tuple[Any, ...] = (
    TransferLaneRow.item_id,
    TransferLaneRow.system,
    TransferLaneRow.native_id,
    TransferLaneRow.from_location_id,
    TransferLaneRow.to_location_id,
    TransferLaneRow.lead_time_days,
    TransferLaneRow.review_period_days,
    TransferLaneRow.minimum_quantity,
    TransferLaneRow.order_multiple,
    TransferLaneRow.priority,
    TransferLaneRow.version_token,
    TransferLaneRow.received_at,
)


@dataclass(frozen=True)
class LaneInUse:
    """A lane whose ends are both in use; ``item_id`` None serves every item."""

    item_id: str | None
    system: str
    native_id: str
    from_location_id: str
    to_location_id: str
    lead_time_days: int
    review_period_days: int
    minimum_quantity: Decimal
    order_multiple: Decimal
    priority: int
    version_token: str | None
    received_at: datetime

    @property
    def name(self) -> str:
        """What the lane is called in records."""
        return name_of(self.system, self.native_id)

    @property
    def version(self) -> str:
        """Which version of it was read."""
        return self.version_token or self.received_at.isoformat()

    @property
    def ends(self) -> tuple[str, str]:
        """From where, to where."""
        return self.from_location_id, self.to_location_id

    @property
    def order(self) -> tuple[int, int, str, str, str]:
        """The order in which lanes are asked: priority, then lead time, then codes."""
        return self.priority, self.lead_time_days, *self.ends, self.name


class Lanes:
    """Lanes by item: one for each pair of locations, the item's own before one for all items."""

    def __init__(self, lanes: Iterable[LaneInUse]) -> None:
        self._general: dict[tuple[str, str], LaneInUse] = {}
        self._own: defaultdict[str, dict[tuple[str, str], LaneInUse]] = defaultdict(dict)
        for lane in sorted(lanes, key=lambda lane: lane.order):
            where = self._general if lane.item_id is None else self._own[lane.item_id]
            where.setdefault(lane.ends, lane)
        self._components: dict[str | None, dict[str, frozenset[str]]] = {}
        self._first: dict[str | None, dict[str, LaneInUse]] = {}
        self._onward: dict[str | None, Mapping[str, list[str]]] = {}

    def __bool__(self) -> bool:
        return bool(self._general or self._own)

    @property
    def targets(self) -> set[str]:
        """The locations that lanes lead to, of whatever item."""
        tables = (self._general, *self._own.values())
        return {lane.to_location_id for lanes in tables for lane in lanes.values()}

    def of_item(self, item_id: str) -> list[LaneInUse]:
        """The lanes that serve the item, in the order in which they are asked."""
        if item_id not in self._own:
            return list(self._general.values())
        lanes = self._general | self._own[item_id]
        return sorted(lanes.values(), key=lambda lane: lane.order)

    def into(self, item_id: str, location_id: str) -> LaneInUse | None:
        """The lane that is asked first for the item at this location."""
        owner = self._owner(item_id)
        if owner not in self._first:
            backwards = reversed(self.of_item(item_id))
            self._first[owner] = {lane.to_location_id: lane for lane in backwards}
        return self._first[owner].get(location_id)

    def connected(self, item_id: str, location_id: str) -> frozenset[str]:
        """The locations that lanes of the item connect with this one; empty if none does."""
        owner = self._owner(item_id)
        if owner not in self._components:
            self._components[owner] = _components(lane.ends for lane in self.of_item(item_id))
        return self._components[owner].get(location_id, frozenset())

    def behind(self, item_id: str, location_id: str) -> set[str]:
        """The locations that lanes of the item lead to from here, over others too."""
        owner = self._owner(item_id)
        if owner not in self._onward:
            onward = defaultdict[str, list[str]](list)
            for lane in self.of_item(item_id):
                onward[lane.from_location_id].append(lane.to_location_id)
            self._onward[owner] = onward
        found: set[str] = set()
        ahead = [location_id]
        while ahead:
            fresh = set(self._onward[owner].get(ahead.pop(), ())) - found
            found |= fresh
            ahead += fresh
        return found - {location_id}

    def _owner(self, item_id: str) -> str | None:
        """Items without lanes of their own share what is computed for them."""
        return item_id if item_id in self._own else None


def lanes_of(session: Session, items: Collection[str] | None = None) -> Lanes:
    """The lanes that serve these items, or all lanes."""
    lanes = _in_use()
    if items is not None:
        of_item: ColumnElement[Any] = TransferLaneRow.item_id.expression
        lanes = lanes.where(or_(of_item.is_(None), one_of(session, of_item, items)))
    return Lanes(LaneInUse(*row) for row in session.execute(lanes))


@cache
def _in_use() -> Select[Any]:
    source, target = aliased(LocationRow), aliased(LocationRow)
    return (
        select(*_COLUMNS)
        .join(source, source.location_id == TransferLaneRow.from_location_id)
        .join(target, target.location_id == TransferLaneRow.to_location_id)
        .where(TransferLaneRow.gone.is_(False), source.gone.is_(False), target.gone.is_(False))
    )


def _components(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """For each location that a pair names, all locations that pairs connect with it."""
    together: dict[str, set[str]] = {}
    for one, other in pairs:
        merged = together.get(one, {one}) | together.get(other, {other})
        for place in merged:
            together[place] = merged
    frozen = {id(places): frozenset(places) for places in together.values()}
    return {place: frozen[id(places)] for place, places in together.items()}

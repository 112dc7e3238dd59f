"""Which keys are computed and written together: an item's locations that lanes connect.

What one location has too much of, another lacks: a plan over some of them would promise the same
excess twice. So the siblings of a dirty key are marked dirty too, which gives each of them a
generation, and a group's results are written only if none of its keys has moved since. A group
with a key that waits for its baseline waits as a whole.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.retry import write_again
from service.forecasts.planned_keys import terms_in_force
from service.forecasts.transfer_lanes import Lanes, lanes_of
from service.proposals.uncomputable import set_aside_keys
from service.work import dirty_keys
from service.work.dirty_keys import DirtyKey, Key

Group = frozenset[Key]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class GroupedKeys:
    """Dirty keys of a pass, and the lane-connected groups among them; the others stand alone."""

    dirty: tuple[DirtyKey, ...]
    groups: tuple[Group, ...] = ()

    @property
    def linked(self) -> frozenset[Key]:
        """All keys in groups."""
        return frozenset().union(*self.groups)

    def units(self) -> list[tuple[DirtyKey, ...]]:
        """What is written together or not at all: each group, and each key that stands alone."""
        by_key = {entry.key: entry for entry in self.dirty}
        linked = self.linked
        alone = [(entry,) for entry in self.dirty if entry.key not in linked]
        return [*alone, *(tuple(by_key[key] for key in sorted(group)) for group in self.groups)]

    def halves(self) -> "tuple[GroupedKeys, GroupedKeys]":
        """Half of the units and the other half."""
        units = self.units()
        middle = len(units) // 2
        return _of_units(units[:middle]), _of_units(units[middle:])


def _of_units(units: Iterable[Sequence[DirtyKey]]) -> GroupedKeys:
    kept = list(units)
    groups = tuple(frozenset(entry.key for entry in unit) for unit in kept if len(unit) > 1)
    return GroupedKeys(tuple(entry for unit in kept for entry in unit), groups)


def connected_groups(session: Session, dirty: Collection[DirtyKey]) -> list[Group]:
    """The groups that ``dirty`` belong to, the oldest mark first, with their planned siblings.

    A sibling that could not be computed is left out until it changes: its data stops no other.
    """
    lanes = lanes_of(session, {entry.key[0] for entry in dirty})
    if not lanes:
        return []
    components = list(_components(lanes, dirty))
    marked = {entry.key for entry in dirty}
    siblings = set().union(*components) - marked
    planned = terms_in_force(session, siblings).keys()
    able = planned - set_aside_keys(session, planned)
    groups = (frozenset(component & (marked | able)) for component in components)
    return [group for group in groups if len(group) > 1]


def _components(lanes: Lanes, dirty: Iterable[DirtyKey]) -> Iterator[set[Key]]:
    seen: set[Key] = set()
    for item_id, location_id in (entry.key for entry in dirty):
        if (item_id, location_id) not in seen:
            component = {(item_id, place) for place in lanes.connected(item_id, location_id)}
            seen |= component
            if component:
                yield component


def with_siblings(
    context: ServiceContext, dirty: Sequence[DirtyKey], groups: Sequence[Group]
) -> GroupedKeys:
    """Mark the groups' clean keys, and read all their generations.

    At most about a batch is taken; what does not fit stays dirty, and so do groups of which a
    key waits for its baseline.
    """
    chosen = _first(groups, context.settings.recompute_batch)
    now = context.clock()

    def mark(session: Session) -> int:
        return dirty_keys.mark_clean(session, _all(chosen), "group", now)

    write_again(context.database, mark)
    with context.database.read() as session:
        entries = {entry.key: entry for entry in dirty_keys.of_keys(session, _all(chosen))}
    ready = tuple(group for group in chosen if _is_ready(group, entries))
    linked = _all(groups)
    alone = tuple(entry for entry in dirty if entry.key not in linked)
    return GroupedKeys((*alone, *(entries[key] for key in sorted(_all(ready)))), ready)


def _first(groups: Iterable[Group], limit: int) -> list[Group]:
    chosen, count = list[Group](), 0
    for group in groups:
        if chosen and count + len(group) > limit:
            break
        chosen.append(group)
        count += len(group)
    return chosen


def _is_ready(group: Group, entries: dict[Key, DirtyKey]) -> bool:
    return all(key in entries and not entries[key].refit for key in group)


def _all(groups: Iterable[Group]) -> set[Key]:
    return set[Key]().union(*groups)


def at_fault(
    members: Iterable[DirtyKey],
    attempt: Callable[[DirtyKey], _Result],
    faults: tuple[type[Exception], ...],
) -> Iterator[tuple[DirtyKey, Exception]]:
    """The members for which ``attempt`` raises one of ``faults`` when tried alone."""
    for entry in members:
        try:
            attempt(entry)
        except faults as fault:
            yield entry, fault

"""Dirty keys: which (item, location) must be recomputed, and has the world moved on since.

A mark takes the next generation. A worker reads the dirty rows first and its inputs after; when
it writes, it clears a row only where the generation is still the one it read. A mark that came
in between keeps the key dirty, and the next pass sees the newer inputs.

A mark waits for a row that another transaction holds; what clears rows never does. So the two
cannot lock each other crosswise, in whatever order a transaction marks its keys.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.database.pair_sets import one_of_pairs
from service.database.upsert import insert_into, upsert
from service.work.tables import DirtyKeyRow, GenerationRow

Key = tuple[str, str]
"""(item_id, location_id)."""

_COUNTER = "dirty_keys"
_KEYS_PER_STATEMENT = 500


@dataclass(frozen=True)
class DirtyKey:
    """A key as read: recompute it, then clear it under this generation."""

    key: Key
    generation: int
    refit: bool


def mark(
    session: Session, keys: Iterable[Key], cause: str, now: datetime, *, refit: bool = False
) -> int:
    """Mark ``keys`` dirty within the caller's transaction; returns how many were marked.

    ``refit`` asks for a new baseline too; an earlier wish for one is kept.
    """
    return mark_each(session, dict.fromkeys(keys, refit), cause, now)


def mark_each(session: Session, wishes: Mapping[Key, bool], cause: str, now: datetime) -> int:
    """Mark keys dirty, each with its own wish for a new baseline; returns how many were marked."""
    if not wishes:
        return 0
    generation = _next_generation(session)
    rows = [
        {
            "item_id": item_id,
            "location_id": location_id,
            "generation": generation,
            "cause": cause,
            "marked_at": now,
            "refit": refit,
        }
        for (item_id, location_id), refit in sorted(wishes.items())
    ]
    fresh = insert_into(session, DirtyKeyRow)
    changed = {name: fresh.excluded[name] for name in ("generation", "cause", "marked_at")}
    changed["refit"] = or_(DirtyKeyRow.refit, fresh.excluded.refit)
    marked = fresh.on_conflict_do_update(index_elements=("item_id", "location_id"), set_=changed)
    session.connection().execute(marked, rows)
    return len(rows)


def mark_clean(session: Session, keys: Iterable[Key], cause: str, now: datetime) -> int:
    """Mark those of ``keys`` that are not dirty; returns how many keys were looked at.

    A key that is dirty keeps its generation: nothing has changed for it.
    """
    generation = _next_generation(session)
    rows = [
        {
            "item_id": item_id,
            "location_id": location_id,
            "generation": generation,
            "cause": cause,
            "marked_at": now,
            "refit": False,
        }
        for item_id, location_id in sorted(set(keys))
    ]
    if rows:
        fresh = insert_into(session, DirtyKeyRow)
        unless_dirty = fresh.on_conflict_do_nothing(index_elements=("item_id", "location_id"))
        session.connection().execute(unless_dirty, rows)
    return len(rows)


def mark_if_clean(session: Session, keys: Collection[Key], cause: str, now: datetime) -> bool:
    """Mark a few ``keys``; False, and then not all are marked, if any of them was dirty already.

    It waits for whoever is marking or clearing one of them just now.
    """
    generation = _next_generation(session)
    rows = [
        {
            "item_id": item_id,
            "location_id": location_id,
            "generation": generation,
            "cause": cause,
            "marked_at": now,
            "refit": False,
        }
        for item_id, location_id in sorted(set(keys))
    ]
    fresh = insert_into(session, DirtyKeyRow).values(rows)
    marked = fresh.on_conflict_do_nothing(index_elements=("item_id", "location_id"))
    return len(session.execute(marked.returning(DirtyKeyRow.location_id)).all()) == len(rows)


def of_keys(session: Session, keys: Collection[Key]) -> list[DirtyKey]:
    """The marks of those of ``keys`` that are dirty."""
    marks = select(
        DirtyKeyRow.item_id, DirtyKeyRow.location_id, DirtyKeyRow.generation, DirtyKeyRow.refit
    )
    found = rows_of_keys(session, marks, DirtyKeyRow.item_id, keys)
    return [DirtyKey((row[0], row[1]), row[2], row[3]) for row in found]


def read(session: Session, limit: int, *, refit: bool | None = None) -> list[DirtyKey]:
    """The oldest dirty keys, at most ``limit``; only those with this wish for a refit if given."""
    oldest = (
        select(
            DirtyKeyRow.item_id, DirtyKeyRow.location_id, DirtyKeyRow.generation, DirtyKeyRow.refit
        )
        .order_by(DirtyKeyRow.marked_at, DirtyKeyRow.item_id, DirtyKeyRow.location_id)
        .limit(limit)
    )
    if refit is not None:
        oldest = oldest.where(DirtyKeyRow.refit == refit)
    return [DirtyKey((row[0], row[1]), row[2], row[3]) for row in session.execute(oldest)]


def clear(session: Session, done: Iterable[DirtyKey]) -> set[Key]:
    """Clear the keys whose generation has not moved; returns those that were cleared.

    Call it first in the writing transaction and write results for the returned keys only. A key
    that is being marked just now is left alone: its generation is about to move.
    """
    return clear_together(session, ((entry,) for entry in done))


def clear_together(session: Session, units: Iterable[Sequence[DirtyKey]]) -> set[Key]:
    """As ``clear``, for keys that belong together: a unit is cleared as a whole or not at all."""
    wanted = [tuple(unit) for unit in units]
    held = {key for chunk in _held(session, chain(*wanted)) for key in chunk}
    whole = [unit for unit in wanted if all(entry.key in held for entry in unit)]
    cleared = sorted(entry.key for unit in whole for entry in unit)
    for start in range(0, len(cleared), _KEYS_PER_STATEMENT):
        session.execute(
            delete(DirtyKeyRow)
            .where(_among(session, cleared[start : start + _KEYS_PER_STATEMENT]))
            .execution_options(synchronize_session=False)
        )
    return set(cleared)


def fitted(session: Session, done: Iterable[DirtyKey]) -> None:
    """The baselines of these keys are new: they need no refit unless marked again since."""
    _set_refit(session, done, refit=False)


def ask_fit(session: Session, lacking: Iterable[DirtyKey]) -> None:
    """These keys cannot be recomputed before their baseline is fitted; they stay dirty."""
    _set_refit(session, lacking, refit=True)


def _set_refit(session: Session, keys: Iterable[DirtyKey], *, refit: bool) -> None:
    for held in _held(session, keys):
        session.execute(
            update(DirtyKeyRow)
            .where(_among(session, held))
            .values(refit=refit)
            .execution_options(synchronize_session=False)
        )


def _held(session: Session, dirty: Iterable[DirtyKey]) -> Iterator[list[Key]]:
    """Hold the rows that have the generation they were read with and that nobody else holds.

    On SQLite a writing transaction holds everything.
    """
    read_as = sorted({(one.key, one.generation) for one in dirty})
    for start in range(0, len(read_as), _KEYS_PER_STATEMENT):
        chunk = dict(read_as[start : start + _KEYS_PER_STATEMENT])
        found = session.execute(
            select(DirtyKeyRow.item_id, DirtyKeyRow.location_id, DirtyKeyRow.generation)
            .where(_among(session, chunk))
            .with_for_update(skip_locked=True)
        )
        same = [(row[0], row[1]) for row in found if chunk[row[0], row[1]] == row[2]]
        if same:
            yield same


def _among(session: Session, keys: Collection[Key]) -> ColumnElement[bool]:
    return one_of_pairs(session, (DirtyKeyRow.item_id, DirtyKeyRow.location_id), keys)


def _next_generation(session: Session) -> int:
    raised = session.execute(
        update(GenerationRow)
        .where(GenerationRow.name == _COUNTER)
        .values(value=GenerationRow.value + 1)
        .returning(GenerationRow.value)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if raised is not None:
        return raised
    upsert(session, GenerationRow, [{"name": _COUNTER, "value": 0}], key=("name",), keep=("value",))
    return _next_generation(session)

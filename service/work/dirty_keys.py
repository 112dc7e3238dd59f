"""Dirty keys: which (item, location) must be recomputed, and has the world moved on since.

A mark takes the next generation. A worker reads the dirty rows first and its inputs after; when
it writes, it clears a row only where the generation is still the one it read. A mark that came
in between keeps the key dirty, and the next pass sees the newer inputs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from service.database.upsert import upsert
from service.work.tables import DirtyKeyRow, GenerationRow

Key = tuple[str, str]
"""(item_id, location_id)"""

_COUNTER = "dirty_keys"
_KEYS_PER_STATEMENT = 200


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
    unique = sorted(set(keys))
    if not unique:
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
        for item_id, location_id in unique
    ]
    keep = () if refit else ("refit",)
    upsert(session, DirtyKeyRow, rows, key=("item_id", "location_id"), keep=keep)
    return len(unique)


def read(session: Session, limit: int) -> list[DirtyKey]:
    """The oldest dirty keys, at most ``limit``."""
    rows = session.execute(
        select(
            DirtyKeyRow.item_id, DirtyKeyRow.location_id, DirtyKeyRow.generation, DirtyKeyRow.refit
        )
        .order_by(DirtyKeyRow.marked_at, DirtyKeyRow.item_id, DirtyKeyRow.location_id)
        .limit(limit)
    )
    return [DirtyKey((row[0], row[1]), row[2], row[3]) for row in rows]


def clear(session: Session, done: Iterable[DirtyKey]) -> set[Key]:
    """Clear the keys whose generation has not moved; returns those that were cleared.

    Call it first in the writing transaction and write results for the returned keys only.
    """
    wanted = list(done)
    cleared: set[Key] = set()
    for start in range(0, len(wanted), _KEYS_PER_STATEMENT):
        chunk = wanted[start : start + _KEYS_PER_STATEMENT]
        same = or_(
            *(
                and_(
                    DirtyKeyRow.item_id == dirty.key[0],
                    DirtyKeyRow.location_id == dirty.key[1],
                    DirtyKeyRow.generation == dirty.generation,
                )
                for dirty in chunk
            )
        )
        gone = session.execute(
            delete(DirtyKeyRow)
            .where(same)
            .returning(DirtyKeyRow.item_id, DirtyKeyRow.location_id)
            .execution_options(synchronize_session=False)
        )
        cleared.update((row[0], row[1]) for row in gone)
    return cleared


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

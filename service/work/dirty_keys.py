"""Dirty keys: which (item, location) must be recomputed, and has the world moved on since.

A mark takes the next generation. A worker reads the dirty rows first and its inputs after; when
it writes, it clears a row only where the generation is still the one it read. A mark that came
in between keeps the key dirty, and the next pass sees the newer inputs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, tuple_, update
from sqlalchemy.orm import Session

from service.database.upsert import upsert
from service.work.tables import DirtyKeyRow, GenerationRow

Key = tuple[str, str]
"""(item_id, location_id)."""

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

    Call it first in the writing transaction and write results for the returned keys only.
    """
    cleared: set[Key] = set()
    for same in _unmoved(done):
        gone = session.execute(
            delete(DirtyKeyRow)
            .where(same)
            .returning(DirtyKeyRow.item_id, DirtyKeyRow.location_id)
            .execution_options(synchronize_session=False)
        )
        cleared.update((row[0], row[1]) for row in gone)
    return cleared


def fitted(session: Session, done: Iterable[DirtyKey]) -> None:
    """The baselines of these keys are new: they need no refit unless marked again since."""
    _set_refit(session, done, refit=False)


def ask_fit(session: Session, lacking: Iterable[DirtyKey]) -> None:
    """These keys cannot be recomputed before their baseline is fitted; they stay dirty."""
    _set_refit(session, lacking, refit=True)


def _set_refit(session: Session, keys: Iterable[DirtyKey], *, refit: bool) -> None:
    for same in _unmoved(keys):
        session.execute(
            update(DirtyKeyRow)
            .where(same)
            .values(refit=refit)
            .execution_options(synchronize_session=False)
        )


def _unmoved(keys: Iterable[DirtyKey]) -> Iterator[ColumnElement[bool]]:
    """Conditions, a few hundred keys each: the row of a key that still has its generation.

    Generations are shared by the keys of one mark, so a condition needs one list per generation.
    """
    by_generation: dict[int, list[Key]] = {}
    for dirty in keys:
        by_generation.setdefault(dirty.generation, []).append(dirty.key)
    for generation, members in sorted(by_generation.items()):
        for start in range(0, len(members), _KEYS_PER_STATEMENT):
            yield and_(
                DirtyKeyRow.generation == generation,
                tuple_(DirtyKeyRow.item_id, DirtyKeyRow.location_id).in_(
                    members[start : start + _KEYS_PER_STATEMENT]
                ),
            )


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

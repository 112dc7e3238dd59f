"""The intake of another system's plan: forecasts and recommendations in, one result per row out.

Rows of one series and version are taken together: if two of their buckets overlap, or days are
missing between them, nothing of the series is taken. Rows that refer to something unknown, or to
days that are over, are kept as exceptions; the rest of their series is taken.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.planning import OutsideForecast, OutsideRecommendation
from service.feeds.batches import Outcome, RowResult, UnreadableRow
from service.feeds.outside_answers import Answers
from service.feeds.outside_placing import PlacedPlan, PlanReferences, plan_references
from service.feeds.outside_rows import (
    OutsideRow,
    read_outside_row,
)
from service.feeds.outside_series import VERSION_REUSED, Series, StoredBucket, misfit
from service.feeds.outside_store import (
    NamedRecommendation,
    read_recommendations,
    read_series,
    write_recommendations,
    write_series,
)
from service.feeds.placing import UnusableRow
from service.feeds.row_problems import Fault, row_problem
from service.feeds.turns import take_turn
from service.work import dirty_keys
from service.work.business_date import business_date
from service.work.dirty_keys import Key

CAUSE = "outside_plan"


@dataclass(frozen=True)
class OutsideBatch:
    """Rows that one planning system told together: forecasts, recommendations, or both."""

    system: str
    rows: Sequence[OutsideRow | UnreadableRow]


def take(session: Session, batch: OutsideBatch, now: datetime) -> list[RowResult]:
    """Take ``batch``: store what is new, mark the keys it concerns, answer every row in order."""
    take_turn(session, f"feed/{batch.system}/outside_plan")
    today = business_date(session, now)
    answers = Answers(batch.system, now)
    readable: dict[int, OutsideRow] = {}
    for index, row in enumerate(batch.rows):
        if isinstance(row, UnreadableRow):
            answers.results[index] = RowResult(index, Outcome.REJECTED, row.problem)
        else:
            readable[index] = row
    references = plan_references(session, batch.system, list(readable.values()), today)
    changed = {
        *_take_forecasts(session, answers, references, _of(readable, OutsideForecast)),
        *_take_recommendations(session, answers, references, _of(readable, OutsideRecommendation)),
    }
    dirty_keys.mark(session, changed, CAUSE, now)
    answers.keep_exceptions(session, readable)
    return [answers.results[index] for index in range(len(batch.rows))]


def take_flat(session: Session, system: str, rows: Sequence[Any], now: datetime) -> list[RowResult]:
    """Take flat JSON rows, as a file or another system's answer holds them."""
    read = [read_outside_row(system, raw, index) for index, raw in enumerate(rows)]
    return take(session, OutsideBatch(system, read), now)


def _of(rows: Mapping[int, OutsideRow], model: type[Any]) -> dict[int, Any]:
    return {index: row for index, row in rows.items() if isinstance(row, model)}


def _take_forecasts(
    session: Session,
    answers: Answers,
    references: PlanReferences,
    rows: Mapping[int, OutsideForecast],
) -> Iterator[Key]:
    """Take each series, older versions first; the keys of those that changed."""
    groups: defaultdict[tuple[int, Key], list[int]] = defaultdict(list)
    for index, row in rows.items():
        groups[row.version, references.key(row)].append(index)
    stored = read_series(session, answers.system, {key for _, key in groups})
    for (_, key), places in sorted(groups.items()):
        told = {index: rows[index] for index in places}
        _take_series(answers, references, stored.setdefault(key, Series()), told)
    changed = {key: series for key, series in stored.items() if series.changed}
    write_series(session, answers.system, changed, answers.now)
    yield from changed


def _take_series(
    answers: Answers,
    references: PlanReferences,
    series: Series,
    told: Mapping[int, OutsideForecast],
) -> None:
    """Judge the buckets that were told together of one series and version."""
    places = list(told)
    if bad := misfit([(told[index].start, told[index].end) for index in places]):
        for index in places:
            problem = row_problem(places[bad[0]], bad[1])
            answers.results[index] = RowResult(index, Outcome.REJECTED, problem)
        return
    first = min(row.start for row in told.values())
    last = max(row.end for row in told.values())
    version = told[places[0]].version
    if series.is_overtaken(first, last, version):
        for index in places:
            answers.say(index, Outcome.STALE)
        return
    series.clear(first, last, version)
    for index, row in told.items():
        placed = references.place(row)
        if isinstance(placed, PlacedPlan):
            answers.say(index, *series.put(_bucket(row, placed)))
        elif placed.exception == "closed_period" and _is_known(series, row):
            answers.say(index, Outcome.UNCHANGED)
        else:
            answers.turn_down(index, placed)


def _is_known(series: Series, row: OutsideForecast) -> bool:
    """Whether this bucket of this version was taken before its days were over."""
    return any(
        (one.start, one.end, one.version) == (row.start, row.end, row.version)
        for one in series.buckets
    )


def _bucket(row: OutsideForecast, placed: PlacedPlan) -> StoredBucket:
    quantiles = {level: format(value.normalize(), "f") for level, value in placed.quantiles.items()}
    return StoredBucket(row.start, row.end, placed.quantity, quantiles, row.version, row.as_of)


def _take_recommendations(
    session: Session,
    answers: Answers,
    references: PlanReferences,
    rows: Mapping[int, OutsideRecommendation],
) -> Iterator[Key]:
    """Take each recommendation, older versions first; the keys of those that changed."""
    named: defaultdict[tuple[int, Key], list[int]] = defaultdict(list)
    for index, row in rows.items():
        named[row.version, references.key(row)].append(index)
    stored = read_recommendations(session, answers.system, {key for _, key in named})
    changed: dict[Key, NamedRecommendation] = {}
    for (version, key), places in sorted(named.items()):
        known = stored.get(key)
        for index in places:
            if known is not None and known.version > version:
                answers.say(index, Outcome.STALE)
            elif len(places) > 1:
                answers.say(index, Outcome.REJECTED, _TOLD_TWICE)
            elif isinstance(placed := references.place(rows[index]), UnusableRow):
                told = known is not None and known.version == version
                if told and placed.exception == "closed_period":
                    answers.say(index, Outcome.UNCHANGED)
                else:
                    answers.turn_down(index, placed)
            elif (new := NamedRecommendation.of(rows[index], placed)) == known:
                answers.say(index, Outcome.UNCHANGED)
            elif known is not None and known.version == version:
                answers.say(index, Outcome.REJECTED, VERSION_REUSED)
            else:
                stored[key] = changed[key] = new
                answers.say(index, Outcome.STORED)
    write_recommendations(session, answers.system, changed, answers.now)
    yield from changed


_TOLD_TWICE = Fault(
    "told-twice",
    "item_id",
    "The import recommends more than once for this item and location.",
    "Send one row with the total.",
)

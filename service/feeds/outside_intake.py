"""The intake of another system's plan: forecasts and recommendations in, one result per row out.

Rows of one series and version are taken together: if two of their buckets overlap, or days are
missing between them, nothing of the series is taken. Rows that refer to something unknown, or to
days that are over, are kept as exceptions; the rest of their series is taken.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.canonical.planning import OutsideForecast, OutsideRecommendation
from service.exceptions.queue import Finding
from service.feeds import kept_exceptions
from service.feeds.batches import Outcome, RowResult, UnreadableRow
from service.feeds.outside_placing import PlacedPlan, PlanReferences, plan_references
from service.feeds.outside_rows import (
    SUBJECT_TYPES,
    OutsideRow,
    flat_outside_row,
    read_outside_row,
    subject_key,
)
from service.feeds.outside_series import VERSION_REUSED, Series, StoredBucket, misfit
from service.feeds.outside_store import (
    NamedRecommendation,
    read_recommendations,
    read_series,
    write_recommendations,
    write_series,
)
from service.feeds.placing import Delivery, UnusableRow
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
    intake = _Intake(batch.system, now)
    readable: dict[int, OutsideRow] = {}
    for index, row in enumerate(batch.rows):
        if isinstance(row, UnreadableRow):
            intake.results[index] = RowResult(index, Outcome.REJECTED, row.problem)
        else:
            readable[index] = row
    references = plan_references(session, batch.system, list(readable.values()), today)
    changed = {
        *_take_forecasts(session, intake, references, _of(readable, OutsideForecast)),
        *_take_recommendations(session, intake, references, _of(readable, OutsideRecommendation)),
    }
    dirty_keys.mark(session, changed, CAUSE, now)
    intake.keep_exceptions(session, readable)
    return [intake.results[index] for index in range(len(batch.rows))]


def take_flat(session: Session, system: str, rows: Sequence[Any], now: datetime) -> list[RowResult]:
    """Take flat JSON rows, as a file or another system's answer holds them."""
    read = [read_outside_row(system, raw, index) for index, raw in enumerate(rows)]
    return take(session, OutsideBatch(system, read), now)


@dataclass
class _Intake:
    """The answers so far; ``kept`` are the rows that wait for repair, and why."""

    system: str
    now: datetime
    results: dict[int, RowResult] = field(default_factory=dict)
    kept: dict[int, UnusableRow] = field(default_factory=dict)

    def say(self, index: int, outcome: Outcome, fault: Fault | None = None) -> None:
        """Answer a row."""
        problem = row_problem(index, fault) if fault else None
        self.results[index] = RowResult(index, outcome, problem)

    def turn_down(self, index: int, unusable: UnusableRow) -> None:
        """A row that cannot be used: kept if its cause can be mended here, else rejected."""
        if unusable.exception:
            self.kept[index] = unusable
        else:
            self.say(index, Outcome.REJECTED, unusable.fault)

    def keep_exceptions(self, session: Session, rows: Mapping[int, OutsideRow]) -> None:
        """Keep what waits; end what waited for a row that was taken or overtaken."""
        for model, subject_type in SUBJECT_TYPES.items():
            of_type = {index: row for index, row in rows.items() if type(row) is model}
            keys = {subject_key(row) for row in of_type.values()}
            waiting = kept_exceptions.open_about(session, subject_type, self.system, keys)
            kept = [index for index in of_type if index in self.kept]
            findings = [_finding(of_type[index], self.kept[index]) for index in kept]
            ids = kept_exceptions.keep(session, findings, waiting, self.now)
            for index, exception_id in zip(kept, ids, strict=True):
                problem = row_problem(index, self.kept[index].fault)
                self.results[index] = RowResult(index, Outcome.EXCEPTION, problem, exception_id)
            taken = {
                subject_key(row): row.version
                for index, row in of_type.items()
                if self.results[index].result not in (Outcome.REJECTED, Outcome.EXCEPTION)
            }
            if waiting:
                delivery = Delivery(self.system, self.now)
                kept_exceptions.settle(session, taken, waiting, delivery)


def _finding(row: OutsideRow, unusable: UnusableRow) -> Finding:
    return Finding(
        kind=unusable.exception or unusable.fault.slug,
        subject_type=SUBJECT_TYPES[type(row)],
        system=row.system,
        subject_key=subject_key(row),
        payload=flat_outside_row(row),
        detail=unusable.fault.detail,
        remedy=unusable.fault.remedy,
        version=row.version,
    )


def _of(rows: Mapping[int, OutsideRow], model: type[Any]) -> dict[int, Any]:
    return {index: row for index, row in rows.items() if isinstance(row, model)}


def _take_forecasts(
    session: Session,
    intake: _Intake,
    references: PlanReferences,
    rows: Mapping[int, OutsideForecast],
) -> Iterator[Key]:
    """Take each series, older versions first; the keys of those that changed."""
    groups: defaultdict[tuple[int, Key], list[int]] = defaultdict(list)
    for index, row in rows.items():
        groups[row.version, references.key(row)].append(index)
    stored = read_series(session, intake.system, {key for _, key in groups})
    for (_, key), places in sorted(groups.items()):
        told = {index: rows[index] for index in places}
        _take_series(intake, references, stored.setdefault(key, Series()), told)
    changed = {key: series for key, series in stored.items() if series.changed}
    write_series(session, intake.system, changed, intake.now)
    yield from changed


def _take_series(
    intake: _Intake,
    references: PlanReferences,
    series: Series,
    told: Mapping[int, OutsideForecast],
) -> None:
    """Judge the buckets that were told together of one series and version."""
    places = list(told)
    if bad := misfit([(told[index].start, told[index].end) for index in places]):
        for index in places:
            problem = row_problem(places[bad[0]], bad[1])
            intake.results[index] = RowResult(index, Outcome.REJECTED, problem)
        return
    first = min(row.start for row in told.values())
    last = max(row.end for row in told.values())
    version = told[places[0]].version
    if series.is_overtaken(first, last, version):
        for index in places:
            intake.say(index, Outcome.STALE)
        return
    series.clear(first, last, version)
    for index, row in told.items():
        placed = references.place(row)
        if isinstance(placed, PlacedPlan):
            intake.say(index, *series.put(_bucket(row, placed)))
        elif placed.exception == "closed_period" and _is_known(series, row):
            intake.say(index, Outcome.UNCHANGED)
        else:
            intake.turn_down(index, placed)


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
    intake: _Intake,
    references: PlanReferences,
    rows: Mapping[int, OutsideRecommendation],
) -> Iterator[Key]:
    """Take each recommendation, older versions first; the keys of those that changed."""
    named: defaultdict[tuple[int, Key], list[int]] = defaultdict(list)
    for index, row in rows.items():
        named[row.version, references.key(row)].append(index)
    stored = read_recommendations(session, intake.system, {key for _, key in named})
    changed: dict[Key, NamedRecommendation] = {}
    for (version, key), places in sorted(named.items()):
        known = stored.get(key)
        for index in places:
            if known is not None and known.version > version:
                intake.say(index, Outcome.STALE)
            elif len(places) > 1:
                intake.say(index, Outcome.REJECTED, _TOLD_TWICE)
            elif isinstance(placed := references.place(rows[index]), UnusableRow):
                told = known is not None and known.version == version
                if told and placed.exception == "closed_period":
                    intake.say(index, Outcome.UNCHANGED)
                else:
                    intake.turn_down(index, placed)
            elif (new := NamedRecommendation.of(rows[index], placed)) == known:
                intake.say(index, Outcome.UNCHANGED)
            elif known is not None and known.version == version:
                intake.say(index, Outcome.REJECTED, VERSION_REUSED)
            else:
                stored[key] = changed[key] = new
                intake.say(index, Outcome.STORED)
    write_recommendations(session, intake.system, changed, intake.now)
    yield from changed


_TOLD_TWICE = Fault(
    "told-twice",
    "item_id",
    "The import recommends more than once for this item and location.",
    "Send one row with the total.",
)

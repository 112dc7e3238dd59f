"""The slow rhythm: fit baselines where history changed, and store what a signal is laid over.

A full fit takes all planned series, learns a new error pool and is due when there is none yet,
when a planning week has ended since, or when much of the assortment changed at once. Otherwise
the few changed series are refitted with the stored pool.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from forecasting.baseline import BaselineRun, fit_baselines
from forecasting.history import weekly_history
from forecasting.no_demand import without_demand
from service.context import ServiceContext
from service.database.key_sets import rows_of_keys
from service.database.retry import write_again
from service.database.upsert import upsert
from service.forecasts.demand_history import daily_sales
from service.forecasts.parquet_runs import (
    DamagedRunError,
    RunFacts,
    RunFile,
    commit_file,
    newest_run,
    read_run,
    write_file,
)
from service.forecasts.passing_on import passing_on
from service.forecasts.planned_keys import TermsInForce, terms_in_force
from service.forecasts.tables import SeriesForecastRow
from service.work import dirty_keys
from service.work.business_date import business_date, planning_week
from service.work.dirty_keys import DirtyKey, Key
from service.work.tables import GenerationRow

_LOG = logging.getLogger(__name__)

_FULL_FIT_SHARE = 0.3
"""From this share of changed series on, a full fit costs little more and learns a new pool."""

_MOST_KEYS = 20_000


@dataclass(frozen=True)
class _StoredPool:
    """The error pool of this planning week."""

    run_id: UUID
    frame: pl.DataFrame


@dataclass(frozen=True)
class FitTask:
    """What is to be fitted, as read in one snapshot.

    ``passing_on`` are the keys without a demand of their own (see ``passing_on``), with the weeks
    for which that is known. ``known_runs`` are the runs that the series had then: a series that
    has another one when the fit is stored was fitted by somebody else meanwhile, and from newer
    sales.
    """

    dirty: list[DirtyKey]
    today: date
    terms: dict[Key, TermsInForce]
    sales: pl.DataFrame
    passing_on: Mapping[Key, int]
    pool: _StoredPool | None
    known_runs: dict[Key, UUID]


def fit_dirty(context: ServiceContext, *, everything: bool = False) -> int:
    """Fit the baselines that dirty keys ask for, or all; returns how many series were fitted."""
    task = read_task(context, everything=everything)
    if task is None:
        return 0
    if not task.terms:
        with context.database.write() as session:
            dirty_keys.fitted(session, task.dirty)
        return 0
    store_fit(context, task, fit(task))
    return len(task.terms)


def read_task(context: ServiceContext, *, everything: bool = False) -> FitTask | None:
    """What dirty keys ask to be fitted, or all planned series; None if there is nothing.

    A full fit is the first worker's: several would compute the same.
    """
    with context.database.read() as session:
        dirty = dirty_keys.read(session, _MOST_KEYS, refit=True)
        if not dirty and not everything:
            return None
        today = business_date(session, context.clock())
        terms = terms_in_force(session)
        changed = {entry.key for entry in dirty} & terms.keys()
        pool = None if everything else _stored_pool(session, context.settings.runs_dir, today)
        if pool and len(changed) <= _FULL_FIT_SHARE * len(terms):
            terms = {key: terms[key] for key in changed}
        elif context.share.first:
            pool = None
        else:
            return None
        sales = daily_sales(session, terms.keys(), today)
        return FitTask(
            dirty,
            today,
            terms,
            sales,
            passing_on(session, terms.keys(), sales, today),
            pool,
            _runs_of(session, terms.keys()),
        )


def _stored_pool(session: Session, runs_dir: Path, today: date) -> _StoredPool | None:
    """The pool of this week; None if there is none, or its file is damaged."""
    newest = newest_run(session, "pool")
    if newest is None or planning_week(newest.business_date) != planning_week(today):
        return None
    try:
        return _StoredPool(newest.run_id, read_run(session, runs_dir, newest.run_id))
    except DamagedRunError as damage:
        _LOG.warning("%s; all baselines are fitted anew", damage)
        return None


def _runs_of(session: Session, keys: Collection[Key]) -> dict[Key, UUID]:
    runs = select(
        SeriesForecastRow.item_id, SeriesForecastRow.location_id, SeriesForecastRow.run_id
    )
    found = rows_of_keys(session, runs, SeriesForecastRow.item_id, keys)
    return {(item_id, location_id): run_id for item_id, location_id, run_id in found}


def fit(task: FitTask) -> BaselineRun:
    """Fit what was read; no I/O."""
    selling = _intervals(task, task.terms.keys() - task.passing_on.keys())
    history = weekly_history(task.sales, selling.select("item_id", "location_id"), as_of=task.today)
    run = fit_baselines(history, selling, task.pool.frame if task.pool else None)
    silent = _intervals(task, task.passing_on.keys())
    weeks = [task.passing_on[key] for key in silent.select("item_id", "location_id").iter_rows()]
    known = without_demand(silent.with_columns(pl.Series("history_weeks", weeks, dtype=pl.Int64)))
    return replace(run, series=pl.concat([run.series, known]))


def _intervals(task: FitTask, keys: Collection[Key]) -> pl.DataFrame:
    """The protection interval of each of ``keys``, in their order."""
    ordered = sorted(keys)
    return pl.DataFrame(
        {
            "item_id": [key[0] for key in ordered],
            "location_id": [key[1] for key in ordered],
            "interval_days": [task.terms[key].interval_days for key in ordered],
        },
        schema={"item_id": pl.String, "location_id": pl.String, "interval_days": pl.Int64},
    )


def store_fit(context: ServiceContext, task: FitTask, run: BaselineRun) -> None:
    """Write the run's files, then commit them with the state of its series."""
    now, runs_dir = context.clock(), context.settings.runs_dir
    series = write_file(runs_dir, "refit" if task.pool else "full", run.series)
    supporting: list[RunFile] = []
    if task.pool is None:
        supporting.append(write_file(runs_dir, "pool", run.pool))
        supporting.append(write_file(runs_dir, "demand", task.sales))
    pool_run_id = task.pool.run_id if task.pool else supporting[0].run_id

    def commit(session: Session) -> None:
        _one_at_a_time(session)
        overtaken = _overtaken(session, task)
        rest = task.terms.keys() - {entry.key for entry in task.dirty} - overtaken
        dirty_keys.mark(session, rest, "baseline", now)
        for file in supporting:
            commit_file(session, file, RunFacts(task.today, now))
        commit_file(session, series, RunFacts(task.today, now, pool_run_id, dict(run.figures)))
        _store_state(session, run.series, (series.run_id, task.today), overtaken)
        done = [entry for entry in task.dirty if entry.key not in overtaken]
        dirty_keys.fitted(session, done)

    write_again(context.database, commit)


def _one_at_a_time(session: Session) -> None:
    """Hold the row that all who store a fit hold until they commit."""
    row = {"name": "baseline_fit", "value": 1}
    upsert(session, GenerationRow, [row], key=("name",))


def _overtaken(session: Session, task: FitTask) -> set[Key]:
    """Series that somebody else fitted while this fit ran; theirs stays, and their marks too."""
    now_known = _runs_of(session, task.terms.keys())
    return {key for key, run_id in now_known.items() if task.known_runs.get(key) != run_id}


def _store_state(
    session: Session, series: pl.DataFrame, run: tuple[UUID, date], overtaken: Collection[Key]
) -> None:
    run_id, today = run
    rows = [
        {**row, "run_id": run_id, "fitted_on": today}
        for row in series.to_dicts()
        if (row["item_id"], row["location_id"]) not in overtaken
    ]
    upsert(session, SeriesForecastRow, rows, key=("item_id", "location_id"))

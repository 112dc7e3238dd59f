"""The slow rhythm: fit baselines where history changed, and store what a signal is laid over.

A full fit takes all planned series, learns a new error pool and is due when there is none yet,
when a planning week has ended since, or when much of the assortment changed at once. Otherwise
the few changed series are refitted with the stored pool.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from forecasting.baseline import BaselineRun, fit_baselines
from forecasting.history import weekly_history
from service.context import ServiceContext
from service.database.upsert import upsert
from service.feeds.tables import SupplierTermsRow
from service.forecasts.demand_history import daily_sales
from service.forecasts.parquet_runs import (
    RunFacts,
    commit_file,
    newest_run,
    read_run,
    write_file,
)
from service.forecasts.planned_keys import terms_in_force
from service.forecasts.tables import SeriesForecastRow
from service.work import dirty_keys
from service.work.business_date import business_date
from service.work.dirty_keys import DirtyKey, Key

_FULL_FIT_SHARE = 0.3
"""From this share of changed series on, a full fit costs little more and learns a new pool."""

_MOST_KEYS = 20_000
_DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class _Task:
    """What is to be fitted, as read in one snapshot."""

    dirty: list[DirtyKey]
    today: date
    terms: dict[Key, SupplierTermsRow]
    sales: pl.DataFrame
    pool: pl.DataFrame | None
    pool_run_id: UUID | None


def fit_dirty(context: ServiceContext, *, everything: bool = False) -> int:
    """Fit the baselines that dirty keys ask for, or all; returns how many series were fitted."""
    task = _read_task(context, everything=everything)
    if task is None:
        return 0
    if not task.terms:
        with context.database.write() as session:
            dirty_keys.fitted(session, task.dirty)
        return 0
    run = _fit(task)
    _store(context, task, run)
    return len(task.terms)


def _read_task(context: ServiceContext, *, everything: bool) -> _Task | None:
    with context.database.read() as session:
        dirty = dirty_keys.read(session, _MOST_KEYS, refit=True)
        if not dirty and not everything:
            return None
        today = business_date(session, context.clock())
        planned = terms_in_force(session)
        changed = {entry.key for entry in dirty} & planned.keys()
        pool_run_id = None if everything else _usable_pool(session, today)
        if pool_run_id is None or len(changed) > _FULL_FIT_SHARE * len(planned):
            return _Task(dirty, today, planned, daily_sales(session, planned, today), None, None)
        terms = {key: planned[key] for key in changed}
        pool = read_run(session, context.settings.runs_dir, pool_run_id)
        return _Task(dirty, today, terms, daily_sales(session, terms, today), pool, pool_run_id)


def _usable_pool(session: Session, today: date) -> UUID | None:
    newest = newest_run(session, "pool")
    if newest is None or _week_of(newest.business_date) != _week_of(today):
        return None
    return newest.run_id


def _week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _fit(task: _Task) -> BaselineRun:
    keys = sorted(task.terms)
    intervals = pl.DataFrame(
        {
            "item_id": [key[0] for key in keys],
            "location_id": [key[1] for key in keys],
            "interval_days": [_interval_days(task.terms[key]) for key in keys],
        },
        schema={"item_id": pl.String, "location_id": pl.String, "interval_days": pl.Int64},
    )
    history = weekly_history(
        task.sales, intervals.select("item_id", "location_id"), as_of=task.today
    )
    return fit_baselines(history, intervals, task.pool)


def _interval_days(terms: SupplierTermsRow) -> int:
    return terms.lead_time_days + terms.review_period_days


def _store(context: ServiceContext, task: _Task, run: BaselineRun) -> None:
    now, runs_dir = context.clock(), context.settings.runs_dir
    full = task.pool is None
    series = write_file(runs_dir, "full" if full else "refit", run.series)
    supporting = (
        [write_file(runs_dir, "pool", run.pool), write_file(runs_dir, "demand", task.sales)]
        if full
        else []
    )
    pool_run_id = supporting[0].run_id if full else task.pool_run_id
    with context.database.write() as session:
        for file in supporting:
            commit_file(session, file, RunFacts(task.today, now))
        commit_file(session, series, RunFacts(task.today, now, pool_run_id, dict(run.figures)))
        _store_state(session, run.series, series.run_id, task.today)
        rest = task.terms.keys() - {entry.key for entry in task.dirty}
        dirty_keys.mark(session, rest, "baseline", now)
        dirty_keys.fitted(session, task.dirty)


def _store_state(session: Session, series: pl.DataFrame, run_id: UUID, today: date) -> None:
    rows = [{**row, "run_id": run_id, "fitted_on": today} for row in series.to_dicts()]
    upsert(session, SeriesForecastRow, rows, key=("item_id", "location_id"))

"""The database, the Parquet runs that its rows commit, and the work that waits in it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database import migrate
from service.doctor.data_age import examine_data_age
from service.doctor.finding import Finding, Health
from service.doctor.surroundings import examine_worker
from service.exceptions.queue import ExceptionState
from service.exceptions.tables import ExceptionRow
from service.forecasts.parquet_runs import DamagedRunError, read_run
from service.forecasts.tables import ForecastRunRow, SeriesForecastRow
from service.settings import Settings
from service.work.tables import DirtyKeyRow

LONGEST_WAIT = timedelta(minutes=5)
"""A living worker takes up every key well within it."""


def examine_stores(context: ServiceContext) -> list[Finding]:
    """The database first; its content only if it can be read."""
    try:
        with context.database.read() as session:
            schema = examine_schema(session)
            if schema.health is not Health.OK:
                return [schema]
            return [
                schema,
                examine_runs(session, context.settings),
                examine_backlog(session, context),
                examine_failures(session),
                *examine_data_age(session, context.clock()),
            ]
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        remedy = "Start the database, or mend REPLENISH_DATABASE_URL."
        return [Finding("database", Health.FAULT, reason, remedy)]


def examine_schema(session: Session) -> Finding:
    """Reachable, and at the revision of this release."""
    found, wanted = migrate.current_of(session.connection()), migrate.latest()
    if found == wanted:
        return Finding("database", Health.OK, f"schema {found}")
    detail = f"schema {found}, this release needs {wanted}"
    return Finding("database", Health.FAULT, detail, "Run 'replenish migrate'.")


def examine_runs(session: Session, settings: Settings) -> Finding:
    """The files that the current baselines come from: all there, none changed."""
    series = session.scalar(select(func.count()).select_from(SeriesForecastRow))
    wanted = _runs_in_use(session)
    for run_id in wanted:
        try:
            read_run(session, settings.runs_dir, run_id)
        except DamagedRunError as error:
            remedy = "Run 'replenish recompute --baseline'."
            return Finding("forecast runs", Health.FAULT, str(error), remedy)
    return Finding("forecast runs", Health.OK, f"{len(wanted)} intact, {series} series")


def examine_backlog(session: Session, context: ServiceContext) -> Finding:
    """How long the oldest dirty key has waited; a fault if a living worker leaves it lying."""
    count, oldest = session.execute(
        select(func.count(), func.min(DirtyKeyRow.marked_at)).select_from(DirtyKeyRow)
    ).one()
    if count == 0:
        return Finding("backlog", Health.OK, "no key waits to be recomputed")
    age = max(context.clock() - oldest, timedelta(0))
    detail = f"{count:,} keys wait, the oldest for {_duration(age)}"
    if examine_worker(context.settings.data_dir).health is not Health.OK:
        return Finding("backlog", Health.NOTE, detail, "Start a worker: 'replenish serve'.")
    if age <= LONGEST_WAIT:
        return Finding("backlog", Health.NOTE, detail, "The worker is at it; look again shortly.")
    remedy = "Read the worker's log; then restart 'replenish serve'."
    return Finding("backlog", Health.FAULT, detail, remedy)


def examine_failures(session: Session) -> Finding:
    """Keys that the arithmetic refused; each waits in the exception queue."""
    failed = select(func.count()).where(
        ExceptionRow.kind == "recompute_failed", ExceptionRow.state == ExceptionState.OPEN
    )
    count = session.scalar(failed) or 0
    if count == 0:
        return Finding("failed recomputes", Health.OK, "none open")
    remedy = "Look at /exceptions and correct the figures of these items."
    return Finding("failed recomputes", Health.NOTE, f"{count:,} open", remedy)


def _duration(age: timedelta) -> str:
    minutes, seconds = divmod(int(age.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def _runs_in_use(session: Session) -> list[UUID]:
    used = select(SeriesForecastRow.run_id).distinct()
    runs = session.scalars(select(ForecastRunRow).where(ForecastRunRow.run_id.in_(used))).all()
    pools = {run.pool_run_id for run in runs if run.pool_run_id is not None}
    return sorted({run.run_id for run in runs} | pools)

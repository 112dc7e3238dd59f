"""The database and the Parquet runs that its rows commit."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database import migrate
from service.doctor.finding import Finding, Health
from service.forecasts.parquet_runs import DamagedRunError, read_run
from service.forecasts.tables import ForecastRunRow, SeriesForecastRow
from service.settings import Settings


def examine_stores(context: ServiceContext) -> list[Finding]:
    """The database first; its content only if it can be read."""
    try:
        with context.database.read() as session:
            schema = examine_schema(session)
            if schema.health is not Health.OK:
                return [schema]
            return [schema, examine_runs(session, context.settings)]
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


def _runs_in_use(session: Session) -> list[UUID]:
    used = select(SeriesForecastRow.run_id).distinct()
    runs = session.scalars(select(ForecastRunRow).where(ForecastRunRow.run_id.in_(used))).all()
    pools = {run.pool_run_id for run in runs if run.pool_run_id is not None}
    return sorted({run.run_id for run in runs} | pools)

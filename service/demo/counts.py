"""How much the demo holds, for its welcome."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.base import Table
from service.exceptions.queue import ExceptionState
from service.exceptions.tables import ExceptionRow
from service.forecasts.parquet_runs import newest_run
from service.forecasts.tables import SeriesForecastRow
from service.proposals.states import State
from service.proposals.tables import ProposalRow
from service.replenishment.tables import CurrentRecommendationRow
from service.signals.tables import SignalMessageRow


@dataclass(frozen=True)
class DemoCounts:
    """Rows by what they mean to a visitor."""

    series: int
    signals: int
    recommendations: int
    auto_approved: int
    in_review: int
    held: int
    exceptions: int
    forecast: dict[str, float]
    """Back-test figures of the newest full fit, ours beside those of the naive forecast."""


def count(session: Session) -> DemoCounts:
    """Count what is there now."""
    by_state = select(ProposalRow.state, func.count()).group_by(ProposalRow.state)
    states = dict(session.execute(by_state).tuples().all())
    open_exceptions = session.scalar(
        select(func.count())
        .select_from(ExceptionRow)
        .where(ExceptionRow.state == ExceptionState.OPEN)
    )
    full_fit = newest_run(session, "full")
    return DemoCounts(
        series=_rows(session, SeriesForecastRow),
        signals=_rows(session, SignalMessageRow),
        recommendations=_rows(session, CurrentRecommendationRow),
        auto_approved=states.get(State.APPROVED, 0),
        in_review=states.get(State.IN_REVIEW, 0),
        held=states.get(State.HELD, 0),
        exceptions=open_exceptions or 0,
        forecast=full_fit.figures if full_fit else {},
    )


def _rows(session: Session, table: type[Table]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0

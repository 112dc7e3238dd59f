"""Log-in attempts: after five failures within five minutes a login is refused for a while.

Attempts are counted in the database, so the limit holds over all web processes, and before the
password is checked, so it holds for attempts made at the same time. The count is per login: one
behind a shared address does not lock out the others.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.access.people import known_as
from service.access.tables import LogInAttemptRow

MOST_FAILURES = 5
WITHIN = timedelta(minutes=5)


def may_try(session: Session, login: str, now: datetime) -> bool:
    """Count an attempt; False if ``login`` has failed too often. Old attempts are forgotten."""
    name = known_as(login)[:64]
    session.execute(
        delete(LogInAttemptRow)
        .where(LogInAttemptRow.attempted_at <= now - WITHIN)
        .execution_options(synchronize_session=False)
    )
    failures = session.scalar(select(func.count()).where(LogInAttemptRow.login == name)) or 0
    if failures >= MOST_FAILURES:
        return False
    session.add(LogInAttemptRow(login=name, attempted_at=now))
    return True


def succeeded(session: Session, login: str) -> None:
    """The password was right: earlier failures no longer count."""
    session.execute(
        delete(LogInAttemptRow)
        .where(LogInAttemptRow.login == known_as(login)[:64])
        .execution_options(synchronize_session=False)
    )

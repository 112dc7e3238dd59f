from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import StatementError

from service.database.engine import Database
from service.database.types import Utc


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=10))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-10))),
    ],
)
def test_the_database_type_refuses_what_it_cannot_convert(
    database: Database, moment: datetime
) -> None:
    with database.read() as session, pytest.raises(StatementError, match="beyond the calendar"):
        session.execute(select(literal(moment, Utc())))

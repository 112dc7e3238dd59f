"""Whether the data that planning rests on comes as often as it should."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.doctor.finding import Finding, Health
from service.go_live.data_age import DataAge, data_ages


def examine_data_age(session: Session, now: datetime) -> list[Finding]:
    """One finding per kind of data that is late; one in all if none is."""
    ages = data_ages(session, now)
    late = [_late(one) for one in ages if one.late]
    if late:
        return late
    detail = f"{len(ages)} kinds of data, none late" if ages else "nothing has come in yet"
    return [Finding("data age", Health.OK, detail)]


def _late(age: DataAge) -> Finding:
    hurt = age.affected
    detail = (
        f"{age.kind} from {age.system}: {age.late} {hurt.planned_keys:,} planned keys and "
        f"{hurt.open_proposals:,} open proposals rest on it."
    )
    remedy = f"See why {age.system} sends none; 'replenish data expect' sets how often it should."
    return Finding("data age", Health.NOTE, detail, remedy)

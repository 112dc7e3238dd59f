"""The ends of the calendar are refused with a sentence."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from adapters.canonical.calendar import EARLIEST_DAY, LATEST_DAY, Day, Moment
from adapters.canonical.demand import DeliveryWindow
from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import UnitConversion
from adapters.canonical.supply import StockPosition

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
DAY: TypeAdapter[date] = TypeAdapter(Day)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "1989-12-31T23:59:59Z",
        "2199-12-31T23:59:59-01:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_moment_outside_the_calendar_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValidationError, match="outside the calendar, 1990-01-01 to 2199-12-31"):
        MOMENT.validate_python(text)


def test_a_moment_is_kept_in_utc() -> None:
    kept = MOMENT.validate_python("2011-08-29T09:00:00+02:00")
    assert kept.isoformat() == "2011-08-29T07:00:00+00:00"


@given(
    moment=st.datetimes(),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_any_moment_is_read_in_utc_or_refused(moment: datetime, minutes: int) -> None:
    told = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    try:
        kept = MOMENT.validate_python(told)
    except ValidationError:
        assert not EARLIEST_DAY < moment.date() < LATEST_DAY
    else:
        assert kept == told
        assert kept.tzinfo is UTC


@pytest.mark.parametrize("day", [EARLIEST_DAY, LATEST_DAY])
def test_the_first_and_the_last_day_belong_to_the_calendar(day: date) -> None:
    assert DAY.validate_python(day) == day


@pytest.mark.parametrize("end", ["9999-12-31", "2200-01-01", "1989-12-31"])
def test_a_window_without_an_end_is_refused_with_a_remedy(end: str) -> None:
    with pytest.raises(ValidationError, match="its last planned day"):
        DeliveryWindow.model_validate({"start": "2011-09-06", "end": end})


def test_a_conversion_may_have_held_for_ever() -> None:
    box: dict[str, Any] = {"unit": "BOX", "numerator": "12"}
    conversion = UnitConversion.model_validate(box)
    assert conversion.valid_from == date.min
    assert UnitConversion.model_validate(conversion.model_dump(mode="json")) == conversion
    with pytest.raises(ValidationError, match="outside the calendar"):
        UnitConversion.model_validate({**box, "valid_from": "9999-12-31"})


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:00:00-10:00"])
def test_master_data_and_stock_refuse_such_moments_too(moment: str) -> None:
    source = {"system": "erp", "native_id": "1"}
    stock = {"source": source, "item_id": "A", "location_id": "B", "on_hand": "1", "as_of": moment}
    with pytest.raises(ValidationError, match="outside the calendar"):
        StockPosition.model_validate(stock)
    with pytest.raises(ValidationError, match="outside the calendar"):
        SourceRef.model_validate({**source, "changed_at": moment})

"""Values cross the wire to Tryton and back without losing or gaining anything."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.erp.tryton.wire import UnreadableAnswerError, from_json, to_json

_SPANS = st.integers(-(10**12), 10**12).map(lambda seconds: timedelta(seconds=seconds / 8))
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text()
    | st.binary()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.just(UTC))
    | _SPANS
    | st.decimals(allow_nan=False, allow_infinity=False)
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text().filter(lambda name: name != "__class__"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert from_json(to_json(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_binary_fraction_is_read_as_the_decimal_it_is_written_as(value: float) -> None:
    told = from_json(json.dumps(value).encode())
    assert told == Decimal(repr(value))
    assert float(told) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("7.00"), {"__class__": "Decimal", "decimal": "7.00"}),
        (date(2026, 3, 2), {"__class__": "date", "year": 2026, "month": 3, "day": 2}),
        (timedelta(days=7), {"__class__": "timedelta", "seconds": 604800.0}),
        (
            datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=2))),
            {
                "__class__": "datetime",
                "year": 2026,
                "month": 3,
                "day": 1,
                "hour": 23,
                "minute": 30,
                "second": 0,
                "microsecond": 0,
            },
        ),
        (
            time(8, 15),
            {"__class__": "time", "hour": 8, "minute": 15, "second": 0, "microsecond": 0},
        ),
        (b"\x00\xff", {"__class__": "bytes", "base64": "AP8="}),
        (("state", "=", "done"), ["state", "=", "done"]),
        ({3, 1, 2}, [1, 2, 3]),
    ],
)
def test_a_value_that_json_has_no_word_for_carries_its_type(value: Any, written: Any) -> None:
    assert json.loads(to_json(value)) == written


def test_a_moment_is_read_as_one_in_utc() -> None:
    told = (
        b'{"__class__":"datetime","year":2026,"month":3,"day":2,'
        b'"hour":8,"minute":0,"second":1,"microsecond":5}'
    )
    assert from_json(told) == datetime(2026, 3, 2, 8, 0, 1, 5, UTC)


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 2),  # noqa: DTZ001  that is what is refused
        Decimal("NaN"),
        Decimal("Infinity"),
        float("nan"),
        object(),
    ],
)
def test_what_tryton_could_not_keep_exactly_is_not_sent(value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        to_json({"value": value})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff",
        b'{"a": NaN}',
        b'{"__class__": "date", "year": 2026, "month": 13, "day": 1}',
        b'{"__class__": "date"}',
        b'{"__class__": "Decimal", "decimal": "sNaN"}',
        b'{"__class__": "Decimal", "decimal": 7}',
        b'{"__class__": "timedelta", "seconds": 1e300}',
        b'{"__class__": ["date"]}',
        b"[" * 100_000,
        b"1" * 5000,
    ],
)
def test_an_answer_that_makes_no_sense_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        from_json(body)

"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

MILLIONTHS = Decimal(1_000_000)

Json = JSON().with_variant(JSONB(), "postgresql")
"""JSON document; decimals inside are strings."""


class Exact(TypeDecorator[Decimal]):
    """A Decimal of at most six decimals, stored as a 64-bit integer of millionths.

    SQLite has no decimal type, and floats would lose the promise that terms add up.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value * MILLIONTHS
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than six decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        # SQL sums of bigints come back as Decimal on PostgreSQL, hence int().
        return None if value is None else Decimal(int(value)) / MILLIONTHS


class Utc(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; SQLite drops the offset, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{value} lies beyond the calendar in UTC") from None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

"""The declarative base, the naming of constraints and the id of new rows."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Date, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase
from uuid_utils.compat import uuid7

from service.database.types import Exact, Json, Utc

CODE_LENGTH = 64


def new_id() -> UUID:
    """A UUIDv7: unique, and ordered by its time of birth."""
    return uuid7()


class Table(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: String(CODE_LENGTH),
        Decimal: Exact(),
        datetime: Utc(),
        date: Date(),
        UUID: Uuid(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }

"""Rows that are surely readable, told by their looks, a million in a second.

Only what passes here is taken for readable unread; every other row is read as the intake would
read it. So a rule here may be too strict, never too generous: a test holds it against the reader.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

import polars as pl

from adapters.canonical.calendar import EARLIEST_DAY, LATEST_DAY
from service.feeds.batches import FeedKind
from service.feeds.subjects import SUBJECTS_OF_KIND
from service.go_live.kinds import Fields, FieldType, ImportKind, fields_of

MANY = frozenset({ImportKind.SALES_LINES, ImportKind.STOCK_POSITIONS})
"""Kinds that come by the million; their canonical objects have no rules across fields."""

_CODE = r"^[^\x00-\x1f\x7f]{1,64}$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\dZ$"


class _Sign(StrEnum):
    """What a number may be; the pattern that surely is such a one."""

    ANY = r"^-?\d{1,9}(\.\d{1,6})?$"
    NOT_NEGATIVE = r"^\d{1,9}(\.\d{1,6})?$"


def surely_readable(kind: ImportKind, columns: list[str]) -> pl.Expr:
    """Whether a row of one of the ``MANY`` kinds can be read without a doubt."""
    fields = fields_of(kind)
    sure = [_sure(name, fields, _signs(kind)) for name in columns]
    missing = [pl.lit(value=False)] if fields.required - set(columns) else []
    return pl.all_horizontal(*sure, *missing)


def _sure(name: str, fields: Fields, signs: Mapping[str, _Sign]) -> pl.Expr:
    looks = _looks(pl.col(name), fields.types[name], signs.get(name, _Sign.NOT_NEGATIVE))
    given = looks.fill_null(value=False)
    return given if name in fields.required else given | pl.col(name).is_null()


def _looks(cell: pl.Expr, kind: FieldType, sign: _Sign) -> pl.Expr:
    if kind is FieldType.NUMBER:
        return cell.str.contains(sign.value)
    if kind is FieldType.DAY:
        day = cell.str.to_date("%Y-%m-%d", strict=False)
        return cell.str.contains(_DAY) & day.is_between(EARLIEST_DAY, LATEST_DAY)
    if kind is FieldType.MOMENT:
        moment = cell.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False, time_unit="us")
        within = moment.dt.date().is_between(EARLIEST_DAY, LATEST_DAY)
        return cell.str.contains(_MOMENT) & within
    return cell.str.contains(_CODE)


@cache
def _signs(kind: ImportKind) -> Mapping[str, _Sign]:
    """Numbers that may be negative, by the schema of the canonical object."""
    (subject,) = SUBJECTS_OF_KIND[FeedKind(kind.value)]
    properties = subject.model.model_json_schema()["properties"]
    return {
        name: _Sign.ANY
        for name, field in properties.items()
        if any(
            shape.get("exclusiveMinimum", 0) < 0 and "minimum" not in shape
            for shape in _shapes(field)
        )
    }


def _shapes(field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [field, *field.get("anyOf", ())]

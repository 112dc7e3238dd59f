"""Records of Tryton read in quantity, and the small facts that most rows need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.reading.tracks import ACTIVE_OR_NOT
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search

_AT_ONCE = 2000
_DAY = timedelta(days=1)


def all_rows(rpc: Rpc, search: Search) -> list[Row]:
    """All records that are found, by id, in calls that each fit into an answer."""
    found: list[Row] = []
    while True:
        last = found[-1]["id"] if found else 0
        portion = replace(
            search, domain=[*search.domain, ["id", ">", last]], order=(("id", "ASC"),)
        )
        rows = rpc.rows(replace(portion, limit=_AT_ONCE))
        found.extend(rows)
        if len(rows) < _AT_ONCE:
            return found


def by_id(rpc: Rpc, model: str, ids: Iterable[int], fields: Sequence[str]) -> dict[int, Row]:
    """These records, inactive ones as well; those that are gone, or hidden from us, are not."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = rpc.rows(Search(model, fields, [["id", "in", wanted]]), context=ACTIVE_OR_NOT)
    return {row["id"]: row for row in rows}


@dataclass(frozen=True)
class Warehouse:
    """A place that is replenished."""

    id: int
    code: str
    name: str


def warehouses(rpc: Rpc, *, ever: bool = False) -> dict[int, Warehouse]:
    """The warehouses in use, by id; with ``ever`` those that were given up as well."""
    search = Search("stock.location", ("code", "name"), [["type", "=", "warehouse"]])
    rows = rpc.rows(search, context={"active_test": not ever})
    return {row["id"]: Warehouse(row["id"], code_of(row), row["name"] or "") for row in rows}


def of_company(rpc: Rpc, path: str = "company") -> Domain:
    """The condition that a record is of the company that we work in."""
    return [[path, "=", rpc.company]]


def in_sequence(row: Row) -> tuple[bool, int, int]:
    """The key to Tryton's order of records with a ``sequence``: without one they come first."""
    sequence = row["sequence"]
    return sequence is not None, sequence or 0, row["id"]


def days(span: timedelta | None) -> int | None:
    """A span in whole days, rounded up: what takes a day and an hour is there after two."""
    return None if span is None else -(-span // _DAY)


def written(value: date | datetime | None) -> str | None:
    """A day or a moment as a row holds it."""
    return value.isoformat() if value else None


def without_gaps(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what Tryton leaves empty: our schema has its own words for that."""
    return {name: value for name, value in values.items() if value not in (None, "")}

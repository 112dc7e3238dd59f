"""Their columns to our fields, as somebody writes it down in TOML at go-live.

[file]
separator = ";"            # , by default
encoding = "cp1252"        # utf-8 by default
decimal = ","              # . by default
thousands = "."            # none by default
day = "%d.%m.%Y"           # ISO by default, as 2026-01-31
moment = "%d.%m.%Y %H:%M"  # ISO with an offset by default
time_zone = "Europe/Paris" # of moments that name none
empty = ["", "NULL"]       # cells that hold nothing

[columns]                  # our field = their column; several are joined with a slash
native_id = ["Order", "Line"]
item_id = "Article"

[constants]                # our field = the same value in every row
unit = "EA"

[returns]                  # rows whose quantity is taken back, however it is signed
column = "Type"
values = ["RET", "CRN"]
"""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from service.go_live.kinds import Fields


class MappingError(Exception):
    """The mapping, or the file's header, does not fit; nothing was read."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no IANA time zone; write for example 'Europe/London'")
    return name


class Layout(_Part):
    """How cells are written."""

    separator: str = Field(",", min_length=1, max_length=1)
    encoding: str = "utf-8-sig"
    decimal: Literal[".", ","] = "."
    thousands: str = Field("", max_length=1)
    day: str | None = None
    moment: str | None = None
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    empty: frozenset[str] = frozenset({""})


class Returns(_Part):
    """Which rows take back what was sold."""

    column: str
    values: frozenset[str]


class ColumnMapping(_Part):
    """A mapping; without columns the file's own names are our fields."""

    file: Layout = Layout()
    columns: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    returns: Returns | None = None

    def sources(self, header: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The file's columns of each field."""
        if not self.columns:
            return {name: (name,) for name in header}
        return {
            name: (told,) if isinstance(told, str) else told for name, told in self.columns.items()
        }

    def check(self, fields: Fields, header: Sequence[str]) -> None:
        """Raise MappingError where a name leads nowhere, or a field that is needed is missing."""
        sources = self.sources(header)
        told = sources.keys() | self.constants.keys()
        wanted = {column for columns in sources.values() for column in columns}
        if self.returns:
            wanted.add(self.returns.column)
        known = ", ".join(sorted(fields.types))
        _complain(told - fields.types.keys(), "No field is called {}", f"The fields are {known}.")
        _complain(
            wanted - set(header), "The file has no column {}", f"Its columns: {', '.join(header)}."
        )
        _complain(fields.required - told, "Nothing leads to {}", "Name its column under [columns].")


def read_mapping(path: Path | None) -> ColumnMapping:
    """The mapping in a TOML file; the empty one for None. Raises MappingError."""
    if path is None:
        return ColumnMapping()
    try:
        return ColumnMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        found = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise MappingError(f"{path}: {found}") from error


def _complain(names: Iterable[str], sentence: str, remedy: str) -> None:
    if names:
        listed = ", ".join(map(repr, sorted(names)))
        raise MappingError(f"{sentence.format(listed)}. {remedy}")

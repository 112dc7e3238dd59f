"""Closed reading of TOML: each key is known, each value has the type that is wanted."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar

from rules.policy.findings import refuse

Value = TypeVar("Value")

_IN_WORDS: Mapping[type, str] = {
    str: "a text in quotes",
    int: "a whole number",
    Decimal: "a number with a decimal point",
    bool: "true or false",
    dict: "a table",
    list: "a list",
    date: "a date",
    datetime: "a date with a time",
}
REQUIRED: Any = object()
"""Stands for "no default": the key must be there."""


class TomlTable:
    """A table of which every key must be asked for, or ``finish`` refuses."""

    def __init__(self, where: str, content: object) -> None:
        if not isinstance(content, Mapping):
            raise refuse(where, "is no table", f"write a table under [{where}]")
        self.where = where
        self._content: Mapping[str, Any] = content
        self._known: set[str] = set()

    def at(self, key: str) -> str:
        """Where ``key`` stands, for messages."""
        return f"{self.where}.{key}" if self.where else key

    def take(self, key: str, kind: type[Value], default: Value = REQUIRED) -> Value:
        """The value under ``key``; refused if absent without default or of another type."""
        self._known.add(key)
        if key not in self._content:
            if default is REQUIRED:
                raise refuse(
                    self.where or "policy", f"{key} is missing", f"add {key} = {_IN_WORDS[kind]}"
                )
            return default
        value = self._content[key]
        # bool is an int and datetime a date to Python, but not to the author of a policy.
        if type(value) is not kind:
            raise refuse(
                self.at(key), f"{value!r} is of the wrong kind", f"write {_IN_WORDS[kind]}"
            )
        return value

    def text(self, key: str, default: str = REQUIRED) -> str:
        """A text that says something."""
        value = self.take(key, str, default)
        if default is REQUIRED and not value.strip():
            raise refuse(self.at(key), "is empty", "say something")
        return value

    def choice(self, key: str, among: tuple[str, ...], default: str = REQUIRED) -> str:
        """One of a few words."""
        return one_of(self.at(key), self.text(key, default), among)

    def tables(self, key: str) -> list["TomlTable"]:
        """A list of tables; absent means none."""
        rows = self.take(key, list, [])
        return [TomlTable(f"{self.at(key)}[{at}]", row) for at, row in enumerate(rows, 1)]

    def table(self, key: str) -> "TomlTable":
        """A table within this one."""
        inner: dict[str, Any] = self.take(key, dict)
        return TomlTable(self.at(key), inner)

    def table_if_given(self, key: str) -> "TomlTable | None":
        """A table within this one; None if it is absent."""
        return self.table(key) if key in self._content else None

    def entries(self) -> Mapping[str, Any]:
        """All keys and values, where the author chooses the keys."""
        self._known.update(self._content)
        return self._content

    def finish(self) -> None:
        """Refuse keys that nobody asked for: a misspelt key must not be a silent default."""
        for key in self._content:
            if key not in self._known:
                raise refuse(
                    self.at(key),
                    "is not known here",
                    meant(key, tuple(sorted(self._known))),
                )


def one_of(where: str, value: str, among: tuple[str, ...]) -> str:
    """``value`` if it is among the words, else a refusal that names the nearest."""
    if value not in among:
        raise refuse(where, f"{value!r} is not known here", meant(value, among))
    return value


def meant(word: str, among: tuple[str, ...]) -> str:
    """How to mend a misspelt word."""
    near = get_close_matches(word, among, n=1)
    return f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(among)}"

"""From the text of a cell to its condition; whatever is not understood is refused.

``-``, ``<= 500.00``, ``[13..52]``, ``(0..0.5]``, ``"smooth","erratic"``, ``not("new")``, ``true``,
``date("2026-01-31")``, ``null``.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from rules.policy.findings import PolicyError, refuse
from rules.policy.inputs import EXACT_TYPES, ORDERED_TYPES, Input
from rules.policy.toml_tables import meant
from rules.policy.unary_tests import (
    AnyOf,
    Comparison,
    Equals,
    IsMissing,
    Literal,
    NoneOf,
    Range,
    UnaryTest,
)

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\["\\])*"|-?\d+(?:\.\d+)?|\.\.|<=|>=|[<>\[\](),]|[A-Za-z_]+)')
_FORMS = 'write for example <= 500.00, [1..5], "a","b", not("a"), true, null or -'


def parse_cell(text: str, declared: Input, where: str) -> UnaryTest | None:
    """The condition that ``text`` puts on ``declared``; None for ``-``, which asks nothing."""
    if text.strip() == "-":
        return None
    return _Cell(text, declared, where).parse()


class _Cell:
    """One cell being read from left to right."""

    def __init__(self, text: str, declared: Input, where: str) -> None:
        self._text, self._declared, self._where = text, declared, where
        self._tokens = self._split(text)

    def parse(self) -> UnaryTest:
        if self._tokens[:2] == ["not", "("]:
            del self._tokens[:2]
            tests = self._list()
            self._expect(")")
            found: UnaryTest = NoneOf(tests)
        else:
            tests = self._list()
            found = tests[0] if len(tests) == 1 else AnyOf(tests)
        if self._tokens:
            raise self._refuse(f"{self._tokens[0]!r} is too much")
        return found

    def _split(self, text: str) -> list[str]:
        tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._refuse(f"{text[at:]!r} is not understood")
            tokens.append(match.group(1))
            at = match.end()
        return tokens

    def _list(self) -> tuple[UnaryTest, ...]:
        tests = [self._test()]
        while self._tokens[:1] == [","]:
            del self._tokens[0]
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> UnaryTest:
        word = self._next("a condition")
        if word == "null":
            return IsMissing()
        if word in ("<", "<=", ">", ">="):
            return Comparison(word, self._bound())
        if word in ("[", "("):
            return self._range(opening=word)
        return Equals(self._literal(word))

    def _range(self, *, opening: str) -> Range:
        low = self._bound()
        self._expect("..")
        high = self._bound()
        closing = self._next("']' or ')'")
        if closing not in ("]", ")"):
            raise self._refuse(f"{closing!r} does not close a range")
        if low > high:
            raise self._refuse(f"the range ends at {high}, before it begins at {low}")
        return Range(
            Comparison(">=" if opening == "[" else ">", low),
            Comparison("<=" if closing == "]" else "<", high),
        )

    def _bound(self) -> Any:
        if self._declared.type not in ORDERED_TYPES:
            raise self._refuse(f"{self._declared.in_words} has no order to compare by")
        return self._literal(self._next("a value"))

    def _literal(self, word: str) -> Literal:
        kind = self._declared.type
        if kind in EXACT_TYPES:
            return self._number(word)
        if kind == "int" and re.fullmatch(r"-?\d+", word):
            return int(word)
        if kind in ("enum", "text") and word.startswith('"'):
            return self._word(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "bool" and word in ("true", "false"):
            return word == "true"
        if kind == "date" and word == "date":
            return self._date()
        raise self._refuse(f"{word} is not {self._declared.in_words}")

    def _number(self, token: str) -> Decimal:
        if not re.fullmatch(r"-?\d+(?:\.\d+)?", token):
            raise self._refuse(f"{token} is not {self._declared.in_words}")
        decimals = len(token.partition(".")[2])
        if decimals > self._declared.scale:
            raise self._refuse(
                f"{token} has {decimals} decimals, but {self._declared.name} is compared with"
                f" {self._declared.scale}"
            )
        return Decimal(token)

    def _word(self, word: str) -> str:
        values = self._declared.values
        if values and word not in values:
            raise refuse(
                self._where,
                f"{word!r} is no value of {self._declared.name}",
                meant(word, values),
            )
        return word

    def _date(self) -> date:
        self._expect("(")
        text = self._next("a day in quotes").strip('"')
        self._expect(")")
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self._refuse(f'{text!r} is no day; write date("2026-01-31")') from error

    def _next(self, wanted: str) -> str:
        if not self._tokens:
            raise self._refuse(f"the cell ends where {wanted} is expected")
        return self._tokens.pop(0)

    def _expect(self, token: str) -> None:
        found = self._next(repr(token))
        if found != token:
            raise self._refuse(f"{found!r} stands where {token!r} is expected")

    def _refuse(self, problem: str) -> PolicyError:
        return refuse(self._where, f"{self._text!r}: {problem}", _FORMS)

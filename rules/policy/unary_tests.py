"""Conditions of one input, as data: what a cell of a decision table says, parsed.

The forms are a part of FEEL's unary tests (OMG DMN 1.5, chapter 10.3.2.8). One rule departs from
it on purpose: a missing value meets no condition but an explicit ``null``, so that
``not("blocked")`` does not wave through a supplier that nobody knows.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from rules.policy.inputs import Fact

Literal = Decimal | int | str | bool | date


class UnaryTest(Protocol):
    """A condition that a fact meets or not."""

    def holds(self, fact: Fact) -> bool:
        """Whether ``fact`` meets the condition; None is a missing value."""
        ...


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Comparison:
    """``<= 500.00``: on one side of a bound."""

    sign: str
    bound: Literal

    def holds(self, fact: Fact) -> bool:
        """Compares; a missing value meets no comparison."""
        return fact is not None and _COMPARE[self.sign](fact, self.bound)


@dataclass(frozen=True)
class Range:
    """``[a..b]`` with both ends, ``(a..b]`` without a."""

    low: Comparison
    high: Comparison

    def holds(self, fact: Fact) -> bool:
        """Both ends hold."""
        return self.low.holds(fact) and self.high.holds(fact)


@dataclass(frozen=True)
class Equals:
    """``"smooth"``, ``true``, ``3``: this value."""

    value: Literal

    def holds(self, fact: Fact) -> bool:
        """The fact is the value."""
        return fact is not None and fact == self.value


@dataclass(frozen=True)
class IsMissing:
    """``null``: no value."""

    def holds(self, fact: Fact) -> bool:
        """The fact is missing."""
        return fact is None


@dataclass(frozen=True)
class AnyOf:
    """``"smooth","erratic"``: one is enough."""

    tests: tuple[UnaryTest, ...]

    def holds(self, fact: Fact) -> bool:
        """One of the tests holds."""
        return any(test.holds(fact) for test in self.tests)


@dataclass(frozen=True)
class NoneOf:
    """``not(...)``: the value is known and meets none of them."""

    tests: tuple[UnaryTest, ...]

    def holds(self, fact: Fact) -> bool:
        """The fact is there and none of the tests holds."""
        return fact is not None and not any(test.holds(fact) for test in self.tests)

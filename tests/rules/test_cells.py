"""Cells mean what they say, and what is not understood is refused."""

from datetime import date
from decimal import Decimal

import pytest

from rules.policy.cells import parse_cell
from rules.policy.findings import PolicyError
from rules.policy.inputs import Fact, Input

MONEY = Input("value", "money", "GBP", "", "review", scale=2)
COUNT = Input("orders", "int", "orders", "", "review")
CLASS = Input("demand_class", "enum", "", "", "review", values=("smooth", "erratic", "new"))
SUPPLIER = Input("supplier", "text", "", "", "review")
FLAG = Input("conflict", "bool", "", "", "review")
DAY = Input("day", "date", "", "", "review")


def holds(cell: str, declared: Input, fact: Fact) -> bool:
    test = parse_cell(cell, declared, "here")
    assert test is not None
    return test.holds(fact)


@pytest.mark.parametrize(
    ("cell", "declared", "meets", "fails"),
    [
        ("<= 500.00", MONEY, Decimal(500), Decimal("500.01")),
        ("< 500.00", MONEY, Decimal("499.99"), Decimal(500)),
        ("> -1.5", MONEY, Decimal(0), Decimal("-1.5")),
        (">=500", MONEY, Decimal(500), Decimal("499.99")),
        ("[1.00..5.00]", MONEY, Decimal(5), Decimal("5.01")),
        ("[1.00..5.00]", MONEY, Decimal(1), Decimal("0.99")),
        ("(1.00..5.00]", MONEY, Decimal("1.01"), Decimal(1)),
        ("[1.00..5.00)", MONEY, Decimal("4.99"), Decimal(5)),
        ("[0..0.25]", MONEY, Decimal("0.25"), Decimal("0.26")),
        ("<1, [3..4], 9", COUNT, 4, 2),
        ("3", COUNT, 3, 4),
        ('"smooth","erratic"', CLASS, "erratic", "new"),
        ('not("new")', CLASS, "smooth", "new"),
        ('not("new", "erratic")', CLASS, "smooth", "erratic"),
        ("not(< 3)", COUNT, 3, 2),
        ('"say \\"hi\\", \\\\"', SUPPLIER, 'say "hi", \\', "say hi"),
        ("true", FLAG, True, False),
        ("not(true)", FLAG, False, True),
        ('< date("2026-02-01")', DAY, date(2026, 1, 31), date(2026, 2, 1)),
        ("null", SUPPLIER, None, "S-1"),
        ("not(null)", SUPPLIER, "S-1", None),
        ('null,"S-1"', SUPPLIER, None, "S-2"),
    ],
)
def test_a_condition_holds_on_one_side_and_not_on_the_other(
    cell: str, declared: Input, meets: Fact, fails: Fact
) -> None:
    assert holds(cell, declared, meets)
    assert not holds(cell, declared, fails)


@pytest.mark.parametrize(
    ("cell", "declared"),
    [
        ("<= 500.00", MONEY),
        ("[0..5]", MONEY),
        ('"smooth"', CLASS),
        ('not("new")', CLASS),
        ("not(null)", CLASS),
        ("false", FLAG),
    ],
)
def test_a_missing_value_meets_no_condition_but_null(cell: str, declared: Input) -> None:
    assert not holds(cell, declared, None)


def test_a_dash_asks_nothing() -> None:
    assert parse_cell(" - ", MONEY, "here") is None


@pytest.mark.parametrize(
    ("cell", "declared", "words"),
    [
        ("<< 3", MONEY, "'<' where|< is not"),
        ("> foo", MONEY, "foo is not an exact amount"),
        ("< 1000 and", MONEY, "'and' is too much"),
        ("< 1.005", MONEY, "1.005 has 3 decimals, but value is compared with 2"),
        ("1e3", MONEY, "'e' is too much"),
        ("[5..1]", MONEY, "the range ends at 1, before it begins at 5"),
        ("[1..5", MONEY, "the cell ends where"),
        ("[1,5]", MONEY, "',' stands where"),
        ("[1..5>", MONEY, "'>' does not close a range"),
        ("", MONEY, "the cell ends where a condition is expected"),
        ("<= 500.00,", MONEY, "the cell ends where a condition is expected"),
        ("not(1", MONEY, "the cell ends where"),
        ("not 1", MONEY, "not is not an exact amount"),
        ("500 GBP", MONEY, "'GBP' is too much"),
        ("£5", MONEY, "'£5' is not understood"),
        ("1.5", COUNT, "1.5 is not a whole number"),
        ('"smoth"', CLASS, "did you mean 'smooth'"),
        ("smooth", CLASS, "smooth is not one of the declared words"),
        ('> "new"', CLASS, "has no order to compare by"),
        ("True", FLAG, "True is not true or false"),
        ('date("2026-02-30")', DAY, "'2026-02-30' is no day"),
        ('"2026-02-01"', DAY, "is not a date"),
    ],
)
def test_a_cell_that_is_not_understood_is_refused(cell: str, declared: Input, words: str) -> None:
    with pytest.raises(PolicyError, match=words) as refused:
        parse_cell(cell, declared, "route[2].when.value")
    assert refused.value.findings[0].where == "route[2].when.value"
    assert refused.value.findings[0].remedy

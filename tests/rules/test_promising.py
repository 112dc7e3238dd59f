"""Who gets what of the supply that is there or on its way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ordering.promising import Deal, Incoming, covered_on, set_aside

TODAY = date(2011, 8, 29)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def incoming(quantity: int, on: int | None = 0, reference: str = "stock") -> Incoming:
    return Incoming(reference, Decimal(quantity), None if on is None else day(on))


def deal(name: str, quantity: int, first: int = 0, last: int = 10, **changes: Any) -> Deal:
    usual = {"won": False, "win_probability": Decimal("0.5"), **changes}
    return Deal(name, Decimal(quantity), day(first), day(last), **usual)


def sold_per_day(quantity: int) -> Any:
    return lambda until: Decimal(quantity) * ((until - TODAY).days + 1)


def nothing(_until: date) -> Decimal:
    return Decimal(0)


def given_to(parts: Any) -> dict[str, list[tuple[str, int]]]:
    return {
        name: [(part.incoming.reference, int(part.quantity)) for part in mine]
        for name, mine in parts.items()
    }


def test_what_is_sold_until_the_end_of_the_window_comes_first() -> None:
    parts = set_aside([incoming(100)], sold_per_day(5), [deal("A", 80, last=9)])
    assert given_to(parts) == {"A": [("stock", 50)]}
    assert covered_on(parts["A"], Decimal(80)) is None
    assert covered_on(parts["A"], Decimal(50)) == TODAY


def test_supply_that_comes_after_the_window_leaves_what_is_sold_until_then() -> None:
    supply = [incoming(50, 0), incoming(100, 14, "PO-1")]
    parts = set_aside(supply, sold_per_day(5), [deal("A", 80, last=9)])
    assert given_to(parts) == {"A": [("PO-1", 75)]}
    assert covered_on(parts["A"], Decimal(75)) == day(14)


def test_won_comes_before_open_and_then_the_first_delivery_day_decides() -> None:
    deals = [
        deal("late", 40, first=3),
        deal("early", 40, first=1),
        deal("won", 40, first=5, won=True),
        deal("likely", 40, first=1, win_probability=Decimal("0.9")),
    ]
    parts = set_aside([incoming(130)], nothing, deals)
    quantities = {name: sum(part.quantity for part in mine) for name, mine in parts.items()}
    assert quantities == {"won": 40, "likely": 40, "early": 40, "late": 10}


def test_an_early_delivery_takes_nothing_from_under_a_firm_one() -> None:
    firm = deal("firm", 9, last=20, won=True)
    supply = [incoming(10, 0), incoming(20, 20, "PO-1")]
    parts = set_aside(supply, sold_per_day(1), [firm, deal("early", 4, last=5)])
    assert given_to(parts) == {"firm": [("PO-1", 9)], "early": []}


def test_supply_without_a_day_comes_last_and_tells_no_day() -> None:
    supply = [incoming(30, None, "PO-overdue"), incoming(20, 5, "PO-1")]
    parts = set_aside(supply, nothing, [deal("A", 40)])
    assert given_to(parts) == {"A": [("PO-1", 20), ("PO-overdue", 20)]}
    assert covered_on(parts["A"], Decimal(40)) is None


def test_stock_below_zero_is_nothing() -> None:
    assert given_to(set_aside([incoming(-5)], nothing, [deal("A", 10)])) == {"A": []}


any_supply = st.lists(
    st.tuples(st.integers(0, 200), st.none() | st.integers(0, 40)), max_size=6
).map(lambda rows: [incoming(q, on, f"S{number}") for number, (q, on) in enumerate(rows)])
any_deals = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 30), st.integers(0, 30), st.booleans()),
    max_size=6,
).map(
    lambda rows: [
        deal(f"D{number}", quantity, first, first + days, won=won)
        for number, (quantity, first, days, won) in enumerate(rows)
    ]
)


@settings(max_examples=300, deadline=None)
@given(any_supply, st.integers(0, 20), any_deals)
def test_nothing_is_promised_twice_nor_more_than_what_comes_first_leaves(
    supply: list[Incoming], per_day: int, deals: list[Deal]
) -> None:
    ahead = sold_per_day(per_day)
    parts = set_aside(supply, ahead, deals)
    used: dict[str, Decimal] = {}
    for mine in parts.values():
        for part in mine:
            used[part.incoming.reference] = used.get(part.incoming.reference, 0) + part.quantity
    assert all(used.get(one.reference, 0) <= one.quantity for one in supply)
    total = sum((one.quantity for one in supply), Decimal(0))
    for one in deals:
        got = sum((part.quantity for part in parts[one.name]), Decimal(0))
        assert 0 <= got <= one.quantity
        assert got == 0 or sum(used.values()) + ahead(one.last_day) <= total
    reversed_order = set_aside(supply[::-1], ahead, deals[::-1])
    assert reversed_order == parts


@settings(max_examples=200, deadline=None)
@given(any_supply, any_deals, st.integers(0, 6))
def test_a_deal_more_at_the_end_takes_nothing_from_those_before_it(
    supply: list[Incoming], deals: list[Deal], quantity: int
) -> None:
    last = deal("last", quantity, first=100, last=100)
    before = set_aside(supply, nothing, deals)
    with_it = set_aside(supply, nothing, [*deals, last])
    assert {name: mine for name, mine in with_it.items() if name != "last"} == before

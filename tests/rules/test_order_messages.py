"""Messages about purchase lines: worked examples, and what holds for all of them."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordering.order_message_words import sentence
from rules.ordering.order_messages import (
    MessageKind,
    OrderMessage,
    Tolerances,
    order_messages,
    recompute_projection,
)
from rules.ordering.stock_projection import DemandUntil, Projection, PurchaseLine
from rules.ordering.terms import ExplanationMismatch, Record

CASES = tomllib.loads(
    (Path(__file__).parent / "cases/order_messages.toml").read_text(encoding="utf-8"),
    parse_float=Decimal,
)["case"]
TODAY = date(2011, 2, 28)
TOLERANCES = Tolerances(sooner_days=3, later_days=14)
NONE = Decimal(0)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def line(due: int, quantity: int) -> PurchaseLine:
    reference = f"erp/PO-{due}"
    record = Record("open_purchase_line", reference, in_days(due).isoformat())
    return PurchaseLine(reference, Decimal(quantity), in_days(due), record)


def steady(per_day: int, days: int = 60, **stock: Any) -> Projection:
    demand = [DemandUntil(Decimal(per_day * day), NONE, NONE) for day in range(1, days + 1)]
    usual: dict[str, Any] = {"on_hand": 0, "backorders": 0, "safety_stock": 0}
    told = {name: Decimal(value) for name, value in {**usual, **stock}.items()}
    return Projection(TODAY, told["on_hand"], told["backorders"], told["safety_stock"], demand)


@pytest.mark.parametrize("case", CASES, ids=[case["sentence"] for case in CASES])
def test_what_is_asked_of_purchase_lines(case: dict[str, Any]) -> None:
    lines = [line(**one) for one in case["lines"]]
    found = order_messages(steady(**case["given"]), lines, TOLERANCES, "EA")
    told = [
        {
            "kind": one.kind.value,
            "line": (one.line.due - TODAY).days,
            "wanted": (one.wanted - TODAY).days,
            "projected": one.projected_stock,
            **({"runs_out": (one.runs_out_on - TODAY).days} if one.runs_out_on else {}),
        }
        for one in found
    ]
    assert told == case["expect"]


@st.composite
def _projections(draw: st.DrawFn) -> Projection:
    days = draw(st.integers(1, 90))
    steps = st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(-5, 30))
    totals = [0, 0, 0]
    demand = []
    for _ in range(days):
        totals = [total + step for total, step in zip(totals, draw(steps), strict=True)]
        demand.append(DemandUntil(*map(Decimal, totals)))
    on_hand, owed, safety = (Decimal(draw(st.integers(low, 900))) for low in (-200, 0, 0))
    return Projection(TODAY, on_hand, owed, safety, demand)


_LINES = st.lists(
    st.tuples(st.integers(-20, 120), st.integers(1, 900)), max_size=6, unique_by=lambda one: one[0]
).map(lambda drawn: [line(due, quantity) for due, quantity in drawn])


@given(_projections(), _LINES)
def test_the_terms_of_every_message_add_up_to_the_projected_stock(
    projection: Projection, lines: list[PurchaseLine]
) -> None:
    for message in order_messages(projection, lines, TOLERANCES, "EA"):
        before = sum((one.quantity for one in lines if one.due < message.line.due), Decimal(0))
        demand = projection.until(message.projected_on).total
        opening = projection.usable_on_hand - projection.backorders
        assert message.projected_stock == opening + before - demand
        assert recompute_projection(message.to_json()) == message.projected_stock


@given(_projections(), _LINES)
def test_no_line_gets_two_messages_and_each_means_what_it_says(
    projection: Projection, lines: list[PurchaseLine]
) -> None:
    found = order_messages(projection, lines, TOLERANCES, "EA")
    references = [message.line.reference for message in found]
    assert len(set(references)) == len(references)
    for message in found:
        due = max(message.line.due, TODAY)
        if message.kind is MessageKind.EXPEDITE:
            assert message.runs_out_on is not None
            assert message.wanted <= message.runs_out_on < due
            assert (due - message.wanted).days >= TOLERANCES.sooner_days
        elif message.kind is MessageKind.DEFER:
            assert (message.wanted - due).days >= TOLERANCES.later_days
            assert message.projected_stock >= projection.safety_stock
        else:
            assert message.below_safety_on is None
            assert message.projected_stock >= projection.safety_stock


@given(_projections(), st.integers(-20, 120), st.integers(1, 900))
def test_a_line_that_was_moved_as_asked_is_left_in_peace(
    projection: Projection, due: int, quantity: int
) -> None:
    asked = order_messages(projection, [line(due, quantity)], TOLERANCES, "EA")
    if asked and asked[0].kind is not MessageKind.CANCEL_ORDER:
        moved = replace(asked[0].line, due=asked[0].wanted)
        assert order_messages(projection, [moved], TOLERANCES, "EA") == []


def test_messages_are_told_in_words() -> None:
    (expedite,) = order_messages(
        steady(10, on_hand=50, safety_stock=20), [line(12, 400)], TOLERANCES, "EA"
    )
    assert sentence(expedite) == (
        "Expedite erp/PO-12 from 12 Mar 2011 to 3 Mar 2011: stock is projected to run out "
        "on 5 Mar 2011."
    )
    (defer,) = order_messages(
        steady(10, on_hand=250, safety_stock=20), [line(9, 400)], TOLERANCES, "EA"
    )
    assert sentence(defer) == (
        "Defer erp/PO-9 from 9 Mar 2011 to 23 Mar 2011: without it 150 EA are projected on "
        "9 Mar 2011, above the safety stock of 20 until 23 Mar 2011."
    )
    (cancel,) = order_messages(
        steady(10, on_hand=700, safety_stock=20), [line(9, 400)], TOLERANCES, "EA"
    )
    assert sentence(cancel) == (
        "Cancel erp/PO-9 due 9 Mar 2011: without it 100 EA are projected on 28 Apr 2011, above "
        "the safety stock of 20."
    )


def test_terms_that_do_not_add_up_are_refused() -> None:
    (message,) = order_messages(
        steady(10, on_hand=50, safety_stock=20), [line(12, 400)], TOLERANCES, "EA"
    )
    with pytest.raises(ExplanationMismatch, match="add up to"):
        _altered(message)


def _altered(message: OrderMessage) -> OrderMessage:
    return replace(message, projected_stock=message.projected_stock + 1)


def test_a_negative_safety_stock_and_no_days_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        steady(1, safety_stock=-1)
    with pytest.raises(ValueError, match="one day"):
        steady(1, days=0)

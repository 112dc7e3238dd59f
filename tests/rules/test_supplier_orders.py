"""What holds for every supplier order, whatever its lines."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rules.ordering.supplier_orders import Conditions, OrderLine, supplier_order

_AMOUNTS = st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100)
_MEASURES = st.one_of(
    st.none(), st.integers(1, 10**8).map(lambda millionths: Decimal(millionths) / 10**6)
)


@st.composite
def _lines(draw: st.DrawFn) -> list[OrderLine]:
    return [
        OrderLine(
            reference=f"L{number}",
            quantity=Decimal(draw(st.integers(1, 10**6))),
            unit_price=draw(st.one_of(st.just(Decimal(0)), _AMOUNTS)),
            currency="GBP",
            unit_volume=draw(_MEASURES),
            unit_weight=draw(_MEASURES),
            order_multiple=Decimal(draw(st.integers(1, 5000))),
            daily_demand=draw(_MEASURES),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


@given(_lines(), _AMOUNTS)
def test_each_suggestion_reaches_the_minimum_and_one_multiple_less_does_not(
    lines: list[OrderLine], limit: Decimal
) -> None:
    order = supplier_order(lines, Conditions("GBP", minimum_order_value=limit))
    by_reference = {line.reference: line for line in lines}
    for one in order.raises:
        line = by_reference[one.reference]
        assert line.unit_price is not None
        assert one.extra_quantity == one.multiples * line.order_multiple
        assert order.values["GBP"] + one.extra_value >= limit
        assert order.values["GBP"] + one.extra_value - line.order_multiple * line.unit_price < limit


@given(_lines(), _AMOUNTS)
def test_suggestions_buy_ever_more_days_of_cover(lines: list[OrderLine], limit: Decimal) -> None:
    raises = supplier_order(lines, Conditions("GBP", minimum_order_value=limit)).raises
    days = [one.days_of_cover for one in raises]
    known = [each for each in days if each is not None]
    assert known == sorted(known)
    assert days[: len(known)] == known


@given(_lines(), _AMOUNTS)
def test_value_and_what_is_missing_add_up(lines: list[OrderLine], limit: Decimal) -> None:
    order = supplier_order(lines, Conditions("GBP", limit))
    assert order.minimum is not None
    assert order.minimum.missing is not None
    assert order.values["GBP"] + order.minimum.missing == max(limit, order.values["GBP"])
    assert order.values["GBP"] == sum(line.value or 0 for line in lines)


@given(_lines(), _AMOUNTS, _AMOUNTS)
def test_the_containers_hold_the_order_and_one_less_would_not(
    lines: list[OrderLine], volume: Decimal, units: Decimal
) -> None:
    order = supplier_order(lines, Conditions("GBP", container_volume=volume, container_units=units))
    container = order.container
    assert container is not None
    load, capacity = (
        (order.volume, volume) if container.dimension == "volume" else (order.units, units)
    )
    assert (container.containers - 1) * capacity < load <= container.containers * capacity
    assert order.volume <= container.containers * volume
    assert order.units <= container.containers * units
    assert 0 <= container.fill <= 1


def test_a_line_without_a_price_leaves_the_minimum_open() -> None:
    line = OrderLine("A", Decimal(10), None, None)
    order = supplier_order([line], Conditions("GBP", minimum_order_value=Decimal(1)))
    assert (order.unpriced, order.values, order.raises) == (1, {}, ())
    assert order.minimum is not None
    assert order.minimum.met is None


def test_without_conditions_an_order_is_just_a_sum() -> None:
    order = supplier_order([OrderLine("A", Decimal(3), Decimal("1.10"), "GBP")], None)
    assert (order.values, order.minimum, order.container) == ({"GBP": Decimal("3.30")}, None, None)

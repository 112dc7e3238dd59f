from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.context import ServiceContext
from service.feeds.batches import FeedKind, Outcome
from service.feeds.tables import SalesLineRow, StockPositionRow
from service.feeds.units import (
    Conversion,
    InexactConversionError,
    ItemUnits,
    item_units,
    price_per_base,
    to_base,
)
from tests.service.builders_feeds import Erp, box, item, outcomes, sale, stock, stored

DAY = date(2011, 8, 1)


def in_boxes(*conversions: tuple[str, str, date]) -> ItemUnits:
    entries = [Conversion("BOX", Decimal(n), Decimal(d), since) for n, d, since in conversions]
    return ItemUnits("BOTTLE", "EA", 0, tuple(entries))


def test_a_box_of_twelve_is_twelve_pieces() -> None:
    assert to_base(in_boxes(("12", "1", date.min)), Decimal("2.5"), "BOX", DAY) == 30


def test_without_a_unit_the_base_unit_is_meant() -> None:
    assert to_base(in_boxes(), Decimal(7), None, DAY) == 7
    assert to_base(in_boxes(), Decimal(7), "EA", DAY) == 7


def test_a_unit_the_item_does_not_have_is_no_quantity() -> None:
    assert to_base(in_boxes(("12", "1", date.min)), Decimal(7), "PALLET", DAY) is None


def test_the_conversion_of_the_day_counts() -> None:
    units = in_boxes(("12", "1", date(2011, 1, 1)), ("10", "1", date(2011, 8, 1)))
    assert to_base(units, Decimal(1), "BOX", date(2011, 7, 31)) == 12
    assert to_base(units, Decimal(1), "BOX", date(2011, 8, 1)) == 10
    assert to_base(units, Decimal(1), "BOX", date(2010, 12, 31)) is None


def test_a_third_is_no_exact_quantity() -> None:
    with pytest.raises(InexactConversionError):
        to_base(in_boxes(("1", "3", date.min)), Decimal(1), "BOX", DAY)
    assert to_base(in_boxes(("1", "3", date.min)), Decimal(6), "BOX", DAY) == 2


def test_a_price_for_a_box_is_shared_by_its_pieces() -> None:
    units = in_boxes(("12", "1", date.min))
    assert price_per_base(units, Decimal(25), "BOX", DAY) == Decimal("2.083333")


def test_a_price_out_of_range_is_refused() -> None:
    units = in_boxes(("0.000001", "999999999", date.min))
    with pytest.raises(InexactConversionError):
        price_per_base(units, Decimal(999_999_999), "BOX", DAY)


millionths = st.integers(1, 10**15 - 1).map(lambda value: Decimal(value).scaleb(-6))


@given(millionths, millionths, millionths, st.sampled_from([1, -1]))
def test_a_converted_quantity_is_exact_or_refused(
    quantity: Decimal, numerator: Decimal, denominator: Decimal, sign: int
) -> None:
    units = in_boxes((str(numerator), str(denominator), date.min))
    exact = Fraction(quantity) * sign * Fraction(numerator) / Fraction(denominator)
    representable = (exact * 10**6).denominator == 1 and abs(exact) < 10**9
    try:
        converted = to_base(units, quantity * sign, "BOX", DAY)
    except InexactConversionError:
        assert not representable
    else:
        assert converted is not None
        assert Fraction(converted) == exact
        assert representable


def test_quantities_are_stored_in_base_units(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    erp.send(FeedKind.SALES_LINES, sale(quantity="-2", unit="BOX", unit_price=Decimal(24)))
    erp.send(FeedKind.STOCK_POSITIONS, stock("3", unit="BOX", backorders=Decimal("0.5")))
    (line,) = stored(context, SalesLineRow)
    (position,) = stored(context, StockPositionRow)
    assert (line.quantity, line.unit_price) == (Decimal(-24), Decimal(2))
    assert (position.on_hand, position.backorders) == (Decimal(36), Decimal(6))


def test_an_inexact_quantity_is_rejected_with_a_remedy(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.ITEMS, item(conversions=(box("1", denominator="3"),)))
    answers = erp.send(
        FeedKind.SALES_LINES, sale("SO-1", unit="BOX"), sale("SO-2", "6", unit="BOX")
    )
    assert outcomes(answers) == [Outcome.REJECTED, Outcome.STORED]
    assert answers[0].problem is not None
    assert "'EA'" in answers[0].problem["remedy"]
    assert [row.quantity for row in stored(context, SalesLineRow)] == [Decimal(2)]


def test_the_units_of_many_items_are_read_at_once(erp: Erp, context: ServiceContext) -> None:
    codes = [f"ITEM-{number}" for number in range(600)]
    erp.send(FeedKind.ITEMS, *(item(code, conversions=(box("12"),)) for code in codes))
    with context.database.read() as session:
        units = item_units(session, [*codes, "NOTHING"])
    assert len(units) == 600
    assert to_base(units["ITEM-7"], Decimal(1), "BOX", DAY) == 12

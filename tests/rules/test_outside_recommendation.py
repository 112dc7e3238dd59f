from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordering.explain import Subject
from rules.ordering.explanation import Explanation, recompute_quantity
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.outside_recommendation import (
    OutsideQuantity,
    explain_recommendation,
    keeps_lot,
)
from rules.ordering.supply_and_demand import SupplyLine
from rules.ordering.terms import Record

WHOLE_UNITS = LotSizing(Decimal(0), Decimal(1), Decimal(1))
LOT = LotSizing(Decimal(50), Decimal(25), Decimal(1))


def explained(
    quantity: Decimal, taken: list[Decimal] | None = None, lot: LotSizing = WHOLE_UNITS
) -> Explanation:
    record = Record("outside_recommendation", "foresight/ITEM@HUB", "31")
    recommended = OutsideQuantity("foresight", quantity, date(2026, 3, 2), record, "PLO-12")
    lines = [
        SupplyLine(f"PEG-{place}", one, Record("proposal", f"PEG-{place}", "ordered"))
        for place, one in enumerate(taken or [])
    ]
    return explain_recommendation(recommended, lines, lot, Subject("EA", {"item": "ITEM"}))


def test_what_was_taken_since_comes_off() -> None:
    found = explained(Decimal(100), [Decimal(60), Decimal(15)])
    assert found.quantity == 25
    assert [term.label for term in found.terms] == [
        "Recommended by foresight as PLO-12, wanted by 2026-03-02",
        "Proposal PEG-0, taken by the ERP since",
        "Proposal PEG-1, taken by the ERP since",
    ]


@given(
    st.decimals(0, 10_000, places=2),
    st.lists(st.decimals(0, 5_000, places=2), max_size=4),
    st.sampled_from([WHOLE_UNITS, LOT]),
)
def test_the_terms_add_up_and_the_quantity_is_never_below_zero(
    quantity: Decimal, taken: list[Decimal], lot: LotSizing
) -> None:
    found = explained(quantity, taken, lot)
    assert sum(term.quantity for term in found.terms) == found.quantity >= 0
    assert found.quantity >= quantity - sum(taken)
    assert recompute_quantity(found.to_json()) == found.quantity


@pytest.mark.parametrize(("quantity", "kept"), [(0, True), (49, False), (60, False), (75, True)])
def test_a_supplier_takes_only_its_lots(quantity: int, kept: object) -> None:
    assert keeps_lot(Decimal(quantity), LOT) is kept

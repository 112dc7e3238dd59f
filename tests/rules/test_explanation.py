"""Terms add up, survive storage, and whoever changes one is found out."""

import copy
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.ordering.explain import Subject, explain
from rules.ordering.explanation import Explanation, ExplanationMismatch, recompute_quantity
from rules.ordering.lot_sizing import LotSizing
from rules.ordering.quantities import read, written
from rules.ordering.supply_and_demand import (
    Contribution,
    DemandSide,
    DownstreamNeed,
    LinkedOrder,
    Movement,
    NetworkSide,
    SupplyLine,
    SupplySide,
)
from rules.ordering.terms import (
    DEMAND_KINDS,
    KINDS,
    LOT_KINDS,
    NETWORK_KINDS,
    SUPPLY_KINDS,
    Record,
)
from tests.rules.strategies import lots, signed, unsigned

RECORD = Record("record", "1", "7")
FINER = st.decimals(-1000, 1000, places=9)

demands = st.builds(
    DemandSide,
    order_up_to_level=st.one_of(unsigned, FINER),
    cycle_service_level=st.sampled_from([Decimal("0.9"), Decimal("0.975")]),
    baseline_mean=st.one_of(unsigned, FINER),
    orders_beyond_baseline=unsigned,
    linked_orders=st.lists(
        st.builds(
            LinkedOrder,
            st.just("SO-1"),
            st.just("OPP-7"),
            unsigned,
            st.just(date(2026, 3, 2)),
            st.just(RECORD),
        ),
        max_size=3,
    ).map(tuple),
    opportunities=st.lists(
        st.builds(
            Contribution,
            st.just("OPP-7"),
            unsigned,
            unsigned,
            st.just(Decimal("0.5")),
            st.one_of(signed, FINER),
            st.just(RECORD),
        ),
        max_size=3,
    ).map(tuple),
    downstream=st.lists(
        st.builds(DownstreamNeed, st.just("SHOP"), unsigned, unsigned, st.just(RECORD)), max_size=2
    ).map(tuple),
    baseline=st.just((RECORD,)),
    unlinked_orders=st.just(()),
    policy=st.none(),
)
supply_lines = st.lists(
    st.builds(SupplyLine, st.just("PO-1"), unsigned, st.just(RECORD), st.none()), max_size=3
).map(tuple)
supplies = st.builds(
    SupplySide, signed, unsigned, st.just(RECORD), supply_lines, supply_lines, supply_lines
)
movements = st.builds(Movement, st.just("HULL"), unsigned, st.just(RECORD))
networks = st.builds(
    NetworkSide,
    st.lists(movements, max_size=2).map(tuple),
    st.lists(movements, max_size=2).map(tuple),
    st.none() | movements,
)
explanations = st.builds(
    explain, demands, supplies, lots(), st.just(Subject("EA", {"item": "ITEM"}, RECORD)), networks
)


@settings(max_examples=60)
@given(explanations)
def test_the_terms_sum_exactly_to_the_quantity(explanation: Explanation) -> None:
    assert sum((term.quantity for term in explanation.terms), Decimal(0)) == explanation.quantity


@settings(max_examples=60)
@given(explanations)
def test_the_stored_document_alone_gives_the_quantity(explanation: Explanation) -> None:
    stored = json.loads(json.dumps(explanation.to_json()))
    assert recompute_quantity(stored) == explanation.quantity
    assert Explanation.from_json(stored) == explanation


@settings(max_examples=60)
@given(explanations, st.data())
def test_a_changed_term_is_found_out(explanation: Explanation, data: st.DataObject) -> None:
    stored = explanation.to_json()
    term = data.draw(st.sampled_from(stored["terms"]))
    change = data.draw(signed.filter(bool))
    term["quantity"] = written(read(term["quantity"]) + change)
    with pytest.raises(ExplanationMismatch):
        recompute_quantity(stored)


@settings(max_examples=60)
@given(explanations, st.data())
def test_a_term_taken_out_is_found_out(explanation: Explanation, data: st.DataObject) -> None:
    stored = explanation.to_json()
    term = data.draw(st.sampled_from(stored["terms"]))
    assume(read(term["quantity"]) != 0)
    stored["terms"].remove(term)
    with pytest.raises(ExplanationMismatch):
        recompute_quantity(stored)


@settings(max_examples=60)
@given(explanations, st.data())
def test_a_term_moved_to_another_part_is_found_out(
    explanation: Explanation, data: st.DataObject
) -> None:
    stored = explanation.to_json()
    term = data.draw(st.sampled_from(stored["terms"]))
    assume(read(term["quantity"]) != 0)
    parts = {kind: at for at, part in enumerate(_PARTS) for kind in part}
    elsewhere = [kind for kind in KINDS if parts[kind] != parts[term["kind"]]]
    term["kind"] = data.draw(st.sampled_from(elsewhere))
    with pytest.raises(ExplanationMismatch):
        recompute_quantity(stored)


_PARTS = (DEMAND_KINDS, SUPPLY_KINDS, NETWORK_KINDS, *((kind,) for kind in LOT_KINDS))


def stored_order() -> dict[str, Any]:
    explanation = explain(
        DemandSide(Decimal(512), Decimal("0.95"), Decimal(120)),
        SupplySide(Decimal(80), stock=RECORD),
        LotSizing(Decimal(50), Decimal(25), Decimal(1)),
        Subject("EA"),
    )
    return copy.deepcopy(explanation.to_json())


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("quantity", "475.000000", "the quantity is 475.000000, but the terms give 450.000000"),
        ("net_requirement", "1.000000", "net_requirement is 1.000000"),
        ("order_up_to_level", "1.000000", "order_up_to_level is 1.000000"),
        ("inventory_position", "1.000000", "inventory_position is 1.000000"),
        ("schema_version", 2, "schema_version 2 is unknown"),
        ("quantity", 450, "cannot be read"),
        ("quantity", "NaN", "cannot be read"),
        ("terms", None, "cannot be read"),
        ("terms", [{"kind": "luck"}], "cannot be read"),
        ("lot", {"order_multiple": "0.000000"}, "cannot be read"),
    ],
)
def test_a_changed_or_unreadable_document_is_found_out(key: str, value: Any, words: str) -> None:
    with pytest.raises(ExplanationMismatch, match=words):
        recompute_quantity(stored_order() | {key: value})


def test_terms_out_of_order_or_of_no_known_kind_are_found_out() -> None:
    stored = stored_order()
    with pytest.raises(ExplanationMismatch, match="another order"):
        recompute_quantity(stored | {"terms": stored["terms"][::-1]})
    with pytest.raises(ExplanationMismatch, match="unknown kind of term: luck"):
        recompute_quantity(stored | {"terms": [*stored["terms"], _term("luck")]})
    with pytest.raises(ExplanationMismatch, match="more than one term of kind order_multiple"):
        recompute_quantity(stored | {"terms": [*stored["terms"], _term("order_multiple")]})


def _term(kind: str) -> dict[str, Any]:
    return {"kind": kind, "label": "", "quantity": "0.000000", "records": []}

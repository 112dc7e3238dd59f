"""Decisions: strictest wins, every reason is kept, nothing fails towards auto."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.policy import Decision, Fact, Policy, decide, restore_facts
from rules.policy.policy import Condition
from tests.rules.policies import ROUTE, policy, rule

SMALL: Mapping[str, Fact] = {"value": Decimal("499.99"), "demand_class": "smooth"}
GUARDED = policy(
    rest=rule("guards", "G1", "value = '> 100.00'", "review")
    + rule("guards", "G2", "value = '> 200.00'", "hold")
    + rule("guards", "G3", "value = '> 300.00'", "review")
)
INVARIANT = policy(
    rest="""
[[invariants]]
id = "I1"
never = "auto"
when = { value = '> 400.00' }
note = "A person decides above 400"
why = "tests"
"""
)
DATED = policy(
    inputs="""
[inputs.asked_on]
type = "date"
unit = "day"
why = "tests"

[inputs.errors]
type = "decimal"
scale = 4
round = "half_even"
range = [0.0, 2.0]
unit = "share"
why = "tests"

[inputs.urgent]
type = "bool"
unit = "yes or no"
on_missing = "hold"
why = "tests"

[inputs.orders]
type = "int"
unit = "orders"
why = "tests"
""",
    route=rule(
        "route",
        "R1",
        """value = '<= 500.00', asked_on = '> date("2026-01-01")', errors = '< 1',"""
        """ urgent = 'false', orders = '< 5', demand_class = 'not("lumpy")'""",
        "auto",
    ),
)
PLAIN: Mapping[str, Fact] = {
    **SMALL,
    "asked_on": date(2026, 3, 2),
    "errors": Decimal("0.5"),
    "urgent": False,
    "orders": 2,
}


def codes(decision: Decision) -> list[tuple[str, str, str]]:
    return [(reason.rule_id, reason.stage, reason.code) for reason in decision.reasons]


def test_the_first_rule_of_the_route_that_matches_decides() -> None:
    decision = decide(policy(route=ROUTE + rule("route", "R2", "", "review")), SMALL)
    assert (decision.outcome, decision.rule_id) == ("auto", "R1")
    assert codes(decision) == [("R1", "route", "SMALL")]
    assert decision.reasons[0].note == "Small and smooth (value 499.99, demand_class smooth)"


def test_all_guards_that_match_are_reasons_and_the_strictest_wins() -> None:
    decision = decide(GUARDED, {**SMALL, "value": Decimal(400)})
    assert (decision.outcome, decision.rule_id) == ("hold", "G2")
    assert [reason.rule_id for reason in decision.reasons] == ["G1", "G2", "G3", "R1"]


def test_a_guard_wins_over_an_automatic_route() -> None:
    decision = decide(GUARDED, {**SMALL, "value": Decimal(150)})
    assert (decision.outcome, decision.rule_id) == ("review", "G1")


def test_without_a_match_a_person_decides() -> None:
    decision = decide(policy(), {**SMALL, "value": Decimal(501)})
    assert (decision.outcome, decision.rule_id) == ("review", "no-match")


def test_amounts_are_rounded_before_they_are_compared() -> None:
    assert decide(policy(), {**SMALL, "value": Decimal("500.000")}).outcome == "auto"
    assert decide(policy(), {**SMALL, "value": Decimal("500.0000001")}).outcome == "review"


def test_an_invariant_stops_what_the_rules_would_let_pass() -> None:
    decision = decide(INVARIANT, SMALL)
    assert (decision.outcome, decision.rule_id) == ("review", "I1")
    assert codes(decision) == [("R1", "route", "SMALL"), ("I1", "invariant", "INVARIANT")]
    assert decide(INVARIANT, {**SMALL, "value": Decimal(400)}).outcome == "auto"


def test_a_missing_value_has_its_reason_and_its_strictness() -> None:
    decision = decide(DATED, {**PLAIN, "urgent": None, "value": None})
    assert (decision.outcome, decision.rule_id) == ("hold", "urgent")
    assert codes(decision) == [
        ("value", "missing", "MISSING_VALUE"),
        ("urgent", "missing", "MISSING_VALUE"),
        ("no-match", "route", "NO_MATCH"),
    ]


@pytest.mark.parametrize(
    ("name", "fact", "code"),
    [
        ("value", 499.99, "WRONG_TYPE"),
        ("value", "499.99", "WRONG_TYPE"),
        ("value", True, "WRONG_TYPE"),
        ("value", Decimal("NaN"), "NOT_FINITE"),
        ("value", Decimal("sNaN"), "NOT_FINITE"),
        ("value", Decimal("-Infinity"), "NOT_FINITE"),
        ("value", Decimal("1E+999"), "OUT_OF_RANGE"),
        ("errors", Decimal("2.1"), "OUT_OF_RANGE"),
        ("demand_class", "Smooth", "UNKNOWN_VALUE"),
        ("demand_class", 3, "WRONG_TYPE"),
        ("asked_on", datetime(2026, 3, 2, 9, 0), "WRONG_TYPE"),  # noqa: DTZ001  the wrong type is the point
        ("asked_on", "2026-03-02", "WRONG_TYPE"),
        ("urgent", 0, "WRONG_TYPE"),
        ("orders", Decimal(2), "WRONG_TYPE"),
        ("orders", True, "WRONG_TYPE"),
    ],
)
def test_a_fact_that_cannot_be_used_is_never_auto_and_replays_alike(
    name: str, fact: object, code: str
) -> None:
    decision = decide(DATED, {**PLAIN, name: fact})
    assert decision.outcome in ("review", "hold")
    assert (name, "missing", code) in codes(decision)
    assert replayed(decision) == decision


def replayed(decision: Decision) -> Decision:
    stored = json.loads(json.dumps(decision.to_json()))
    return decide(DATED, restore_facts(DATED, stored["facts"]))


def test_an_unusable_fact_does_not_count_as_null() -> None:
    guarded = policy(rest=rule("guards", "G1", "demand_class = 'null'", "hold"))
    assert decide(guarded, {**SMALL, "demand_class": None}).outcome == "hold"
    assert decide(guarded, {**SMALL, "demand_class": 5}).outcome == "review"


def test_whole_numbers_are_amounts_and_named_words_are_words() -> None:
    class DemandClass(StrEnum):
        SMOOTH = "smooth"

    decision = decide(policy(), {"value": 500, "demand_class": DemandClass.SMOOTH})
    assert decision.outcome == "auto"


def test_undeclared_facts_are_ignored_and_named() -> None:
    decision = decide(policy(), {**SMALL, "mood": "good"})
    assert (decision.outcome, decision.ignored) == ("auto", ("mood",))
    assert "mood" not in decision.facts


def test_a_fact_under_a_misspelt_name_is_missing() -> None:
    decision = decide(policy(), {"valeu": Decimal(1), "demand_class": "smooth"})
    assert (decision.outcome, decision.ignored) == ("review", ("valeu",))


class Broken:
    """A condition that cannot be evaluated."""

    def holds(self, fact: Fact) -> bool:
        raise ArithmeticError(fact)


BROKEN = (Condition("value", Broken()),)


@pytest.mark.parametrize(
    "broken",
    [
        replace(GUARDED, guards=(replace(GUARDED.guards[0], conditions=BROKEN),)),
        replace(GUARDED, guards=(), route=(replace(GUARDED.route[0], conditions=BROKEN),)),
        replace(INVARIANT, invariants=(replace(INVARIANT.invariants[0], conditions=BROKEN),)),
    ],
    ids=["guard", "route", "invariant"],
)
def test_a_rule_that_cannot_be_evaluated_sends_to_review(broken: Policy) -> None:
    decision = decide(broken, SMALL)
    assert decision.outcome == "review"
    assert "EVALUATION_ERROR" in [reason.code for reason in decision.reasons]


anything: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.floats(),
    st.text(max_size=5),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from(sorted(map(str, PLAIN.values()))),
)


@settings(max_examples=200)
@given(
    st.fixed_dictionaries(
        {}, optional={name: st.one_of(anything, st.just(fact)) for name, fact in PLAIN.items()}
    )
)
def test_whatever_comes_in_a_missing_value_is_never_auto(facts: dict[str, Any]) -> None:
    decision = decide(DATED, facts)
    known = all(facts.get(name) is not None for name in PLAIN)
    assert known or decision.outcome != "auto"
    if decision.outcome == "auto":
        assert [type(facts[name]) for name in ("asked_on", "urgent")] == [date, bool]
    assert replayed(decision) == decision


@settings(max_examples=100)
@given(st.decimals(0, 1000, places=6))
def test_the_limit_is_exact(value: Decimal) -> None:
    expected = "auto" if value <= 500 else "review"
    assert decide(policy(), {**SMALL, "value": value}).outcome == expected

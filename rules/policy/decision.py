"""A decision: the strictest of what the guards and the route say, with every reason.

Guards all run; each that matches gives a reason. Of the route the first rule that matches counts.
The strictest outcome wins: hold before review before auto. Everything that is not certain makes
it at least a review: no rule of the route matches, a declared fact is missing or unusable, a
condition cannot be evaluated, an invariant would be broken. Nothing fails towards auto.

Facts that the policy does not declare are ignored and listed in ``Decision.ignored``. That is
safe: a fact under a misspelt name leaves the declared one missing, and missing is never auto.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rules.policy.fact_records import store_fact
from rules.policy.inputs import STRICTNESS, Fact, Input, Outcome, Unusable, read_fact
from rules.policy.policy import Condition, Policy, Rule

Stage = Literal["guard", "missing", "route", "invariant"]
Facts = Mapping[str, Fact | Unusable]
_EVALUATION_ERRORS = (ArithmeticError, AttributeError, TypeError, ValueError)


@dataclass(frozen=True)
class Reason:
    """One reason: which rule (or input) at which stage, its code, and words for people."""

    rule_id: str
    stage: Stage
    code: str
    note: str
    outcome: Outcome

    def to_json(self) -> dict[str, str]:
        """JSON values only."""
        return asdict(self)


@dataclass(frozen=True)
class Decision:
    """The outcome, the rule it rests on, all reasons, and the facts as JSON values."""

    outcome: Outcome
    rule_id: str
    reasons: tuple[Reason, ...]
    facts: dict[str, Any]
    ignored: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON values only, decimals as strings."""
        return {
            "outcome": self.outcome,
            "rule_id": self.rule_id,
            "reasons": [reason.to_json() for reason in self.reasons],
            "facts": self.facts,
            "ignored": list(self.ignored),
        }


def decide(policy: Policy, facts: Mapping[str, object]) -> Decision:
    """What the policy says about these facts; never raises for what a fact may be."""
    read = {
        declared.name: read_fact(declared, facts.get(declared.name)) for declared in policy.inputs
    }
    reasons = [
        *_guards(policy, read),
        *_missing(policy.inputs, read),
        _route(policy, read),
    ]
    if all(reason.outcome == "auto" for reason in reasons):
        reasons += _invariants(policy, read)
    outcome = max((reason.outcome for reason in reasons), key=STRICTNESS.__getitem__)
    return Decision(
        outcome=outcome,
        rule_id=next(reason.rule_id for reason in reasons if reason.outcome == outcome),
        reasons=tuple(reasons),
        facts={name: store_fact(facts.get(name), read[name]) for name in read},
        ignored=tuple(sorted(str(name) for name in facts if name not in read)),
    )


def _guards(policy: Policy, facts: Facts) -> Iterator[Reason]:
    for rule in policy.guards:
        try:
            if _all_hold(rule.conditions, facts):
                yield _fired(rule, "guard", facts)
        except _EVALUATION_ERRORS as error:
            yield _failed(rule.id, "guard", error)


def _route(policy: Policy, facts: Facts) -> Reason:
    for rule in policy.route:
        try:
            if _all_hold(rule.conditions, facts):
                return _fired(rule, "route", facts)
        except _EVALUATION_ERRORS as error:
            return _failed(rule.id, "route", error)
    return Reason("no-match", "route", "NO_MATCH", "No rule of the route matches", "review")


def _missing(inputs: tuple[Input, ...], facts: Facts) -> Iterator[Reason]:
    for declared in inputs:
        value = facts[declared.name]
        if value is None:
            note = f"{declared.name} is not known"
            yield Reason(declared.name, "missing", "MISSING_VALUE", note, declared.on_missing)
        elif isinstance(value, Unusable):
            yield Reason(declared.name, "missing", value.code, value.note, declared.on_missing)


def _invariants(policy: Policy, facts: Facts) -> Iterator[Reason]:
    for invariant in policy.invariants:
        try:
            if _all_hold(invariant.conditions, facts):
                note = f"{invariant.note} ({_seen(invariant.conditions, facts)})"
                yield Reason(invariant.id, "invariant", "INVARIANT", note, "review")
        except _EVALUATION_ERRORS as error:
            yield _failed(invariant.id, "invariant", error)


def _all_hold(conditions: tuple[Condition, ...], facts: Facts) -> bool:
    for condition in conditions:
        fact = facts[condition.input]
        if isinstance(fact, Unusable) or not condition.test.holds(fact):
            return False
    return True


def _fired(rule: Rule, stage: Stage, facts: Facts) -> Reason:
    seen = _seen(rule.conditions, facts)
    note = f"{rule.note} ({seen})" if seen else rule.note
    return Reason(rule.id, stage, rule.code, note, rule.outcome)


def _failed(rule_id: str, stage: Stage, error: Exception) -> Reason:
    note = f"The rule could not be evaluated: {type(error).__name__}"
    return Reason(rule_id, stage, "EVALUATION_ERROR", note, "review")


def _seen(conditions: tuple[Condition, ...], facts: Facts) -> str:
    """The facts that a rule looked at, as it saw them."""
    return ", ".join(f"{each.input} {_spelt(facts[each.input])}" for each in conditions)


def _spelt(fact: Fact | Unusable) -> str:
    if fact is None:
        return "not known"
    return str(fact).lower() if isinstance(fact, bool) else str(fact)

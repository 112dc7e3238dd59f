"""What an author should know before a policy is activated."""

from collections.abc import Iterator

from rules.policy.decision import Decision, decide
from rules.policy.findings import Finding
from rules.policy.policy import Policy, StoredTest


def check_policy(policy: Policy) -> list[Finding]:
    """Runs the stored tests; errors first, then warnings. No error: the policy may be saved.

    An error is a test whose outcome or rule is another than expected. Warnings are a rule that
    no test makes fire and an input that no rule looks at.
    """
    decisions = [(test, decide(policy, test.facts)) for test in policy.tests]
    return [
        *_failed_tests(decisions),
        *_untested_rules(policy, [decision for _, decision in decisions]),
        *_unused_inputs(policy),
    ]


def _failed_tests(decisions: list[tuple[StoredTest, Decision]]) -> Iterator[Finding]:
    for test, decision in decisions:
        wrong_rule = test.rule_id is not None and test.rule_id != decision.rule_id
        if decision.outcome != test.outcome or wrong_rule:
            yield Finding(
                where=f"test {test.name!r}",
                problem=f"gives {decision.outcome} by {decision.rule_id}, expected"
                f" {test.outcome} by {test.rule_id or 'any rule'}",
                remedy="mend the rules or the test",
            )


def _untested_rules(policy: Policy, decisions: list[Decision]) -> Iterator[Finding]:
    fired = {reason.rule_id for decision in decisions for reason in decision.reasons}
    for rule in (*policy.guards, *policy.route):
        if rule.id not in fired:
            yield Finding(
                where=f"rule {rule.id}",
                problem="fires in no stored test",
                remedy="add a test that shows what it is for",
                severity="warning",
            )


def _unused_inputs(policy: Policy) -> Iterator[Finding]:
    asked = [
        *(rule.conditions for rule in (*policy.guards, *policy.route)),
        *(invariant.conditions for invariant in policy.invariants),
    ]
    used = {condition.input for conditions in asked for condition in conditions}
    for declared in policy.inputs:
        if declared.name not in used:
            yield Finding(
                where=f"inputs.{declared.name}",
                problem="is declared, but no rule looks at it",
                remedy="use it or take it out: a missing fact still sends to review",
                severity="warning",
            )

"""Decision tables as data: parsed, hashed, evaluated, explained."""

from rules.policy.checks import check_policy
from rules.policy.decision import Decision, Reason, decide
from rules.policy.fact_records import restore_facts
from rules.policy.findings import Finding, PolicyError
from rules.policy.inputs import Fact
from rules.policy.loading import load_policy
from rules.policy.policy import MessageParameters, OrderingParameters, Policy

__all__ = [
    "Decision",
    "Fact",
    "Finding",
    "MessageParameters",
    "OrderingParameters",
    "Policy",
    "PolicyError",
    "Reason",
    "check_policy",
    "decide",
    "load_policy",
    "restore_facts",
]

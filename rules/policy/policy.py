"""A policy as it is used: typed inputs, tables of rules, parameters, identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rules.policy.inputs import Fact, Input, Outcome
from rules.policy.unary_tests import UnaryTest


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one input."""

    input: str
    test: UnaryTest


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold, the outcome then, and the reason for people."""

    id: str
    outcome: Outcome
    code: str
    note: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Invariant:
    """What must never be decided automatically, whatever the rules say."""

    id: str
    note: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class StoredTest:
    """A worked example stored with the policy: these facts, this outcome, by this rule."""

    name: str
    facts: Mapping[str, Fact]
    outcome: Outcome
    rule_id: str | None


@dataclass(frozen=True)
class MessageParameters:
    """When a message about a purchase line is worth a supplier's attention.

    ``reschedule_tolerance_days``: a line is not asked for sooner by fewer days than this.
    ``defer_min_days``: nor later by fewer than this. ``horizon_intervals``: how many protection
    intervals ahead stock is projected; what is not needed within them may be cancelled.
    """

    reschedule_tolerance_days: int
    defer_min_days: int
    horizon_intervals: int


@dataclass(frozen=True)
class OrderingParameters:
    """What the ordering arithmetic takes from the policy.

    ``cycle_service_level`` by demand class: the probability of no shortage within a protection
    interval. ``change_request_min_share``: the smallest decrease of an order the ERP has taken,
    as a share of it, that is worth asking for. ``round_outside_recommendations``: whether what
    another system recommends is raised to the supplier's lot; else it is taken as it stands.
    ``messages`` None makes no messages about purchase lines.
    """

    cycle_service_level: Mapping[str, Decimal]
    change_request_min_share: Decimal
    round_outside_recommendations: bool = False
    messages: MessageParameters | None = None


@dataclass(frozen=True)
class Policy:
    """One version of a policy, immutable; ``hash`` names exactly this content.

    It holds from ``effective_from``, included, until ``effective_to``, excluded; None is open.
    ``canonical`` holds JSON values only.
    """

    name: str
    version: int
    owner: str
    hash: str
    canonical: Mapping[str, Any]
    effective_from: datetime
    effective_to: datetime | None
    ordering: OrderingParameters
    inputs: tuple[Input, ...]
    guards: tuple[Rule, ...]
    route: tuple[Rule, ...]
    invariants: tuple[Invariant, ...]
    tests: tuple[StoredTest, ...]

    def holds_at(self, moment: datetime) -> bool:
        """Whether the policy is in force at an aware moment."""
        return self.effective_from <= moment and (
            self.effective_to is None or moment < self.effective_to
        )

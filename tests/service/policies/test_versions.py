from datetime import UTC, datetime
from importlib import resources

import pytest

from service.context import ServiceContext
from service.http.problems import Problem
from service.policies.versions import (
    NoPolicyInForceError,
    activate,
    by_hash,
    ensure_default,
    in_force,
)

SHIPPED = (resources.files("rules.policies") / "replenishment.toml").read_text(encoding="utf-8")
NEXT = SHIPPED.replace("\nversion = 3\n", "\nversion = 4\n", 1)


def test_a_new_installation_decides_by_the_shipped_policy(context: ServiceContext) -> None:
    with context.database.write() as session:
        ensure_default(session, context.clock())
        ensure_default(session, context.clock())
        assert in_force(session, context.clock()).version == 3


def test_the_newest_effective_version_holds_and_the_old_one_stays_known(
    context: ServiceContext,
) -> None:
    with context.database.write() as session:
        first = activate(session, SHIPPED, "lead", context.clock())
        second = activate(session, NEXT, "lead", context.clock())
        assert in_force(session, context.clock()).hash == second.hash
        assert by_hash(session, first.hash).version == 3


def test_a_version_never_changes_its_text(context: ServiceContext) -> None:
    changed = SHIPPED.replace('owner = "', 'owner = "not ', 1)
    with context.database.write() as session:
        activate(session, SHIPPED, "lead", context.clock())
        with pytest.raises(Problem, match="exists with another text"):
            activate(session, changed, "lead", context.clock())


def test_nothing_is_decided_before_a_policy_is_effective(context: ServiceContext) -> None:
    with context.database.write() as session:
        ensure_default(session, context.clock())
        with pytest.raises(NoPolicyInForceError):
            in_force(session, datetime(1900, 1, 1, tzinfo=UTC))

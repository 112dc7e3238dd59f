"""Stored policy versions: activated once, never changed, chosen as of a moment."""

import functools
from datetime import datetime
from importlib import resources

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rules.policy import Policy, load_policy
from service.http.problems import Problem
from service.policies.tables import PolicyVersionRow

DEFAULT_POLICY = "replenishment"


class NoPolicyInForceError(Exception):
    """No version of the policy is effective: nothing may be decided."""


def activate(session: Session, source: str, actor: str, now: datetime) -> Policy:
    """Store the policy written in TOML ``source``; the same text again changes nothing.

    Raises Problem 409 if another text already holds this version number.
    """
    policy = load_policy(source)
    if session.get(PolicyVersionRow, policy.hash) is not None:
        return policy
    taken = session.scalar(
        select(PolicyVersionRow.policy_hash).where(
            PolicyVersionRow.policy == policy.name, PolicyVersionRow.version == policy.version
        )
    )
    if taken is not None:
        raise Problem(
            409,
            "policy-version-taken",
            f"Version {policy.version} of policy {policy.name} exists with another text",
            remedy="A version never changes: raise the version number.",
        )
    session.add(
        PolicyVersionRow(
            policy_hash=policy.hash,
            policy=policy.name,
            version=policy.version,
            source=source,
            canonical=policy.canonical,
            effective_from=policy.effective_from,
            effective_to=policy.effective_to,
            activated_at=now,
            activated_by=actor,
        )
    )
    session.flush()
    return policy


def in_force(session: Session, moment: datetime, name: str = DEFAULT_POLICY) -> Policy:
    """The newest version of policy ``name`` that is effective at ``moment``."""
    row = session.scalar(
        select(PolicyVersionRow)
        .where(
            PolicyVersionRow.policy == name,
            PolicyVersionRow.effective_from <= moment,
            or_(PolicyVersionRow.effective_to.is_(None), PolicyVersionRow.effective_to > moment),
        )
        .order_by(PolicyVersionRow.version.desc())
        .limit(1)
    )
    if row is None:
        raise NoPolicyInForceError(f"no version of policy {name!r} is effective at {moment}")
    return _parsed(row.policy_hash, row.source)


def by_hash(session: Session, policy_hash: str) -> Policy:
    """The version that a decision was made under."""
    return _parsed(policy_hash, session.get_one(PolicyVersionRow, policy_hash).source)


@functools.lru_cache(maxsize=16)
def _parsed(_policy_hash: str, source: str) -> Policy:
    return load_policy(source)


def ensure_default(session: Session, now: datetime) -> None:
    """Activate the policy that ships with the product, unless some policy is stored already."""
    if session.scalar(select(PolicyVersionRow.policy_hash).limit(1)) is None:
        shipped = resources.files("rules.policies") / "replenishment.toml"
        activate(session, shipped.read_text(encoding="utf-8"), "shipped", now)

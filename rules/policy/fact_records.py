"""Facts as they are stored with a decision, and back, so that a decision can be replayed."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from rules.policy.inputs import EXACT_TYPES, Fact, Unreadable, Unusable
from rules.policy.policy import Policy

_UNREADABLE = "unreadable"


def store_fact(fact: object, as_read: Fact | Unusable) -> Any:
    """A fact as given, as a JSON value: decimals and days as text.

    Of a fact of the wrong type only the type is kept: it had no other part in the decision.
    """
    if isinstance(as_read, Unusable) and as_read.code == "WRONG_TYPE":
        name = fact.type_name if isinstance(fact, Unreadable) else type(fact).__name__
        return {_UNREADABLE: name}
    if isinstance(fact, Decimal):
        return str(fact)
    if isinstance(fact, date) and not isinstance(fact, datetime):
        return fact.isoformat()
    return fact


def restore_facts(policy: Policy, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a stored decision: deciding them again gives the same decision.

    Facts that the policy does not declare are dropped.
    """
    types = {declared.name: declared.type for declared in policy.inputs}
    return {name: _restore(types[name], fact) for name, fact in stored.items() if name in types}


def _restore(kind: str, fact: Any) -> Any:
    if isinstance(fact, Mapping):
        return Unreadable(str(fact.get(_UNREADABLE)))
    if isinstance(fact, str) and kind in EXACT_TYPES:
        try:
            return Decimal(fact)
        except InvalidOperation:
            return Unreadable("str")
    if isinstance(fact, str) and kind == "date":
        try:
            return date.fromisoformat(fact)
        except ValueError:
            return Unreadable("str")
    return fact

"""The notes of a decision as people read them: facts in words, values with their currency.

A note ends in the facts that its rule saw: 'The order is large (value 4105.75)'.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from service.web.wording import exact, money, percent, quantity

_WITH_FACTS = re.compile(r"(?P<said>.*\S) \((?P<facts>[a-z_]+ [^()]*)\)", re.DOTALL)
_MISSING = re.compile(r"(?P<fact>[a-z_]+) is not known")
_UNKNOWN = "not known"
OPPORTUNITY_SHARE = "opportunity_share"


def _days(number: Decimal) -> str:
    return quantity(round(number, 1))


_NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "backtest_error": lambda error: f"forecast error {percent(error)}",
    OPPORTUNITY_SHARE: lambda share: f"opportunities {percent(share)}",
    "history_weeks": lambda weeks: f"{exact(weeks)} weeks of history",
    "stock_age_days": lambda days: f"counted {_days(days)} days ago",
    "ambiguous_orders": lambda orders: f"{exact(orders)} unclear orders",
    "above_own_maximum": lambda number: f"by {quantity(number)}",
    "quantity": lambda number: f"quantity {quantity(number)}",
}
_NAMES = {
    "value": "order value",
    "backtest_error": "forecast error",
    OPPORTUNITY_SHARE: "share of opportunities",
    "history_weeks": "weeks of history",
    "stock_age_days": "age of the stock figure",
    "ambiguous_orders": "number of unclear orders",
    "above_own_maximum": "what exceeds the ERP's own maximum",
}


def reason(note: str, currency: str | None, *, leave_out: tuple[str, ...] = ()) -> str:
    """``note`` for people; facts in ``leave_out`` are told elsewhere on the page."""
    missing = _MISSING.fullmatch(note)
    if missing and missing["fact"] in _NAMES:
        return f"{_NAMES[missing['fact']].capitalize()} is not known"
    found = _WITH_FACTS.fullmatch(note)
    if found is None:
        return note
    pairs = [part.partition(" ") for part in found["facts"].split(", ")]
    told = [_told(name, seen, currency) for name, _, seen in pairs if name not in leave_out]
    once = ", ".join(part for part in dict.fromkeys(told) if part)
    return f"{found['said']} ({once})" if once else found["said"]


def _told(name: str, seen: str, currency: str | None) -> str:
    plain = name.replace("_", " ")
    if name == "planner_conflict":
        return ""  # the sentence before it says so
    if seen == _UNKNOWN:
        return f"{_NAMES.get(name, plain)} {_UNKNOWN}"
    try:
        number = Decimal(seen)
    except InvalidOperation:
        return f"{seen} demand" if name == "demand_class" else f"{plain} {seen}"
    if name == "value":
        return f"value {money(number, currency) if currency else exact(number)}"
    spell = _NUMBERS.get(name)
    return spell(number) if spell else f"{plain} {exact(number)}"

"""How numbers, days and codes are written on pages."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

NO_VALUE = "–"
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
_SOON_DAYS = 7
_SHORT_VERSION = 19
_LONG_KEY = 32
_WORDS = {
    "unconfirmed": "Unconfirmed by ERP",
    "requisition": "Purchase",
    "auto": "Approved by rule",
    "review": "Needs review",
    "hold": "Held by rule",
}
_PLACES = {
    "line": "named on the line",
    "sourcing_rule": "by the account's sourcing rule",
}
_DAY_IN_TEXT = re.compile(r"(?<![\w/-])\d{4}-\d{2}-\d{2}(?![\w-])")
_LONG_NUMBER = re.compile(r"(?<![\w./])\d+\.\d{3,}(?![\w.])")
_OUTCOME_IN_TEXT = re.compile(r", outcome (auto|review|hold)\b")


def quantity(value: Decimal | float | None) -> str:
    """Thousands separated, a true minus sign, no trailing zeros; floats at one decimal."""
    if value is None:
        return NO_VALUE
    exact = value if isinstance(value, Decimal) else Decimal(f"{value:.1f}")
    text = f"{exact:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def rounded(value: Decimal | None) -> str:
    """At most two decimals: enough to follow a sum."""
    return NO_VALUE if value is None else quantity(round(value, 2))


def signed(value: Decimal) -> str:
    """A quantity with its sign, as terms of a sum are written; at most two decimals."""
    return f"+{rounded(value)}" if value > 0 else rounded(value)


def exact(value: Decimal | str) -> str:
    """A decimal as people type it: no separators, no trailing zeros."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Decimal | None, currency: str | None) -> str:
    """Whole currency units: a planner weighs orders, not pennies. Below ten, two decimals."""
    if value is None or currency is None:
        return NO_VALUE
    text = f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"  # noqa: PLR2004  said above
    sign = _SIGNS.get(currency)
    return f"{sign}{text}" if sign else f"{currency} {text}"


def round_money(value: float, currency: str) -> str:
    """A total of many orders, for the eye only."""
    return money(Decimal(round(value)), currency)


def price(value: Decimal | str | None, currency: str | None) -> str:
    """A unit price in full, at least two decimals."""
    if value is None or currency is None:
        return NO_VALUE
    text = exact(value)
    whole, _, decimals = text.partition(".")
    return f"{currency} {whole}.{decimals:0<2}"


def day(value: date | None) -> str:
    """29 Aug 2011."""
    return NO_VALUE if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """29 Aug 2011, 09:00 UTC."""
    return NO_VALUE if value is None else f"{day(value)}, {value:%H:%M} UTC"


def days_until(value: date, today: date) -> str:
    """How far off a day is: 'in 5 days', 'today', '3 days late'."""
    days = (value - today).days
    if days == 0:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"in {days} {unit}" if days > 0 else f"{-days} {unit} late"


def urgency(value: date, today: date) -> str:
    """The style of a required date: bad when past, warn within a week."""
    days = (value - today).days
    if days < 0:
        return "bad"
    return "warn" if days < _SOON_DAYS else "calm"


def words(code: str | None) -> str:
    """A code as words: 'in_review' becomes 'In review'."""
    if not code:
        return NO_VALUE
    return _WORDS.get(code) or re.sub("[_.-]", " ", code).capitalize()


def told(text: str) -> str:
    """A stored sentence for reading: days as pages write them, numbers at two decimals."""
    text = _DAY_IN_TEXT.sub(lambda found: _day_told(found[0]), text)
    text = _LONG_NUMBER.sub(lambda found: rounded(Decimal(found[0])), text)
    return _OUTCOME_IN_TEXT.sub(lambda found: f": {words(found[1]).lower()}", text)


def _day_told(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def found_by(location_rule: str) -> str:
    """How a demand signal's location was found, in words."""
    return _PLACES.get(location_rule) or f"by {words(location_rule).lower()}"


def ago(aged: str) -> str:
    """An age in words as a distance from now."""
    return "just now" if aged == "0 min" else f"{aged} ago"


def percent(share: Decimal | float | str | None) -> str:
    """A share of one in per cent."""
    return NO_VALUE if share is None else f"{Decimal(str(share)) * 100:.0f} %"


def made_up(provenance: str | None) -> str:
    """The label of data that come from no real system, or only in part; empty for real data."""
    told = (provenance or "").casefold()
    if "made up" not in told:
        return ""
    return "made up" if told.startswith("made up") else "partly made up"


def version(text: str) -> str:
    """Which version of a record was read; long tokens are cut, moments lose their fractions."""
    short = text[:_SHORT_VERSION]
    return f"v{short}" if short.isdigit() else short.replace("T", " ")


def short(key: str) -> str:
    """A long number of no meaning to the eye, such as a hash, cut; other keys in full."""
    meaningless = len(key) >= _LONG_KEY and set(key) <= set("0123456789abcdef-")
    return f"{key[:8]}…{key[-4:]}" if meaningless else key


def stamp(text: str) -> str:
    """A moment that is stored as ISO text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(found.astimezone(UTC) if found.tzinfo else found)


def fact(value: Any) -> str:
    """A fact of a decision: numbers as people write them, no value as a dash."""
    if value is None or value == "":
        return NO_VALUE
    if isinstance(value, bool):
        return "yes" if value else "no"
    try:
        return exact(str(value))
    except InvalidOperation:
        return str(value)


def document(value: Any) -> str:
    """A JSON document for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


FILTERS: tuple[Callable[..., str], ...] = (
    quantity,
    rounded,
    signed,
    exact,
    money,
    round_money,
    price,
    day,
    moment,
    days_until,
    urgency,
    words,
    told,
    found_by,
    ago,
    percent,
    made_up,
    version,
    short,
    stamp,
    fact,
    document,
)
"""What templates may call, by name."""

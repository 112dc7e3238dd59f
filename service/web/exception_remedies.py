"""How a planner mends an exception, in a planner's words."""

from collections.abc import Mapping
from types import MappingProxyType

from service.exceptions.tables import ExceptionRow
from service.signals.results import SUBJECT_TYPE

_MENDED_FIELD: Mapping[str, str] = MappingProxyType(
    {
        "unknown_account": "account",
        "unknown_product": "product",
        "unknown_location": "location",
        "no_location": "location",
        "unknown_unit": "unit",
    }
)
"""The field of the payload whose correction would settle an exception of this kind."""

_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "no_location": "give the account a sourcing location (POST /v1/accounts)",
        "unknown_unit": "send how many base units it holds (POST /v1/items)",
    }
)
_DEFINE = "define what the code means (PUT /v1/cross-references)"
CORRECTABLE = frozenset(_MENDED_FIELD.values())


def field_to_correct(row: ExceptionRow) -> str:
    """The field that a planner may correct on the exception's page; empty if there is none."""
    return _MENDED_FIELD.get(row.kind, "") if row.subject_type == SUBJECT_TYPE else ""


def remedy_for_planner(row: ExceptionRow) -> str:
    """What to do; the stored remedy where nothing can be corrected on the page."""
    field = field_to_correct(row)
    if not field:
        return row.remedy
    elsewhere = _ELSEWHERE.get(row.kind, _DEFINE)
    return f"Type the right {field} below, or have the integration team {elsewhere}, then replay."

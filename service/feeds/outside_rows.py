"""Rows of another system's plan: read from flat JSON, and back for the exception queue.

A row is flat: ``{"kind": "forecast", "version": 7, "as_of": "…", "item_id": "…", …}``; the
system is the import's.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import ValidationError

from adapters.canonical.planning import OutsideForecast, OutsideRecommendation
from service.feeds.batches import UnreadableRow
from service.feeds.code_names import name_of
from service.feeds.row_problems import Fault, row_problem
from service.feeds.row_reading import invalid_row, misread_places

OutsideRow = OutsideForecast | OutsideRecommendation

SUBJECT_TYPES: Mapping[type[OutsideRow], str] = {
    OutsideForecast: "outside_forecast",
    OutsideRecommendation: "outside_recommendation",
}
"""What the exception queue calls them."""

_MODELS: Mapping[str, type[OutsideRow]] = {
    "forecast": OutsideForecast,
    "recommendation": OutsideRecommendation,
}
_KINDS = {model: kind for kind, model in _MODELS.items()}
_REMEDY = "Correct the row and send its whole series again; /docs has the schema."


def read_outside_row(system: str, raw: Any, index: int) -> OutsideRow | UnreadableRow:
    """The row at ``index`` of an import of ``system``, or its problem."""
    fault = _misshapen(system, raw)
    if fault:
        return UnreadableRow(row_problem(index, fault))
    document = {**raw, "system": system}
    model = _MODELS[document.pop("kind")]
    try:
        row = model.model_validate(document)
    except ValidationError as error:
        return UnreadableRow(invalid_row(index, error))
    loose = misread_places(row, document)
    return UnreadableRow(invalid_row(index, loose)) if loose else row


def flat_outside_row(row: OutsideRow) -> dict[str, Any]:
    """The flat JSON row that reads back as ``row``; empty fields are left out."""
    fields = row.model_dump(mode="json", exclude_none=True, exclude={"system"})
    return {"kind": _KINDS[type(row)], **fields}


class Content(NamedTuple):
    """What a row says, whatever its kind: until when, how much, and in units of which day."""

    last_day: date
    measured_on: date
    quantity: Decimal
    quantiles: Mapping[str, Decimal]
    supplier_id: str | None


def content_of(row: OutsideRow) -> Content:
    """What ``row`` says."""
    if isinstance(row, OutsideForecast):
        return Content(row.end, row.start, row.mean, row.quantiles, None)
    day = row.required_date
    return Content(day, day, row.quantity, {}, row.supplier_id)


def subject_key(row: OutsideRow) -> str:
    """The row's name in the exception queue: the sender's codes, and a bucket's first day."""
    codes = (row.item_id, row.location_id)
    if isinstance(row, OutsideForecast):
        return name_of(*codes, row.start.isoformat())
    return name_of(*codes)


def _misshapen(system: str, raw: Any) -> Fault | None:
    if not isinstance(raw, dict):
        return Fault("row-invalid", "", "A row is a JSON object.", _REMEDY)
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in _MODELS:
        detail = "A row is of kind 'forecast' or 'recommendation'."
        return Fault("row-invalid", "kind", detail, "Say which of the two it is.")
    if raw.get("system", system) != system:
        detail = "The row is of another system than its import."
        return Fault("system-mismatch", "system", detail, "Send each system's rows by themselves.")
    return None

"""What can be imported, and what each of its fields holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, get_args

from pydantic import AwareDatetime

from adapters.canonical.identity import Canonical
from service.feeds.batches import FeedKind
from service.feeds.cross_references import CodeKind
from service.feeds.row_reading import IDENTITY
from service.feeds.subjects import SUBJECTS_OF_KIND
from service.go_live.in_flight_words import InFlightRequisition


class ImportKind(StrEnum):
    """The kinds of the feeds, and what the ERP has under way."""

    ITEMS = "items"
    LOCATIONS = "locations"
    ACCOUNTS = "accounts"
    SUPPLIER_TERMS = "supplier_terms"
    SUPPLIER_CONDITIONS = "supplier_conditions"
    TRANSFER_LANES = "transfer_lanes"
    ORDER_POINTS = "order_points"
    SALES_LINES = "sales_lines"
    STOCK_POSITIONS = "stock_positions"
    OPEN_ORDERS = "open_orders"
    IN_FLIGHT = "in_flight"

    @property
    def feed(self) -> FeedKind | None:
        """The feed of the same name; None for what is under way."""
        return None if self is ImportKind.IN_FLIGHT else FeedKind(self.value)


class FieldType(StrEnum):
    """How a field is written."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True)
class Fields:
    """The fields of a kind: their types, and which a row cannot do without."""

    types: Mapping[str, FieldType]
    required: frozenset[str]


@cache
def fields_of(kind: ImportKind) -> Fields:
    """The fields of the kind's flat row, from the canonical objects themselves."""
    feed = kind.feed
    if feed is None:
        return _merged([InFlightRequisition], {}, frozenset())
    subjects = SUBJECTS_OF_KIND[feed]
    identity = dict.fromkeys(IDENTITY, FieldType.TEXT) | {"changed_at": FieldType.MOMENT}
    needed = {"native_id"} if subjects[0].is_line else set()
    if subjects[0].order_kind:
        identity["kind"] = FieldType.TEXT
        needed.add("kind")
    return _merged([subject.model for subject in subjects], identity, frozenset(needed))


@cache
def references_of(kind: ImportKind) -> Mapping[str, CodeKind]:
    """Which columns of a kind name something that should be known already."""
    feed = kind.feed
    if feed is None:
        return {"item_id": CodeKind.ITEM, "location_id": CodeKind.LOCATION}
    named: dict[str, CodeKind] = {}
    for subject in SUBJECTS_OF_KIND[feed]:
        named |= {column: CodeKind(code) for column, code in subject.known.items()}
        if subject.is_line and "account_id" in subject.given:
            named["account_id"] = CodeKind.ACCOUNT
    return named


def _merged(
    models: list[type[Canonical]], identity: dict[str, FieldType], needed: frozenset[str]
) -> Fields:
    fields = [
        {name: field for name, field in model.model_fields.items() if name != "source"}
        for model in models
    ]
    types = {name: _type(field.annotation) for part in fields for name, field in part.items()}
    required = [{name for name, field in part.items() if field.is_required()} for part in fields]
    return Fields({**identity, **types}, needed | frozenset.intersection(*map(frozenset, required)))


def _type(annotation: Any) -> FieldType:
    plain = {getattr(one, "__origin__", one) for one in (annotation, *get_args(annotation))}
    if plain & {datetime, AwareDatetime}:
        return FieldType.MOMENT
    if date in plain:
        return FieldType.DAY
    return FieldType.NUMBER if plain & {Decimal, int} else FieldType.TEXT

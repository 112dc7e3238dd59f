"""From a sender's JSON row to a canonical object, and back for the exception queue.

A row is flat: the sender's id and version stand beside the fields, and the system is the
batch's. ``{"native_id": "…", "version_token": "…", "changed_at": "…", "item_id": "…", …}``.
``"gone": true`` takes an object back; only what identifies it is read then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from adapters.canonical.identity import Canonical, Code, SourceRef
from service.feeds.batches import CanonicalRow, FeedKind, FeedRow, Removal, UnreadableRow
from service.feeds.cross_references import CrossReference
from service.feeds.row_problems import Fault, pointer, row_problem
from service.feeds.subjects import SUBJECT_OF, SUBJECTS_OF_KIND, Subject
from service.http.strict_reading import loose_readings

IDENTITY = ("native_id", "external_key", "version_token", "changed_at")
_NATIVE_ID_LENGTH = 64
_REMEDY = "Correct the places listed under errors and send the row again; /docs has the schema."
_KEY: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, Code])

Plain = TypeVar("Plain", bound=Canonical)

Place = tuple[Sequence[int | str], str]
"""The steps to a place in a row, and what is wrong there."""


class LooseReading(Exception):  # noqa: N818  a finding, named as ``loose_readings`` names it
    """Values that were read generously, with their places."""

    def __init__(self, readings: Sequence[tuple[str, str]]) -> None:
        super().__init__(readings)
        self.places: list[Place] = [(at.split("/")[1:], detail) for at, detail in readings]


def read_row(kind: FeedKind, system: str, raw: Any, index: int) -> FeedRow:
    """The row at ``index`` of a batch as a canonical object, a removal, or its problem."""
    subject = _subject(kind, raw)
    fault = _misshapen(raw, subject)
    if fault or subject is None:
        named = _named(subject, raw) if subject else None
        return UnreadableRow(row_problem(index, fault or _NO_ORDER), _model(subject), named)
    try:
        read = _removal if raw.get("gone", False) else _object
        return read(subject, system, raw)
    except ValidationError as error:
        problem = _invalid(index, _places(error))
    except LooseReading as error:
        problem = _invalid(index, error.places)
    return UnreadableRow(problem, subject.model, _named(subject, raw))


def read_cross_reference(raw: Any, index: int) -> CrossReference | UnreadableRow:
    """The cross reference at ``index`` of a request, or its problem."""
    return read_object(CrossReference, raw, index)


def read_object(model: type[Plain], raw: Any, index: int) -> Plain | UnreadableRow:
    """The row at ``index`` as a ``model`` that has no source of its own, or its problem."""
    if not isinstance(raw, dict):
        return UnreadableRow(row_problem(index, _NO_OBJECT))
    try:
        read = model.model_validate(raw)
        _refuse_loose_readings(read, raw)
    except ValidationError as error:
        return UnreadableRow(_invalid(index, _places(error)))
    except LooseReading as error:
        return UnreadableRow(_invalid(index, error.places))
    return read


def misread_places(row: Canonical, document: Mapping[str, Any]) -> list[Place]:
    """Where ``row`` was read from something that only looks like it."""
    return LooseReading(list(loose_readings(row, document, ""))).places


def invalid_row(index: int, found: ValidationError | Sequence[Place]) -> dict[str, Any]:
    """The problem of the row at ``index`` that does not fit its schema."""
    return _invalid(index, _places(found) if isinstance(found, ValidationError) else found)


def flat_row(row: CanonicalRow) -> dict[str, Any]:
    """The flat JSON row that reads back as ``row``; empty fields are left out."""
    fields = row.model_dump(mode="json", exclude_none=True)
    identity = fields.pop("source")
    identity.pop("system")
    order_kind = SUBJECT_OF[type(row)].order_kind
    return {**({"kind": str(order_kind)} if order_kind else {}), **identity, **fields}


_NO_OBJECT = Fault("row-invalid", "", "A row is a JSON object.", _REMEDY)
_NO_ORDER = Fault(
    "row-invalid",
    "kind",
    "An open order line is of kind 'purchase' or 'sales'.",
    "Say in each row which of the two it is.",
)
_NOT_FLAT = Fault(
    "row-invalid",
    "source",
    "A row has no field 'source'.",
    "Write native_id, version_token and changed_at beside the other fields; the system is "
    "the batch's.",
)
_NO_BOOLEAN = Fault("row-invalid", "gone", "'gone' is true or false.", _REMEDY)


def _misshapen(raw: Any, subject: Subject | None) -> Fault | None:
    if not isinstance(raw, dict):
        return _NO_OBJECT
    if subject is None:
        return _NO_ORDER
    if "source" in raw:
        return _NOT_FLAT
    return None if isinstance(raw.get("gone", False), bool) else _NO_BOOLEAN


def _subject(kind: FeedKind, raw: Any) -> Subject | None:
    """What the row is about; of open orders, the row's own kind says it."""
    subjects = SUBJECTS_OF_KIND[kind]
    if len(subjects) == 1:
        return subjects[0]
    wanted = raw.get("kind") if isinstance(raw, dict) else None
    return next((subject for subject in subjects if subject.order_kind == wanted), None)


def _model(subject: Subject | None) -> Any:
    return subject.model if subject else None


def _object(subject: Subject, system: str, raw: Mapping[str, Any]) -> CanonicalRow:
    tags = {"gone", "kind"} if subject.order_kind else {"gone"}
    fields = {name: value for name, value in raw.items() if name not in tags}
    fields = {name: value for name, value in fields.items() if name not in IDENTITY}
    document = {**fields, "source": _source(subject, system, raw)}
    row = subject.model.model_validate(document)
    _refuse_loose_readings(row, document)
    return cast("CanonicalRow", row)


def _removal(subject: Subject, system: str, raw: Mapping[str, Any]) -> Removal:
    document = _source(subject, system, raw)
    source = SourceRef.model_validate(document)
    _refuse_loose_readings(source, document)
    key = {} if subject.is_line else {name: raw.get(name) for name in subject.key}
    return Removal(subject.model, source, _KEY.validate_python(key))


def _refuse_loose_readings(row: Canonical, document: Mapping[str, Any]) -> None:
    """Else the number 20110829 would pass for a day in 1970."""
    loose = list(loose_readings(row, document, ""))
    if loose:
        raise LooseReading(loose)


def _source(subject: Subject, system: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The identity of a row; only lines must give a native id of their own."""
    source = {"system": system, **{name: raw[name] for name in IDENTITY if name in raw}}
    if source.get("native_id") is None and not subject.is_line:
        parts = [str(raw.get(name) or "-").strip() for name in subject.key]
        source["native_id"] = "/".join(parts)[:_NATIVE_ID_LENGTH]
    return source


def _named(subject: Subject, raw: Any) -> dict[str, str] | None:
    """The identifying fields of a row that cannot be read as a whole."""
    codes = {name: raw.get(name) for name in subject.naming} if isinstance(raw, dict) else {}
    named = {
        name: code.strip() for name, code in codes.items() if isinstance(code, str) and code.strip()
    }
    return named if codes and len(named) == len(codes) else None


def _places(error: ValidationError) -> list[Place]:
    """The model's findings; the bad input is not echoed."""
    findings = error.errors(include_url=False, include_input=False, include_context=False)
    return [(finding["loc"], finding["msg"]) for finding in findings]


def _invalid(index: int, places: Sequence[Place]) -> dict[str, Any]:
    """The problem of a row, with a JSON pointer to each of these places."""
    errors = [
        {
            "pointer": pointer(index, [step for step in steps if step != "source"]),
            "detail": detail.removeprefix("Value error, "),
        }
        for steps, detail in places
    ]
    fault = Fault("row-invalid", "", errors[0]["detail"], _REMEDY)
    return {**row_problem(index, fault), "pointer": errors[0]["pointer"], "errors": errors}

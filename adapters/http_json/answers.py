"""Answers of other systems, read as strictly as we read requests."""

import re
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from adapters.canonical.calendar import Day
from adapters.canonical.identity import Code
from adapters.canonical.quantity import NonNegativeQuantity
from adapters.exact_json import exact, members
from adapters.ports import Failure

_LONGEST_NUMBER = 40
_NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class UnreadableAnswerError(Exception):
    """Why an answer does not say what it should."""


def _plain(value: Any) -> Any:
    """A number, or a text that is nothing but one, exactly."""
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMERAL.fullmatch(value)):
        raise ValueError("a quantity is a plain decimal number, for example 12.5")
    return Decimal(str(value)) if isinstance(value, int | float | str) else value


PlainQuantity = Annotated[NonNegativeQuantity, BeforeValidator(_plain)]


class Told(BaseModel):
    """Base of all answers: nothing is guessed, nothing overlooked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DocumentAnswer(Told):
    """What the system made of a proposal. Without ``native_id`` it has only been accepted."""

    external_ref: str
    native_id: Code | None = None
    accepted_quantity: PlainQuantity | None = None
    expected_date: Day | None = None


class BatchEntry(DocumentAnswer):
    """The answer to one proposal of several."""

    failure: Failure | None = None
    detail: str = Field("", max_length=2000)


class BatchAnswer(Told):
    """One entry per proposal, in order."""

    results: tuple[BatchEntry, ...]


class FoundAnswer(Told):
    """A document that the system has."""

    external_ref: str
    native_id: Code
    quantity: PlainQuantity | None = None
    expected_date: Day | None = None


class PageAnswer(Told):
    """Rows; ``next`` is the cursor after them, null where there are no more for now.

    No rows say that there is nothing new. A snapshot is all there is of its kind, in one page.
    """

    rows: list[Any]
    next: str | None = Field(None, max_length=500)
    snapshot: bool = False

    @model_validator(mode="after")
    def _snapshot_is_one_page(self) -> Self:
        if self.snapshot and self.next is not None:
            raise ValueError("a snapshot is one page: it has no next")
        return self


ToldT = TypeVar("ToldT", bound=Told)


def read_answer(model: type[ToldT], body: bytes) -> ToldT:
    """The answer as a ``model``; raises UnreadableAnswerError."""
    document(body)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise UnreadableAnswerError(_first(error)) from None


def read_page(body: bytes) -> PageAnswer:
    """A page of rows with exact numbers; raises UnreadableAnswerError."""
    try:
        return PageAnswer.model_validate(document(body))
    except ValidationError as error:
        raise UnreadableAnswerError(_first(error)) from None


def document(body: bytes) -> Any:
    """The JSON document in ``body``, fractions as Decimal; raises UnreadableAnswerError."""
    try:
        return exact(body, members, _LONGEST_NUMBER)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnreadableAnswerError(f"it is not valid JSON: {error}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"

"""What an ERP tells of the requisitions and purchase orders that it had when we started."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from adapters.canonical.calendar import Day
from adapters.canonical.identity import Canonical, Code
from adapters.canonical.quantity import PositiveQuantity
from service.feeds.batches import Outcome
from service.feeds.bodies import LARGEST_BATCH, RowProblem
from service.feeds.row_schemas import inlined_schema
from service.proposals.states import State

Number = tuple[str, str]
"""(erp_number, line) within one system; the line is empty where the number needs none."""


class InFlightState(StrEnum):
    """Whether the ERP has a requisition or, already, a purchase order."""

    ACKNOWLEDGED = "acknowledged"
    ORDERED = "ordered"

    @property
    def state(self) -> State:
        """The proposal's state of the same name."""
        return State(self.value)


class InFlightRequisition(Canonical):
    """A line that the ERP has under its own number; ``quantity`` is what is still to come."""

    erp_number: Code = Field(description="the requisition's number, or the order's if it has none")
    line: Code | None = None
    item_id: Code
    location_id: Code
    supplier_id: Code | None = None
    quantity: PositiveQuantity
    unit: Code | None = None
    expected_date: Day
    state: InFlightState
    purchase_order_number: Code | None = None

    @property
    def number(self) -> Number:
        """What identifies it within its system."""
        return self.erp_number, self.line or ""

    @property
    def name(self) -> str:
        """The number as people say it."""
        return f"{self.erp_number}/{self.line}" if self.line else self.erp_number


class InFlightBody(BaseModel):
    """Requisitions of the system that the key speaks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: list[Annotated[Any, WithJsonSchema(inlined_schema(InFlightRequisition))]] = Field(
        max_length=LARGEST_BATCH
    )


class InFlightRowAnswer(BaseModel):
    """What became of one row."""

    row: int = Field(description="position in the request, counted from 0")
    result: Outcome
    external_ref: str | None = Field(description="what we call it from now on")
    problem: RowProblem | None
    exception_id: str | None


class InFlightAnswer(BaseModel):
    """One result per row, in order, and how many of each."""

    counts: dict[Outcome, int]
    results: list[InFlightRowAnswer]


EXAMPLE: dict[str, Any] = {
    "rows": [
        {
            "erp_number": "BANF-4711",
            "line": "10",
            "item_id": "BOTTLE",
            "location_id": "UK",
            "supplier_id": "S-01",
            "quantity": "20",
            "unit": "BOX",
            "expected_date": "2011-09-12",
            "state": "ordered",
            "purchase_order_number": "PO-77",
        }
    ]
}

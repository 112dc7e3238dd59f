"""What is said beside the figures of a line, for whoever reads it in the CRM."""

from collections.abc import Iterator, Sequence
from datetime import date

from service.outlook.supply_position import SupplyPosition
from service.proposals.states import State

ENDED = "It is lost or deleted: it counts nothing, and nothing is set aside for it."
UNMAPPED = "Its codes stand for nothing known here: it waits in the exception queue."
OVER = (
    "The delivery window is over: nothing is set aside until it is moved, or the deal won or lost."
)
ORDERED = "It is ordered in full; open orders are served before all deals."

_MOST_PROPOSALS = 3
_LONGEST = 500


def not_planned(locations: Sequence[str]) -> str:
    """No supplier terms, or no forecast yet, for these locations."""
    return f"Not planned yet at {', '.join(locations)}: supplier terms or a forecast are missing."


def on_uncovered(positions: Sequence[SupplyPosition], window_end: date) -> str:
    """What may still cover a line: proposals that nobody has approved, and what can be ordered."""
    words = list(_undecided(positions))
    if positions and all(position.orderable_by <= window_end for position in positions):
        words.append("What is uncovered can still be ordered in time.")
    return " ".join(words)[:_LONGEST]


def _undecided(positions: Sequence[SupplyPosition]) -> Iterator[str]:
    """No quantities: they move with every count, and each difference would be told."""
    rows = [row for position in positions for row in position.proposals.undecided]
    for row in rows[:_MOST_PROPOSALS]:
        # Of an approval that can still be taken back nobody hears.
        told = State.IN_REVIEW if row.state == State.APPROVED else row.state
        state = told.replace("_", " ")
        yield f"{row.external_ref} would bring more to {row.location_id} ({state})."

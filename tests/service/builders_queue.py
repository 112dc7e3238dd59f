"""A queue as full as a real one, always the same."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from tests.service.builders_rationale import Hope, Planned
from tests.service.builders_web import put_planned


@dataclass(frozen=True)
class _Rule:
    rule_id: str
    note: str
    outcome: str = "review"


_RULES = (
    _Rule("value-above-limit", "Order value is above what may go out unseen"),
    _Rule("opportunity-driven", "More than a third of the demand is hoped for, not seen"),
    _Rule("lumpy-demand", "Demand is lumpy: the forecast is weak"),
    _Rule("short-history", "Fewer than 26 weeks of history"),
)


@dataclass
class _Shelf:
    """Descriptions for many items, as a wholesaler writes them."""

    first: tuple[str, ...] = ("RED RETROSPOT", "VINTAGE", "WHITE HANGING", "JUMBO BAG", "SET OF 6")
    last: tuple[str, ...] = ("CAKE STAND", "LUNCH BAG", "T-LIGHT HOLDER", "BUNTING", "SNACK BOX")
    made: list[str] = field(default_factory=list)

    def next(self) -> str:
        number = len(self.made)
        name = f"{self.first[number % 5]} {self.last[(number // 5 + number) % 5]} {number}"
        self.made.append(name)
        return name


def put_full_queue(session: Session, count: int, now: datetime) -> None:
    """A queue of ``count`` proposals of all sorts, the first one driven by opportunities."""
    shelf = _Shelf()
    hopes = (Hope("OPP-2041", 240, "0.60"), Hope("OPP-2077", 96, "0.25", "Harbour & Hall"))
    put_planned(
        session,
        Planned(
            item_id="85123A",
            description="WHITE HANGING HEART T-LIGHT HOLDER",
            weekly=180,
            price="7.2",
            hopes=hopes,
            planner_quantity=1200,
            edited_against=1104,
            rule_id="opportunity-driven",
            note=_RULES[1].note,
        ),
        now,
    )
    for number in range(1, count):
        rule = _RULES[number % len(_RULES)]
        put_planned(
            session,
            Planned(
                item_id=f"{20000 + 37 * number}",
                description=shelf.next(),
                location_id="DC-EU" if number % 3 == 0 else "DC-UK",
                weekly=12 + (number * 29) % 170,
                lead_time_days=(number * 11) % 30 + 2,
                required_in_days=-3 if number % 17 == 0 else (number * 11) % 30 + 2,
                on_hand=(number * 13) % 60,
                price=f"{0.4 + (number * 7) % 23 / 2:.2f}",
                hopes=(Hope(f"OPP-{number}", 60),) if number % 4 == 0 else (),
                state=("in_review", "in_review", "in_review", "approved", "held")[number % 5],
                rule_id=rule.rule_id,
                note=rule.note,
            ),
            now,
        )

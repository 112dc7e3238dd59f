"""The approval queue: filters, order, and the rows of a page.

Pages are cut by key ("after this row"), so the last page costs what the first one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Row, Select, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from adapters.canonical.proposal import MESSAGES
from service.database.types import MILLIONTHS
from service.feeds.tables import ItemRow, LocationRow
from service.proposals.tables import ProposalRow
from service.replenishment.tables import DecisionRow
from service.web.form_fields import searched
from service.web.reasons import OPPORTUNITY_SHARE, reason

ROWS_PER_PAGE = 50
ALL_STATES = "all"
BY_VALUE = "value"
BY_DATE = "date"


_GIVER = aliased(LocationRow)


@dataclass(frozen=True)
class QueueFilter:
    """Which proposals are listed and in what order, as the address says it."""

    state: str = "in_review"
    kind: str = ""
    location: str = ""
    text: str = ""
    rule: str = ""
    sort: str = BY_VALUE
    after: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "QueueFilter":
        """Read an address; unknown sort orders fall back, blanks are stripped."""
        return cls(
            state=searched(query.get("state", ""), 64) or "in_review",
            kind=searched(query.get("kind", ""), 64),
            location=searched(query.get("location", ""), 64),
            text=searched(query.get("text", ""), 200),
            rule=searched(query.get("rule", ""), 64),
            sort=BY_DATE if query.get("sort") == BY_DATE else BY_VALUE,
            after=query.get("after", "")[:200],
        )

    def address(self, **changed: str) -> str:
        """The query string of this filter with some of it ``changed``; defaults are left out."""
        wanted = replace(self, **changed)
        pairs = {
            name: value for name, value in vars(wanted).items() if value != getattr(_DEFAULT, name)
        }
        return "?" + urlencode(pairs) if pairs else ""

    @property
    def narrowed(self) -> bool:
        """Whether more than the state is filtered."""
        return bool(self.kind or self.location or self.text or self.rule)


_DEFAULT = QueueFilter()


@dataclass(frozen=True)
class QueueRow:
    """A line of the queue."""

    proposal: ProposalRow
    description: str
    location_name: str
    giver_name: str
    outcome: str
    rule_id: str
    why: str
    opportunity_share: Decimal
    key: str
    """Where the next page begins if this is the last row."""

    @property
    def quantity(self) -> Decimal:
        """What would be ordered: the planner's edit if there is one."""
        return wanted_quantity(self.proposal)

    @property
    def value(self) -> Decimal | None:
        """Quantity times price, in the proposal's currency."""
        return order_value(self.proposal)

    @property
    def message(self) -> str:
        """What is asked of a purchase line, in words; empty for everything that is ordered."""
        return self.proposal.rationale if self.proposal.kind in MESSAGES else ""

    @property
    def conflict(self) -> bool:
        """The plan has moved on since the planner's edit."""
        return in_conflict(self.proposal)


def wanted_quantity(proposal: ProposalRow) -> Decimal:
    """The planner's quantity, else the recommended one."""
    edited = proposal.planner_quantity
    return proposal.recommended_quantity if edited is None else edited


def order_value(proposal: ProposalRow) -> Decimal | None:
    """Wanted quantity times unit price; None without a price."""
    price = proposal.unit_price
    return None if price is None else wanted_quantity(proposal) * price


def in_conflict(proposal: ProposalRow) -> bool:
    """Whether a planner's edit stands against another recommendation than the one it changed."""
    return (
        proposal.planner_quantity is not None
        and proposal.edited_against is not None
        and proposal.edited_against != proposal.recommended_quantity
    )


def queue_page(session: Session, wanted: QueueFilter) -> tuple[list[QueueRow], str]:
    """The rows of a page and the key after which the next one begins, empty at the end."""
    statement = _rows(wanted).order_by(*_order(wanted)).limit(ROWS_PER_PAGE + 1)
    later = _beyond(wanted, wanted.after)
    if later is not None:
        statement = statement.where(later)
    rows = [_row(found, wanted) for found in session.execute(statement)]
    more = len(rows) > ROWS_PER_PAGE
    return rows[:ROWS_PER_PAGE], rows[ROWS_PER_PAGE - 1].key if more else ""


def neighbours(session: Session, wanted: QueueFilter, proposal: ProposalRow) -> tuple[str, str]:
    """References of the rows before and after ``proposal`` in the queue; empty where none is."""
    here = _key(proposal, wanted)
    found = []
    for back in (True, False):
        beyond = _beyond(wanted, here, back=back)
        statement = _rows(wanted).order_by(*_order(wanted, back=back)).limit(1)
        row = session.execute(
            statement.with_only_columns(ProposalRow.external_ref).where(
                beyond if beyond is not None else ProposalRow.external_ref == ""
            )
        ).one_or_none()
        found.append(row[0] if row else "")
    return found[0], found[1]


def _rows(wanted: QueueFilter) -> Select[Any]:
    statement = (
        select(
            ProposalRow,
            ItemRow.description,
            LocationRow.name,
            _GIVER.name.label("giver_name"),
            DecisionRow.outcome,
            DecisionRow.rule_id,
            DecisionRow.reasons,
            DecisionRow.facts,
        )
        .outerjoin(ItemRow, ItemRow.item_id == ProposalRow.item_id)
        .outerjoin(LocationRow, LocationRow.location_id == ProposalRow.location_id)
        .outerjoin(_GIVER, _GIVER.location_id == ProposalRow.from_location_id)
        .outerjoin(DecisionRow, DecisionRow.decision_id == ProposalRow.decision_id)
    )
    if wanted.state != ALL_STATES:
        statement = statement.where(ProposalRow.state == wanted.state)
    if wanted.location:
        ends = (ProposalRow.location_id, ProposalRow.from_location_id)
        statement = statement.where(or_(*(end == wanted.location for end in ends)))
    if wanted.kind:
        statement = statement.where(ProposalRow.kind == wanted.kind)
    if wanted.rule:
        statement = statement.where(DecisionRow.rule_id == wanted.rule)
    if wanted.text:
        statement = statement.where(
            or_(
                *(
                    matches(column, wanted.text)
                    for column in (
                        ItemRow.description,
                        ProposalRow.item_id,
                        ProposalRow.external_ref,
                    )
                )
            )
        )
    return statement


def matches(column: Any, text: str) -> ColumnElement[bool]:
    """Whether ``column`` contains ``text``, whatever the case; wildcards mean themselves."""
    return func.lower(column).contains(text.lower(), autoescape=True)


def _value_key() -> ColumnElement[Any]:
    # A key to sort by, not an amount: the exact product would not fit 64 bits.
    quantity = func.coalesce(ProposalRow.planner_quantity, ProposalRow.recommended_quantity)
    return cast(quantity, Double) * cast(func.coalesce(ProposalRow.unit_price, 0), Double)


def _order(wanted: QueueFilter, *, back: bool = False) -> list[ColumnElement[Any]]:
    if wanted.sort == BY_DATE:
        first, last = ProposalRow.required_date, ProposalRow.proposal_id
        return [first.desc(), last.desc()] if back else [first.asc(), last.asc()]
    last = ProposalRow.proposal_id
    return [_value_key().asc(), last.desc()] if back else [_value_key().desc(), last.asc()]


def _beyond(wanted: QueueFilter, key: str, *, back: bool = False) -> ColumnElement[bool] | None:
    """The rows after (or before) ``key``; None where the key cannot be read."""
    value, _, last = key.partition("~")
    try:
        proposal_id = UUID(last)
        if wanted.sort == BY_DATE:
            column: ColumnElement[Any] = ProposalRow.required_date.expression
            first: date | float = date.fromisoformat(value)
            further = column < first if back else column > first
        else:
            column, first = _value_key(), float(Decimal(value))
            further = column > first if back else column < first
    except (ValueError, InvalidOperation):
        return None
    same_id = ProposalRow.proposal_id
    tie = same_id < proposal_id if back else same_id > proposal_id
    return or_(further, and_(column == first, tie))


def _key(proposal: ProposalRow, wanted: QueueFilter) -> str:
    if wanted.sort == BY_DATE:
        return f"{proposal.required_date.isoformat()}~{proposal.proposal_id}"
    price = proposal.unit_price or Decimal(0)
    scaled = float(wanted_quantity(proposal) * MILLIONTHS) * float(price * MILLIONTHS)
    return f"{scaled!r}~{proposal.proposal_id}"


def _row(found: Row[Any], wanted: QueueFilter) -> QueueRow:
    proposal: ProposalRow = found.ProposalRow
    rule_id = found.rule_id or ""
    note = main_reason(found.reasons or [], rule_id)
    share = share_of(found.facts or {})
    told_by_tag = (OPPORTUNITY_SHARE,) if share > 0 else ()
    return QueueRow(
        proposal=proposal,
        description=found.description or proposal.item_id,
        location_name=found.name or proposal.location_id,
        giver_name=found.giver_name or proposal.from_location_id,
        outcome=found.outcome or "",
        rule_id=rule_id,
        why=proposal.review_reason or reason(note, proposal.currency, leave_out=told_by_tag),
        opportunity_share=share,
        key=_key(proposal, wanted),
    )


def main_reason(reasons: list[dict[str, Any]], rule_id: str) -> str:
    """The note of the rule that decided, else of the first reason."""
    notes = {reason.get("rule_id", ""): reason.get("note", "") for reason in reversed(reasons)}
    first = reasons[0].get("note", "") if reasons else ""
    return str(notes.get(rule_id) or first)


def share_of(facts: Mapping[str, Any]) -> Decimal:
    """Which share of the demand comes from opportunities, 0 to 1."""
    return Decimal(str(facts.get("opportunity_share") or 0))

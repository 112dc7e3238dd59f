"""Lines of one supplier order share their fate: who was decided on another total is decided anew.

A pass that changes a line marks its order as stale in the same transaction. Afterwards, what the
order comes to now is compared with what its open lines were decided on. Where one was decided
as if the minimum were met, and it is not, or the other way round, its key is marked dirty.
Quantities do not depend on the minimum, so the total is the same after that pass, and nothing is
marked again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from rules.ordering.supplier_orders import missing_value
from service.database.base import new_id
from service.database.upsert import upsert
from service.proposals.supplier_orders import (
    Group,
    SupplierConditions,
    SupplierLine,
    conditions_of,
    lines_of,
)
from service.replenishment.facts import SUPPLIER_ORDER_GAP
from service.replenishment.tables import DecisionRow, StaleSupplierOrderRow
from service.work import dirty_keys

_AT_ONCE = 200
"""Orders settled in one transaction."""
_DECISIONS_PER_STATEMENT = 500
_UNASKED = "unasked"


def mark_stale(session: Session, groups: Collection[Group]) -> None:
    """Note in the caller's transaction that lines of ``groups`` have changed."""
    mark = new_id()
    rows = [
        {"supplier_id": supplier_id, "location_id": location_id, "mark": mark}
        for supplier_id, location_id in sorted(groups)
    ]
    upsert(session, StaleSupplierOrderRow, rows, key=("supplier_id", "location_id"))


def is_stale(session: Session) -> bool:
    """Whether any order is to be settled."""
    return session.scalar(select(StaleSupplierOrderRow.mark).limit(1)) is not None


def settle(session: Session, now: datetime) -> int:
    """Mark the keys that were decided on another standing of their order; returns how many."""
    stale = session.execute(
        select(
            StaleSupplierOrderRow.supplier_id,
            StaleSupplierOrderRow.location_id,
            StaleSupplierOrderRow.mark,
        ).limit(_AT_ONCE)
    ).all()
    if not stale:
        return 0
    marks = {(row.supplier_id, row.location_id): row.mark for row in stale}
    lines = lines_of(session, marks.keys())
    suppliers = {supplier_id for supplier_id, _ in marks}
    conditions = conditions_of(session, suppliers)
    opened = [line for group in lines.values() for line in group if line.is_open]
    decided = _decided(session, {line.proposal.decision_id for line in opened})
    moved = set()
    for group, members in lines.items():
        standing = _standing(group, members, conditions)
        moved |= {
            line.key
            for line in members
            if line.is_open and _decided_on(line, decided) not in (standing, _UNASKED)
        }
    dirty_keys.mark(session, moved, "supplier_order", now)
    _clear(session, marks)
    return len(moved)


def _standing(
    group: Group, lines: Collection[SupplierLine], conditions: SupplierConditions
) -> bool | None:
    """Whether the order reaches its minimum; None if nobody can tell."""
    asked = conditions.minimum_of(group)
    if asked is None:
        return True
    values = [line.value_in(asked.currency) for line in lines]
    return _met(missing_value(asked.minimum_order_value or Decimal(0), values))


def _met(gap: Decimal | None) -> bool | None:
    return None if gap is None else gap == 0


def _decided_on(line: SupplierLine, decided: Mapping[UUID, Any]) -> bool | str | None:
    """The standing on which an open line was decided, if the policy asked for it."""
    facts = decided.get(line.proposal.decision_id, {})
    if SUPPLIER_ORDER_GAP not in facts:
        return _UNASKED
    return _met(_amount(facts[SUPPLIER_ORDER_GAP]))


def _amount(fact: str | int | None) -> Decimal | None:
    return None if fact is None else Decimal(fact)


def _decided(session: Session, decision_ids: Collection[UUID]) -> Mapping[UUID, Any]:
    """The facts of these decisions."""
    ordered = sorted(decision_ids)
    facts: dict[UUID, Any] = {}
    for start in range(0, len(ordered), _DECISIONS_PER_STATEMENT):
        chunk = ordered[start : start + _DECISIONS_PER_STATEMENT]
        rows = select(DecisionRow.decision_id, DecisionRow.facts).where(
            DecisionRow.decision_id.in_(chunk)
        )
        facts |= {row.decision_id: row.facts for row in session.execute(rows)}
    return facts


def _clear(session: Session, marks: Mapping[Group, UUID]) -> None:
    """Only marks that were read: what was marked meanwhile is settled next time."""
    for (supplier_id, location_id), mark in sorted(marks.items()):
        session.execute(
            delete(StaleSupplierOrderRow)
            .where(
                and_(
                    StaleSupplierOrderRow.supplier_id == supplier_id,
                    StaleSupplierOrderRow.location_id == location_id,
                    StaleSupplierOrderRow.mark == mark,
                )
            )
            .execution_options(synchronize_session=False)
        )

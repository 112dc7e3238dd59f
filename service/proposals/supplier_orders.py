"""What is open for a supplier and a site: the lines that would go out in one order.

A line is a requisition that is open, or that the ERP has taken and not put on a purchase order
yet: until then the supplier has not been asked for it. Its value is what is offered, or was
taken, at the price it was offered for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from service.database.key_sets import rows_of_keys
from service.database.pair_sets import one_of_pairs
from service.feeds.code_sets import one_of
from service.feeds.tables import SupplierConditionsRow
from service.proposals.offer import wanted_total
from service.proposals.states import AMENDABLE, State
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key

Group = tuple[str, str]
"""(supplier_id, location_id)."""

_UNORDERED = AMENDABLE | {State.CLAIMED, State.UNCONFIRMED, State.ACKNOWLEDGED}
_GROUPS_PER_STATEMENT = 500


@dataclass(frozen=True)
class SupplierLine:
    """A line of a supplier order, with the decision that it rests on."""

    proposal: ProposalRow

    @property
    def key(self) -> Key:
        """The (item, location) that it is for."""
        return self.proposal.item_id, self.proposal.location_id

    @property
    def group(self) -> Group:
        """The order that it belongs to."""
        return self.proposal.supplier_id or "", self.proposal.location_id

    @property
    def is_open(self) -> bool:
        """Whether the recompute may still change it."""
        return self.proposal.state in AMENDABLE

    @property
    def quantity(self) -> Decimal:
        """What is offered, or was taken; base units."""
        return wanted_total(self.proposal)

    def value_in(self, currency: str) -> Decimal | None:
        """Its value; None without a price, or with one in another currency."""
        row = self.proposal
        if row.unit_price is None or row.currency != currency:
            return None
        return self.quantity * row.unit_price


def lines_of(session: Session, groups: Collection[Group]) -> Mapping[Group, list[SupplierLine]]:
    """The lines of ``groups``, oldest first."""
    found: defaultdict[Group, list[SupplierLine]] = defaultdict(list)
    ordered = sorted(groups)
    for start in range(0, len(ordered), _GROUPS_PER_STATEMENT):
        chunk = ordered[start : start + _GROUPS_PER_STATEMENT]
        rows = session.scalars(
            _unordered()
            .where(one_of_pairs(session, (ProposalRow.supplier_id, ProposalRow.location_id), chunk))
            .order_by(ProposalRow.created_at, ProposalRow.proposal_id)
        )
        for row in rows:
            line = SupplierLine(row)
            found[line.group].append(line)
    return found


def groups_of_keys(
    session: Session, keys: Collection[Key], suppliers: Collection[str]
) -> Mapping[Key, set[Group]]:
    """The orders in which ``keys`` have lines now, as far as they go to ``suppliers``."""
    lines = (
        _unordered()
        .with_only_columns(ProposalRow.item_id, ProposalRow.location_id, ProposalRow.supplier_id)
        .distinct()
    )
    groups: defaultdict[Key, set[Group]] = defaultdict(set)
    for item_id, location_id, supplier_id in rows_of_keys(
        session, lines, ProposalRow.item_id, keys
    ):
        if supplier_id in suppliers:
            groups[item_id, location_id].add((supplier_id, location_id))
    return groups


def _unordered() -> Select[ProposalRow]:
    return select(ProposalRow).where(
        ProposalRow.kind == ProposalKind.REQUISITION.value,
        ProposalRow.supplier_id.is_not(None),
        or_(
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
            and_(
                ProposalRow.state.in_([state.value for state in _UNORDERED]),
                ProposalRow.seen_in_erp_at.is_(None),
            ),
        ),
    )


class SupplierConditions:
    """What suppliers ask: at a site of its own conditions, else those for all sites."""

    def __init__(self, rows: Iterable[SupplierConditionsRow]) -> None:
        self._rows: dict[tuple[str, str | None], SupplierConditionsRow] = {}
        for row in sorted(rows, key=lambda row: (row.system, row.native_id)):
            self._rows.setdefault((row.supplier_id, row.location_id), row)

    def of(self, group: Group) -> SupplierConditionsRow | None:
        """What counts for an order; None if nothing is asked."""
        supplier_id, location_id = group
        return self._rows.get((supplier_id, location_id)) or self._rows.get((supplier_id, None))

    def minimum_of(self, group: Group) -> SupplierConditionsRow | None:
        """What counts for an order, if it sets a minimum order value."""
        row = self.of(group)
        return None if row is None or row.minimum_order_value is None else row


def suppliers_with_conditions(session: Session) -> set[str]:
    """Who asks for anything of a whole order."""
    return set(
        session.scalars(
            select(SupplierConditionsRow.supplier_id)
            .where(SupplierConditionsRow.gone.is_(False))
            .distinct()
        )
    )


def conditions_of(session: Session, suppliers: Collection[str]) -> SupplierConditions:
    """The conditions of ``suppliers`` that are in use."""
    rows = session.scalars(
        select(SupplierConditionsRow).where(
            one_of(session, SupplierConditionsRow.supplier_id, suppliers),
            SupplierConditionsRow.gone.is_(False),
        )
    )
    return SupplierConditions(rows)


def line_with_minimum(session: Session, proposal_id: UUID) -> Key | None:
    """The key of a proposal whose supplier sets a minimum order value; None for any other."""
    found = session.execute(
        select(ProposalRow.item_id, ProposalRow.location_id)
        .join(SupplierConditionsRow, SupplierConditionsRow.supplier_id == ProposalRow.supplier_id)
        .where(
            ProposalRow.proposal_id == proposal_id,
            ProposalRow.kind == ProposalKind.REQUISITION.value,
            SupplierConditionsRow.minimum_order_value.is_not(None),
            SupplierConditionsRow.gone.is_(False),
        )
        .limit(1)
    ).one_or_none()
    return None if found is None else (found.item_id, found.location_id)

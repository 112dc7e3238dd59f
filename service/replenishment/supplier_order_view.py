"""Supplier orders as people and systems read them: what is open, for whom, and what it lacks."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from rules.ordering.quantities import from_float, quantised
from rules.ordering.supplier_orders import Conditions, OrderLine, SupplierOrder, supplier_order
from service.database.key_sets import rows_of_items, rows_of_keys
from service.feeds.tables import ItemRow, SupplierConditionsRow, SupplierTermsRow
from service.forecasts.tables import SeriesForecastRow
from service.proposals.states import AMENDABLE
from service.proposals.supplier_orders import Group, SupplierLine, conditions_of, lines_of
from service.proposals.tables import ProposalRow
from service.work.dirty_keys import Key

ORDERS_PER_PAGE = 50


@dataclass(frozen=True)
class OrderView:
    """The lines of a supplier and a site, what they come to, and what the supplier asks."""

    group: Group
    lines: Sequence[SupplierLine]
    order: SupplierOrder
    conditions: SupplierConditionsRow | None
    descriptions: Mapping[str, str]

    @property
    def states(self) -> Mapping[str, int]:
        """How many lines are in each state."""
        return dict(sorted(Counter(line.proposal.state for line in self.lines).items()))

    @property
    def oldest(self) -> datetime:
        """Since when the order's oldest line waits."""
        return min(line.proposal.created_at for line in self.lines)

    @property
    def item_of(self) -> Mapping[str, str]:
        """The item behind each reference."""
        return {line.proposal.external_ref: line.proposal.item_id for line in self.lines}


def orders_page(
    session: Session, after: Group | None, limit: int = ORDERS_PER_PAGE
) -> tuple[list[OrderView], Group | None]:
    """Orders with open lines by supplier and site, and after which the next page begins."""
    columns = ProposalRow.supplier_id, ProposalRow.location_id
    groups = (
        select(*columns)
        .where(
            ProposalRow.kind == ProposalKind.REQUISITION.value,
            ProposalRow.state.in_([state.value for state in AMENDABLE]),
            ProposalRow.supplier_id.is_not(None),
        )
        .distinct()
        .order_by(*columns)
        .limit(limit + 1)
    )
    if after is not None:
        same = and_(columns[0] == after[0], columns[1] > after[1])
        groups = groups.where(or_(columns[0] > after[0], same))
    found = [
        (supplier_id or "", location_id) for supplier_id, location_id in session.execute(groups)
    ]
    page = found[:limit]
    return order_views(session, page), page[-1] if len(found) > limit else None


def order_views(session: Session, groups: Sequence[Group]) -> list[OrderView]:
    """The orders of ``groups`` that have lines, in the order given."""
    lines = lines_of(session, groups)
    conditions = conditions_of(session, {supplier_id for supplier_id, _ in groups})
    measured = _Measures(session, [line for group in lines.values() for line in group])
    return [
        OrderView(
            group=group,
            lines=lines[group],
            order=supplier_order(
                [measured.line(line) for line in lines[group]], _asked(conditions.of(group))
            ),
            conditions=conditions.of(group),
            descriptions=measured.descriptions,
        )
        for group in groups
        if group in lines
    ]


def _asked(row: SupplierConditionsRow | None) -> Conditions | None:
    if row is None:
        return None
    return Conditions(
        currency=row.currency,
        minimum_order_value=row.minimum_order_value,
        freight_free_value=row.freight_free_value,
        container_volume=row.container_volume,
        container_weight=row.container_weight,
        container_units=row.container_units,
    )


class _Measures:
    """What is known of the items of some lines: measures, lots, expected demand."""

    def __init__(self, session: Session, lines: Sequence[SupplierLine]) -> None:
        keys = {line.key for line in lines}
        items = rows_of_items(session, select(ItemRow), ItemRow.item_id, {key[0] for key in keys})
        self._items = {row.item_id: row for (row,) in items}
        self._multiples = _multiples(session, keys)
        self._daily = _daily_demand(session, keys)

    @property
    def descriptions(self) -> Mapping[str, str]:
        """What the items are called."""
        return {item_id: row.description or item_id for item_id, row in self._items.items()}

    def line(self, line: SupplierLine) -> OrderLine:
        """The line as the arithmetic wants it."""
        row, item = line.proposal, self._items.get(line.key[0])
        return OrderLine(
            reference=row.external_ref,
            quantity=line.quantity,
            unit_price=row.unit_price,
            currency=row.currency,
            unit_volume=item.unit_volume if item else None,
            unit_weight=item.unit_weight if item else None,
            order_multiple=self._multiple(line, item),
            daily_demand=self._daily.get(line.key),
        )

    def _multiple(self, line: SupplierLine, item: ItemRow | None) -> Decimal:
        """The supplier's multiple as a whole number of the item's smallest quantity."""
        step = Decimal(1).scaleb(-item.unit_decimals) if item else Decimal(1)
        multiple = self._multiples.get((*line.key, line.group[0]), step)
        return -(-multiple // step) * step


def _multiples(session: Session, keys: Collection[Key]) -> Mapping[tuple[str, str, str], Decimal]:
    terms = select(
        SupplierTermsRow.item_id,
        SupplierTermsRow.location_id,
        SupplierTermsRow.supplier_id,
        SupplierTermsRow.order_multiple,
    ).where(SupplierTermsRow.gone.is_(False))
    found = rows_of_keys(session, terms, SupplierTermsRow.item_id, keys)
    return {(row[0], row[1], row[2]): row[3] for row in found}


def _daily_demand(session: Session, keys: Collection[Key]) -> Mapping[Key, Decimal]:
    states = select(
        SeriesForecastRow.item_id,
        SeriesForecastRow.location_id,
        SeriesForecastRow.interval_mean,
        SeriesForecastRow.interval_days,
    )
    found = rows_of_keys(session, states, SeriesForecastRow.item_id, keys)
    return {(row[0], row[1]): quantised(from_float(row[2]) / row[3]) for row in found}

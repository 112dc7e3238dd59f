"""Fetch the inputs of many keys in one snapshot, a fixed number of statements for any batch."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from rules.policy import Policy
from service.context import ServiceContext
from service.database.key_sets import rows_of_items, rows_of_keys
from service.exceptions.queue import Finding
from service.feeds.tables import ItemRow, OpenPurchaseLineRow, StockPositionRow
from service.forecasts.order_links import LinkedDemand, linked_demand
from service.forecasts.planned_keys import TermsInForce, terms_in_force
from service.forecasts.tables import SeriesForecastRow
from service.policies.versions import in_force
from service.proposals.committed import committed
from service.proposals.reserved import reserved
from service.proposals.states import AMENDABLE, REQUESTED
from service.proposals.tables import ProposalRow
from service.replenishment.facts import VALUE
from service.replenishment.inputs import (
    BaselineInput,
    CommittedInput,
    KeyInputs,
    OrderInput,
    ReceiptInput,
    Setting,
    StockInput,
    TermsInput,
)
from service.replenishment.network_inputs import ReservedInput
from service.replenishment.opportunity_inputs import opportunity_inputs
from service.replenishment.order_point import order_points
from service.replenishment.outside_inputs import outside_plans
from service.replenishment.overridden_baseline import override_inputs
from service.replenishment.past_windows import Graces
from service.work.business_date import business_date
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class PassSetting:
    """What holds for a whole pass."""

    business_date: date
    scenario_count: int
    won_grace_days: int
    open_grace_days: int
    policy: Policy


def pass_setting(session: Session, context: ServiceContext, now: datetime) -> PassSetting:
    """What holds now: the planning day, the policy in force on it, and the settings."""
    today = business_date(session, now)
    return PassSetting(
        business_date=today,
        scenario_count=context.settings.scenario_count,
        won_grace_days=context.settings.won_without_order_days,
        open_grace_days=context.settings.open_past_window_days,
        policy=in_force(session, datetime.combine(today, time(12), UTC)),
    )


@dataclass(frozen=True)
class LoadedInputs:
    """The inputs of plannable keys, and the planned keys whose baseline must be fitted first."""

    inputs: list[KeyInputs]
    unfitted: set[Key]
    unusable_plans: Mapping[Key, Finding]
    """Keys that another planning system is in charge of, and why its plan is not used."""


def load_inputs(session: Session, keys: Collection[Key], setting: PassSetting) -> LoadedInputs:
    """The inputs of those ``keys`` that are planned, in key order."""
    terms = terms_in_force(session, keys)
    baselines = _baselines(session, terms.keys())
    ready = sorted(key for key in terms if key in baselines and _fits(baselines[key], terms[key]))
    demand = linked_demand(session, set(ready))
    items = _items(session, {item_id for item_id, _ in ready})
    stock, receipts = _stock(session, ready), _receipts(session, ready)
    orders, taken, promised = _orders(demand), _committed(session, ready), _reserved(session, ready)
    today = setting.business_date
    ends = {key: today + timedelta(days=baselines[key].interval_days) for key in ready}
    graces = Graces(setting.won_grace_days, setting.open_grace_days)
    opportunities = opportunity_inputs(session, demand, ends, today, graces)
    edits, overrides = _edits(session, ready), override_inputs(session, ends, today)
    to_lot = setting.policy.ordering.round_outside_recommendations
    own = {key: baselines[key] for key in ready}
    points = order_points(session, ready)
    outside = outside_plans(session, own, today, to_lot=to_lot)
    inputs = [
        KeyInputs(
            item_id=key[0],
            location_id=key[1],
            unit=items[key[0]].base_unit,
            unit_decimals=items[key[0]].unit_decimals,
            setting=_setting(setting, baselines[key].demand_class),
            baseline=outside.baseline(key, _baseline(baselines[key])),
            terms=_terms(outside.terms.get(key, terms[key])),
            stock=stock.get(key),
            opportunities=tuple(opportunities.get(key, ())),
            orders=tuple(orders.get(key, ())),
            receipts=tuple(receipts.get(key, ())),
            committed=tuple(taken.get(key, ())),
            overrides=overrides.get(key, ()),
            edited_against=edits.get(key),
            recommended=outside.recommended.get(key),
            order_point=points.get(key),
            reserved=tuple(promised.get(key, ())),
        )
        for key in ready
    ]
    return LoadedInputs(inputs, terms.keys() - set(ready), outside.unusable)


def _fits(baseline: SeriesForecastRow, terms: TermsInForce) -> bool:
    return baseline.interval_days == terms.interval_days


def _setting(setting: PassSetting, demand_class: str) -> Setting:
    return Setting(
        business_date=setting.business_date,
        scenario_count=setting.scenario_count,
        won_grace_days=setting.won_grace_days,
        open_grace_days=setting.open_grace_days,
        cycle_service_level=setting.policy.ordering.cycle_service_level[demand_class],
        value_currency=_value_currency(setting.policy),
        policy=f"{setting.policy.name} version {setting.policy.version}",
        policy_hash=setting.policy.hash,
    )


def _value_currency(policy: Policy) -> str | None:
    return next((known.unit for known in policy.inputs if known.name == VALUE), None)


def _baseline(row: SeriesForecastRow) -> BaselineInput:
    return BaselineInput(
        run_id=str(row.run_id),
        demand_class=row.demand_class,
        history_weeks=row.history_weeks,
        interval_days=row.interval_days,
        mean=row.interval_mean,
        quantiles=tuple(row.interval_quantiles),
        backtest_error=row.backtest_error,
    )


def _terms(row: TermsInForce) -> TermsInput:
    return TermsInput(
        supplier_id=row.supplier_id,
        lead_time_days=row.lead_time_days,
        review_period_days=row.review_period_days,
        minimum_order_quantity=row.minimum_order_quantity,
        order_multiple=row.order_multiple,
        unit_price=row.unit_price,
        currency=row.currency,
        version=_version(row.version_token, row.received_at),
    )


def _version(token: str | None, received_at: datetime) -> str:
    return token or received_at.isoformat()


def _baselines(session: Session, keys: Collection[Key]) -> dict[Key, SeriesForecastRow]:
    states = select(SeriesForecastRow.item_id, SeriesForecastRow.location_id, SeriesForecastRow)
    found = rows_of_keys(session, states, SeriesForecastRow.item_id, keys)
    return {(item_id, location_id): row for item_id, location_id, row in found}


def _items(session: Session, item_ids: Collection[str]) -> dict[str, ItemRow]:
    found = rows_of_items(session, select(ItemRow), ItemRow.item_id, item_ids)
    return {row.item_id: row for (row,) in found}


def _stock(session: Session, keys: Collection[Key]) -> dict[Key, StockInput]:
    positions = select(
        StockPositionRow.item_id, StockPositionRow.location_id, StockPositionRow
    ).where(StockPositionRow.gone.is_(False))
    found = rows_of_keys(session, positions, StockPositionRow.item_id, keys)
    return {
        (item_id, location_id): StockInput(
            usable=row.on_hand - row.unusable,
            backorders=row.backorders,
            as_of=row.as_of,
            version=_version(row.version_token, row.received_at),
        )
        for item_id, location_id, row in found
    }


def _receipts(session: Session, keys: Collection[Key]) -> Mapping[Key, list[ReceiptInput]]:
    lines = (
        select(
            OpenPurchaseLineRow.item_id,
            OpenPurchaseLineRow.location_id,
            OpenPurchaseLineRow,
            ProposalRow.state,
        )
        .outerjoin(ProposalRow, ProposalRow.external_ref == OpenPurchaseLineRow.proposal_ref)
        .where(OpenPurchaseLineRow.gone.is_(False))
        .order_by(OpenPurchaseLineRow.due_date, OpenPurchaseLineRow.native_id)
    )
    receipts: defaultdict[Key, list[ReceiptInput]] = defaultdict(list)
    for item_id, location_id, row, state in rows_of_keys(
        session, lines, OpenPurchaseLineRow.item_id, keys
    ):
        receipts[item_id, location_id].append(
            ReceiptInput(
                line=f"{row.system}/{row.native_id}",
                quantity=row.quantity_open,
                due=row.due_date,
                proposal_ref=row.proposal_ref,
                supplier_id=row.supplier_id,
                change_requested=state in REQUESTED,
            )
        )
    return receipts


def _committed(session: Session, keys: Collection[Key]) -> Mapping[Key, list[CommittedInput]]:
    taken: defaultdict[Key, list[CommittedInput]] = defaultdict(list)
    for proposal in committed(session, keys):
        taken[proposal.key].append(
            CommittedInput(
                external_ref=proposal.external_ref,
                quantity=proposal.quantity,
                state=proposal.state,
            )
        )
    return taken


def _reserved(session: Session, keys: Collection[Key]) -> Mapping[Key, list[ReservedInput]]:
    promised: defaultdict[Key, list[ReservedInput]] = defaultdict(list)
    for one in reserved(session, keys):
        promised[one.giver].append(
            ReservedInput(
                external_ref=one.external_ref,
                to_location_id=one.to_location_id,
                quantity=one.quantity,
                state=one.state,
            )
        )
    return promised


def _orders(demand: LinkedDemand) -> Mapping[Key, list[OrderInput]]:
    orders: defaultdict[Key, list[OrderInput]] = defaultdict(list)
    for name, line in demand.open_orders.items():
        orders[line.item_id, line.location_id].append(
            OrderInput(
                order=name,
                quantity=line.quantity,
                due=line.due,
                opportunity=demand.links.linked.get(name),
                on_top=demand.stands_on_top(name),
                candidates=demand.links.ambiguous.get(name, ()),
            )
        )
    return orders


def _edits(session: Session, keys: Collection[Key]) -> dict[Key, Decimal]:
    """The recommendation against which a planner edited the open proposal."""
    edited = select(ProposalRow.item_id, ProposalRow.location_id, ProposalRow.edited_against).where(
        ProposalRow.kind == ProposalKind.REQUISITION.value,
        ProposalRow.state.in_(AMENDABLE),
        ProposalRow.edited_against.is_not(None),
    )
    found = rows_of_keys(session, edited, ProposalRow.item_id, keys)
    return {(item_id, location_id): against for item_id, location_id, against in found}

"""The fast rhythm: dirty keys in; recommendations, decisions and proposals out.

Inputs are read in one snapshot, after the dirty rows. The arithmetic holds no transaction. The
results are written in one: keys marked again meanwhile are skipped, since the next pass will see
what changed. Data that the arithmetic refuses is narrowed down to its key, which goes into the
exception queue, so that one bad key stops no other. Keys that lanes connect are computed and
written as one (see ``groups``).
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from rules.policy import Decision, decide
from service.context import ServiceContext
from service.database.retry import write_again
from service.forecasts.planned_keys import terms_in_force
from service.replenishment.groups import GroupedKeys, at_fault, connected_groups, with_siblings
from service.replenishment.load_inputs import LoadedInputs, PassSetting, load_inputs, pass_setting
from service.replenishment.load_network import load_network
from service.replenishment.networks import NetworkFacts, with_transfers
from service.replenishment.outside_findings import note_unusable_plans
from service.replenishment.poison import (
    DATA_FAULTS,
    is_database_trouble,
    quarantine,
    release,
)
from service.replenishment.recommend import Recommended, inputs_digest, recommend
from service.replenishment.record import current_digests, record
from service.replenishment.supplier_order_inputs import (
    SupplierOrders,
    load_supplier_orders,
    with_supplier_orders,
)
from service.replenishment.supplier_order_standing import is_stale, mark_stale, settle
from service.replenishment.unplanned import let_go
from service.replenishment.unused_demand import (
    not_planned,
    note_unused_demand,
    past_window,
    won_without_order,
)
from service.work import dirty_keys, stale_outlooks
from service.work.dirty_keys import DirtyKey, Key


@dataclass(frozen=True)
class PassCounts:
    """What a pass did: dirty keys taken, recommendations written, decisions by outcome."""

    keys: int = 0
    recommendations: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "PassCounts") -> "PassCounts":
        """Both together."""
        return PassCounts(
            self.keys + other.keys,
            self.recommendations + other.recommendations,
            dict(Counter(self.outcomes) + Counter(other.outcomes)),
        )


@dataclass(frozen=True)
class Work:
    """What a pass has to do: dirty keys as read, and what holds for all of them."""

    keys: GroupedKeys
    setting: PassSetting

    @property
    def dirty(self) -> tuple[DirtyKey, ...]:
        """The dirty keys."""
        return self.keys.dirty


@dataclass(frozen=True)
class Snapshot:
    """What a pass computes with, read at one moment after the dirty keys."""

    work: Work
    loaded: LoadedInputs
    network: NetworkFacts
    supplier_orders: SupplierOrders
    digests: dict[Key, str]
    """Of the inputs behind current recommendations; without those whose open proposal rests on
    another recommendation, for example because a planner has reopened it."""


def recompute_dirty(context: ServiceContext) -> PassCounts:
    """Recompute one batch of dirty keys whose baselines are fitted."""
    _settle_supplier_orders(context)  # what a pass has left that was interrupted
    work = read_work(context)
    if not work.dirty:
        return PassCounts()
    counts = _recompute(context, work)
    _settle_supplier_orders(context)
    return counts


def _settle_supplier_orders(context: ServiceContext) -> None:
    """Mark the lines dirty that share a supplier order with what has changed."""
    with context.database.read() as session:
        anything = is_stale(session)
    if anything:
        write_again(context.database, lambda session: settle(session, context.clock()))


def _recompute(context: ServiceContext, work: Work) -> PassCounts:
    """Recompute ``work``; what cannot be computed is tried by halves, down to the key at fault."""
    try:
        snapshot = read_snapshot(context, work)
        return write_results(context, snapshot, decide_all(snapshot))
    except DATA_FAULTS as fault:
        if is_database_trouble(fault):
            raise
        if len(work.keys.units()) == 1:
            _narrow_down(context, work, fault)
            return PassCounts(keys=len(work.dirty))
        halves = (replace(work, keys=half) for half in work.keys.halves())
        return sum((_recompute(context, half) for half in halves), PassCounts())


def _narrow_down(context: ServiceContext, work: Work, fault: Exception) -> None:
    """Set aside the keys of a unit that cannot be computed even alone; if each can, all of it."""

    def alone(entry: DirtyKey) -> None:
        single = replace(work, keys=GroupedKeys((entry,)))
        recommend(read_snapshot(context, single).loaded.inputs)

    found = list(at_fault(work.dirty, alone, DATA_FAULTS)) if len(work.dirty) > 1 else []
    for entry, reason in found or [(entry, fault) for entry in work.dirty]:
        if is_database_trouble(reason):
            raise reason
        _set_aside(context, entry, reason)


def _set_aside(context: ServiceContext, entry: DirtyKey, fault: Exception) -> None:
    now = context.clock()
    write_again(context.database, lambda session: quarantine(session, entry, fault, now))


def mark_all_planned(context: ServiceContext, cause: str, *, refit: bool = False) -> int:
    """Mark all planned keys dirty, for example because another policy came into force."""
    now = context.clock()

    def mark(session: Session) -> int:
        return dirty_keys.mark(session, terms_in_force(session).keys(), cause, now, refit=refit)

    marked = write_again(context.database, mark)
    context.ring()
    return marked


def read_work(context: ServiceContext) -> Work:
    """Read one batch of dirty keys and what holds for the pass.

    What fails here is nobody's data: it fails the pass, and no key is set aside for it.
    """
    now = context.clock()
    with context.database.read() as session:
        most = context.settings.recompute_batch
        dirty = dirty_keys.read(session, most, refit=False, share=context.share)
        setting = pass_setting(session, context, now)
        groups = connected_groups(session, dirty)
    keys = with_siblings(context, dirty, groups) if groups else GroupedKeys(tuple(dirty))
    return Work(keys, setting)


def read_snapshot(context: ServiceContext, work: Work) -> Snapshot:
    """Read the inputs of ``work`` in one snapshot, which is newer than its dirty rows."""
    keys = {entry.key for entry in work.dirty}
    with context.database.read() as session:
        loaded = load_inputs(session, keys, work.setting)
        items = {item_id for item_id, _ in work.keys.linked}
        network = load_network(session, items, work.setting.business_date)
        unplanned = keys - loaded.unfitted - {inputs.key for inputs in loaded.inputs}
        orders = load_supplier_orders(session, loaded.inputs, unplanned)
        return Snapshot(work, loaded, network, orders, current_digests(session, keys))


def decide_all(snapshot: Snapshot) -> list[tuple[Recommended, Decision]]:
    """Recommend and decide where the inputs differ from those of the current recommendation.

    What a group's transfers do to a key, and what the other lines of a supplier order come to,
    is known only once all of them are computed.
    """
    linked, orders = snapshot.work.keys.linked, snapshot.supplier_orders
    known = snapshot.digests
    results = recommend(
        [
            inputs
            for inputs in snapshot.loaded.inputs
            if inputs.key in linked
            or orders.asks(inputs)
            or known.get(inputs.key) != inputs_digest(inputs)
        ]
    )
    alone = [result for result in results if result.key not in linked]
    together = [result for result in results if result.key in linked]
    planned = with_transfers(together, snapshot.network)
    policy = snapshot.work.setting.policy
    return [
        (result, decide(policy, result.facts))
        for result in with_supplier_orders([*alone, *planned], orders)
        if known.get(result.key) != result.inputs_digest
    ]


def write_results(
    context: ServiceContext, snapshot: Snapshot, decided: list[tuple[Recommended, Decision]]
) -> PassCounts:
    """Write what was decided for the keys that have not been marked again since the snapshot."""
    return write_again(
        context.database,
        lambda session: _write(session, snapshot, decided, context.clock()),
    )


def _write(
    session: Session,
    snapshot: Snapshot,
    decided: list[tuple[Recommended, Decision]],
    now: datetime,
) -> PassCounts:
    lacking = snapshot.loaded.unfitted
    dirty_keys.ask_fit(session, [entry for entry in snapshot.work.dirty if entry.key in lacking])
    units = snapshot.work.keys.units()
    ready = [unit for unit in units if not any(entry.key in lacking for entry in unit)]
    cleared = dirty_keys.clear_together(session, ready)
    kept = [(result, decision) for result, decision in decided if result.key in cleared]
    record(session, kept, snapshot.work.setting.policy, now)
    release(session, [result.key for result, _ in kept], now)
    current = [inputs for inputs in snapshot.loaded.inputs if inputs.key in cleared]
    unplanned = cleared - {inputs.key for inputs in current}
    findings = [
        *won_without_order(current),
        *past_window(current),
        *not_planned(session, unplanned),
        *let_go(session, unplanned, now),
    ]
    note_unused_demand(session, cleared, findings, now)
    note_unusable_plans(session, cleared, snapshot.loaded.unusable_plans, now)
    changed = {result.key for result, _ in kept} | unplanned
    mark_stale(session, snapshot.supplier_orders.groups_of(changed))
    stale_outlooks.mark(session, cleared, now)
    outcomes: Counter[str] = Counter(
        decision.outcome for result, decision in kept if result.quantity > 0
    )
    return PassCounts(len(snapshot.work.dirty), len(kept), dict(outcomes))

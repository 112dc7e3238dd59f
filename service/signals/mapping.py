"""From the sender's codes and units to canonical keys, base units and supplying locations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.exceptions.queue import Finding
from service.feeds.units import ItemUnits
from service.signals.allocation import allocate
from service.signals.findings import Fault, finding_of, no_location, unknown
from service.signals.master_data import MasterData, base_quantity, master_data
from service.signals.results import LineKey
from service.signals.shipment_shares import Demander, Shares, shipment_shares


@dataclass(frozen=True)
class MappedSignal:
    """A signal in canonical keys; ``quantity`` is in base units, ``allocations`` add up to it."""

    signal: DemandSignal
    account_id: str
    item_id: str
    location_rule: str
    quantity: Decimal
    allocations: dict[str, Decimal]

    @property
    def line(self) -> LineKey:
        """The opportunity line it is a version of."""
        return line_of(self.signal)


@dataclass(frozen=True)
class _Keyed:
    """A signal whose codes are all known; only its locations are still open."""

    signal: DemandSignal
    account_id: str
    item: ItemUnits
    quantity: Decimal

    @property
    def demander(self) -> Demander:
        return self.account_id, self.item.item_id


def line_of(signal: DemandSignal) -> LineKey:
    """The opportunity line that ``signal`` is a version of."""
    return signal.system, signal.opportunity_id, signal.line_id


def map_signals(
    session: Session, signals: Sequence[DemandSignal], today: date
) -> list[MappedSignal | Finding]:
    """Each signal mapped, or what is missing for it; the master data is read once for all.

    The location is the line's own, else the account's sourcing rule, else its shipment share.
    """
    known = master_data(session, signals)
    keyed = [_keyed(known, signal, today) for signal in signals]
    homeless = {
        one.demander
        for one in keyed
        if isinstance(one, _Keyed) and _agreed_location(known, one) is None
    }
    shares = shipment_shares(session, homeless, known.stocking_locations, today) if homeless else {}
    return [one if isinstance(one, Finding) else _located(known, one, shares) for one in keyed]


def _keyed(known: MasterData, signal: DemandSignal, today: date) -> _Keyed | Finding:
    faults = list(_unknown_codes(known, signal))
    item = known.item(signal)
    quantity = base_quantity(known, signal, today) if item else None
    if isinstance(quantity, Fault):
        faults.append(quantity)
    if faults or item is None or quantity is None or isinstance(quantity, Fault):
        return finding_of(signal, faults)
    return _Keyed(signal, known.accounts[signal.system, signal.account], item, quantity)


def _unknown_codes(known: MasterData, signal: DemandSignal) -> Iterator[Fault]:
    if (signal.system, signal.account) not in known.accounts:
        yield unknown("account", signal.account, signal.system)
    if known.item(signal) is None:
        yield unknown("product", signal.product, signal.system)
    if signal.location is not None and known.location(signal) is None:
        yield unknown("location", signal.location, signal.system)


def _agreed_location(known: MasterData, one: _Keyed) -> tuple[str, str] | None:
    """The one location that the line or the account's sourcing rule names, and which of both."""
    of_line = known.location(one.signal)
    if of_line is not None:
        return of_line, "line"
    of_account = known.sourcing.get(one.account_id)
    return (of_account, "sourcing_rule") if of_account else None


def _located(
    known: MasterData, one: _Keyed, shares: Mapping[Demander, Shares]
) -> MappedSignal | Finding:
    agreed = _agreed_location(known, one)
    if agreed is not None:
        return _mapped(one, agreed[1], {agreed[0]: Decimal(1)})
    share = shares.get(one.demander)
    if share is None:
        return finding_of(one.signal, [no_location(one.signal)])
    return _mapped(one, "shipment_share", share)


def _mapped(one: _Keyed, location_rule: str, weights: Shares) -> MappedSignal:
    return MappedSignal(
        signal=one.signal,
        account_id=one.account_id,
        item_id=one.item.item_id,
        location_rule=location_rule,
        quantity=one.quantity,
        allocations=allocate(one.quantity, weights, one.item.unit_decimals),
    )

"""The master data that a batch of signals refers to, read in sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from adapters.canonical.master_data import LocationKind
from adapters.canonical.quantity import LIMIT
from service.feeds.cross_references import CodeKind, resolve
from service.feeds.tables import AccountRow, LocationRow
from service.feeds.units import InexactConversionError, ItemUnits, item_units, to_base
from service.signals.findings import Fault, quantity_not_exact, unknown_unit

SystemCode = tuple[str, str]
"""(system, the system's code)"""


@dataclass(frozen=True)
class MasterData:
    """Our keys for the senders' codes, and what is known about them."""

    accounts: dict[SystemCode, str]
    items: dict[SystemCode, str]
    locations: dict[SystemCode, str]
    units: dict[SystemCode, str]
    item_units: dict[str, ItemUnits]
    sourcing: dict[str, str]
    """Sourcing location by account, where it holds stock."""
    stocking_locations: frozenset[str]

    def item(self, signal: DemandSignal) -> ItemUnits | None:
        """The signal's item."""
        return self.item_units.get(self.items.get((signal.system, signal.product), ""))

    def location(self, signal: DemandSignal) -> str | None:
        """The location that the line names, if it names one and that holds stock."""
        location_id = self.locations.get((signal.system, signal.location or ""))
        return location_id if location_id in self.stocking_locations else None


def master_data(session: Session, signals: Sequence[DemandSignal]) -> MasterData:
    """What ``signals`` refer to; codes that stand for nothing in use are left out."""
    accounts = _resolved(session, CodeKind.ACCOUNT, {(s.system, s.account) for s in signals})
    items = _resolved(session, CodeKind.ITEM, {(s.system, s.product) for s in signals})
    stocking = _stocking_locations(session)
    return MasterData(
        accounts=accounts,
        items=items,
        locations=_resolved(
            session, CodeKind.LOCATION, {(s.system, s.location) for s in signals if s.location}
        ),
        units=_resolved(session, CodeKind.UNIT, {(s.system, s.unit) for s in signals if s.unit}),
        item_units=item_units(session, set(items.values())),
        sourcing={
            account_id: location_id
            for account_id, location_id in _sourcing(session, set(accounts.values()))
            if location_id in stocking
        },
        stocking_locations=stocking,
    )


def base_quantity(known: MasterData, signal: DemandSignal, on: date) -> Decimal | Fault:
    """The signal's quantity in base units as of a day, exact, or why there is none."""
    item = known.item(signal)
    if item is None:
        raise LookupError(signal.product)
    unit = signal.unit and known.units.get((signal.system, signal.unit), signal.unit)
    try:
        quantity = to_base(item, signal.quantity, unit, on)
    except InexactConversionError:
        return quantity_not_exact(signal, item.item_id, item.unit_decimals)
    if quantity is None:
        return unknown_unit(str(signal.unit), item.item_id)
    if quantity >= LIMIT or quantity % Decimal(1).scaleb(-item.unit_decimals):
        return quantity_not_exact(signal, item.item_id, item.unit_decimals)
    return quantity


def _resolved(session: Session, kind: CodeKind, codes: set[SystemCode]) -> dict[SystemCode, str]:
    by_system: dict[str, set[str]] = {}
    for system, code in codes:
        by_system.setdefault(system, set()).add(code)
    return {
        (system, code): key
        for system, wanted in sorted(by_system.items())
        for code, key in resolve(session, system, kind, wanted).items()
    }


def _stocking_locations(session: Session) -> frozenset[str]:
    rows = session.scalars(
        select(LocationRow.location_id).where(
            LocationRow.gone.is_(False),
            LocationRow.kind.in_([str(LocationKind.WAREHOUSE), str(LocationKind.SHOP)]),
        )
    )
    return frozenset(rows)


def _sourcing(session: Session, accounts: set[str]) -> list[tuple[str, str | None]]:
    rows = session.execute(
        select(AccountRow.account_id, AccountRow.sourcing_location_id).where(
            AccountRow.account_id.in_(accounts)
        )
    )
    return [(row[0], row[1]) for row in rows]

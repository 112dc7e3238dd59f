"""Signals and the master data they need, with only the numbers that matter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.canonical.demand import DemandSignal
from service.context import ServiceContext
from service.feeds.tables import AccountRow, ItemRow, LocationRow, SalesLineRow
from service.signals.intake import take
from service.signals.results import SignalResult
from service.signals.tables import DemandSignalRow, SignalAllocationRow
from service.work.tables import DirtyKeyRow

BOTTLE_SOLD_ON = date(2011, 8, 1)


def signal_json(**fields: Any) -> dict[str, Any]:
    """A valid signal as its sender writes it: OPP-1 line 1, 400 BOTTLE for ACME from UK."""
    version = fields.get("source_version", 1)
    line = f"{fields.get('opportunity_id', 'OPP-1')}-{fields.get('line_id', '1')}"
    return {
        "message_id": f"{line}-v{version}",
        "system": "crm",
        "opportunity_id": "OPP-1",
        "line_id": "1",
        "source_version": version,
        "account": "ACME",
        "product": "BOTTLE",
        "location": "UK",
        "quantity": 400,
        "delivery_window": {"start": "2011-09-01", "end": "2011-09-30"},
        "stage": "negotiation",
        "win_probability": "0.5",
        **fields,
    }


def signal(**fields: Any) -> DemandSignal:
    """The same as a canonical object."""
    return DemandSignal.model_validate(signal_json(**fields))


def deliver(context: ServiceContext, *signals: DemandSignal) -> list[SignalResult]:
    """Take signals in one transaction of their own."""
    with context.database.write() as session:
        return take(session, signals, context.clock())


@dataclass(frozen=True)
class Shipment:
    """A sales line of ACME or of another account."""

    location_id: str
    quantity: int
    item_id: str = "BOTTLE"
    account_id: str = "ACME"
    sold_on: date = BOTTLE_SOLD_ON


def stock_the_shelves(session: Session, now: datetime) -> None:
    """BOTTLE (in EA and CASE of 12) and WINE (litres), warehouses UK and FR, account ACME."""
    case = {"unit": "CASE", "numerator": "12", "denominator": "1", "valid_from": "0001-01-01"}
    session.add_all(
        [
            item("BOTTLE", now, conversions=[case]),
            item("WINE", now, base_unit="L", unit_decimals=2),
            location("UK", now),
            location("FR", now),
            location("EUROPE", now, kind="region"),
            account("ACME", now),
        ]
    )


def item(item_id: str, now: datetime, **fields: Any) -> ItemRow:
    """An item counted in whole EA."""
    given = {"base_unit": "EA", "unit_decimals": 0, "conversions": [], **fields}
    return ItemRow(item_id=item_id, **_source(item_id, now), **given)


def location(location_id: str, now: datetime, kind: str = "warehouse") -> LocationRow:
    """A location."""
    return LocationRow(
        location_id=location_id,
        kind=kind,
        time_zone="UTC",
        week_start=1,
        **_source(location_id, now),
    )


def account(account_id: str, now: datetime, sourcing: str | None = None) -> AccountRow:
    """An account with its sourcing rule."""
    return AccountRow(
        account_id=account_id, sourcing_location_id=sourcing, **_source(account_id, now)
    )


def ship(session: Session, shipments: Sequence[Shipment], now: datetime) -> None:
    """Sales lines of the past."""
    for number, shipment in enumerate(shipments):
        source = _source(f"sale-{number}", now)
        session.add(
            SalesLineRow(
                item_id=shipment.item_id,
                location_id=shipment.location_id,
                account_id=shipment.account_id,
                sold_on=shipment.sold_on,
                quantity=Decimal(shipment.quantity),
                **source,
            )
        )


def allocations(context: ServiceContext) -> dict[str, Decimal]:
    """What the opportunity lines ask of each location, all lines together."""
    with context.database.read() as session:
        parts: dict[str, Decimal] = {}
        for row in session.scalars(select(SignalAllocationRow)):
            parts[row.location_id] = parts.get(row.location_id, Decimal(0)) + row.quantity
    return parts


def lines(context: ServiceContext) -> list[DemandSignalRow]:
    """The opportunity lines as they are stored."""
    with context.database.read() as session:
        found = list(session.scalars(select(DemandSignalRow).order_by(DemandSignalRow.line_id)))
        session.expunge_all()
    return found


def dirty(context: ServiceContext) -> set[tuple[str, str]]:
    """The keys that wait for a recompute."""
    with context.database.read() as session:
        rows: Iterable[Any] = session.execute(
            select(DirtyKeyRow.item_id, DirtyKeyRow.location_id)
        ).all()
    return {(row[0], row[1]) for row in rows}


def clean(context: ServiceContext) -> None:
    """Forget the dirty keys."""
    with context.database.write() as session:
        session.query(DirtyKeyRow).delete()


def _source(native_id: str, now: datetime) -> dict[str, Any]:
    return {"system": "erp", "native_id": native_id, "received_at": now}

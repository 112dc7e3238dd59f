"""A company of which every page has something to show, planned for real where a plan is told."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from adapters.ports import Failure, OutsideSystem
from service.context import ServiceContext
from service.database.base import new_id
from service.feeds.batches import FeedKind, Outcome
from service.feeds.tables import ItemRow, StockPositionRow, SupplierConditionsRow
from service.forecasts.overrides import Author, NewOverride, moment, override_forecast
from service.forecasts.tables import ForecastOverrideRow, OverrideWeekRow
from service.sync.rounds import sync_once
from tests.service.builders_feeds import (
    Erp,
    account,
    item,
    location,
    purchase,
    sale,
    source,
    stock,
    terms,
)
from tests.service.builders_network import Network, lane
from tests.service.builders_outside import Systems
from tests.service.builders_people import put_people
from tests.service.builders_plans import bucket, tell
from tests.service.builders_queue import put_full_queue
from tests.service.builders_rationale import TODAY
from tests.service.builders_signals import deliver, signal
from tests.service.builders_web import put_company, put_locations
from tests.service.conftest import FakeClock

OVERRIDDEN = ("BOTTLE", "BATH")
PLANNING = "planning"
REFUSED = ("OPP-310", "OPP-311")
"""What the planning system did not take."""


def put_all_pages(
    context: ServiceContext, clock: FakeClock, outside: dict[str, OutsideSystem]
) -> None:
    """A full queue, a network, a late purchase line, overrides, deliveries and late data."""
    with context.database.write() as session:
        put_company(session, "Demo. Suppliers, stock and opportunities are made up.")
        put_people(session, clock())
        put_locations(session, clock())
        put_full_queue(session, 60, clock())
    erp = Erp(context)
    _late_purchase_line(erp)
    _network(context, clock, erp)
    # From here on nothing is planned: the queue stays as it was put.
    _supplier_conditions(context)
    _late_stock(context)
    _judged_overrides(context)
    tell(context, bucket(0, item_id="KETTLE"))
    _refused_deliveries(Systems(context, clock, outside))


def _network(context: ServiceContext, clock: FakeClock, erp: Erp) -> None:
    """York can spare some of what Bath lacks, an opportunity and an override ask for more."""
    network = Network(context, clock, erp)
    erp.send(FeedKind.ITEMS, item("BOTTLE", description="HOT WATER BOTTLE"))
    erp.send(FeedKind.ACCOUNTS, account("ACME", name="Acme Hotels"))
    network.place("YORK", 320)
    network.place("BATH", 40)
    erp.send(
        FeedKind.LOCATIONS, location("YORK", name="York shop"), location("BATH", name="Bath shop")
    )
    network.connect(lane("YORK", "BATH"))
    window = {"start": "2011-09-05", "end": "2011-09-16"}
    asked = {"opportunity_id": "OPP-300", "location": "BATH", "quantity": 240}
    deliver(context, signal(**asked, delivery_window=window, win_probability="0.7"))
    covered = {"opportunity_id": "OPP-301", "product": "TEACUP", "location": "DC-UK"}
    window = {"start": "2011-09-13", "end": "2011-09-20"}
    deliver(context, signal(**covered, quantity=60, delivery_window=window, win_probability="0.9"))
    network.work()
    with context.database.write() as session:
        new = NewOverride(
            key=OVERRIDDEN,
            factor=Decimal("1.25"),
            per_week=None,
            days=(TODAY, TODAY + timedelta(days=21)),
            reason="Trade fair in Bath: the hotels stock up",
        )
        override_forecast(session, new, Author("lead", "Demo lead"), moment(session, clock()))
    network.work()


def _late_purchase_line(erp: Erp) -> None:
    """Teacups sell ten a day; forty are left, and more are due only in a fortnight."""
    at = {"item_id": "TEACUP", "location_id": "DC-UK"}
    erp.send(FeedKind.ITEMS, item("TEACUP", description="BONE CHINA TEACUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms("TEACUP", "DC-UK", supplier_id="SUPPLIER-11"))
    erp.send(FeedKind.STOCK_POSITIONS, stock("40", as_of=erp.context.clock(), **at))
    days = [TODAY - timedelta(days=back) for back in range(1, 120)]
    sales = (sale(f"TEACUP-{day}", "10", sold_on=day, **at) for day in days)
    erp.send(FeedKind.SALES_LINES, *sales)
    due = date(2011, 9, 12)
    erp.send(FeedKind.OPEN_ORDERS, purchase("PO-4711/10", "300", due_date=due, **at))


def _supplier_conditions(context: ServiceContext) -> None:
    """SUPPLIER-07 asks for more than is open for Leeds, and fills containers."""
    asked = {
        "minimum_order_value": "120000",
        "freight_free_value": "250000",
        "container_volume": "33",
    }
    with context.database.write() as session:
        session.add(
            SupplierConditionsRow(
                system="erp",
                native_id="C-1",
                supplier_id="SUPPLIER-07",
                currency="GBP",
                received_at=context.clock(),
                **{name: Decimal(value) for name, value in asked.items()},
            )
        )
        for row in session.scalars(select(ItemRow)).all()[1:]:
            row.unit_volume = Decimal("0.0021")


def _judged_overrides(context: ServiceContext) -> None:
    """Two people overrode in a week that is over: one did well."""
    for author, figures in (("anna", (70, 95, 100)), ("bert", (70, 170, 100))):
        own, overridden, actual = figures
        override_id = new_id()
        with context.database.write() as session:
            session.add(
                ForecastOverrideRow(
                    override_id=override_id,
                    item_id="TEACUP",
                    location_id="DC-UK",
                    starts_on=date(2011, 8, 1),
                    expires_on=date(2011, 8, 8),
                    asked_until=date(2011, 8, 8),
                    per_week=Decimal(overridden),
                    reason="Wedding season",
                    author=author,
                    author_name=author.title(),
                    created_at=context.clock(),
                )
            )
            session.add(
                OverrideWeekRow(
                    override_id=override_id,
                    week=date(2011, 8, 1),
                    author=author,
                    own=own,
                    overridden=overridden,
                    actual=actual,
                    out_of_stock=author == "bert",
                    measured_on=TODAY,
                )
            )


def _late_stock(context: ServiceContext) -> None:
    """The warehouse system that counts an item last told of it nine days ago."""
    counted = context.clock() - timedelta(days=9)
    with context.database.write() as session:
        known = select(StockPositionRow).where(StockPositionRow.item_id == "20037")
        row = session.scalars(known).one()
        row.system, row.as_of = "wms", counted - timedelta(days=1)
        at = {"item_id": row.item_id, "location_id": row.location_id}
    old = stock("12", as_of=counted, source=source("20037", system="wms"), **at)
    (told,) = Erp(context, "wms").send(FeedKind.STOCK_POSITIONS, old)
    assert told.result == Outcome.STORED, told


def _refused_deliveries(systems: Systems) -> None:
    """The planning system says no to two events; the CRM takes everything."""
    planning = systems.listener(PLANNING)
    systems.listener("crm-cloud")
    planning.failing = dict.fromkeys(REFUSED, Failure.REJECTED)
    for subject in REFUSED:
        systems.publish(subject)
    sync_once(systems.context)

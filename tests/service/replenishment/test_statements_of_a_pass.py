"""A pass and the tellings after it ask the same number of questions for few keys and for many."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.context import ServiceContext
from service.feeds.batches import FeedKind
from service.forecasts.overrides import Author, NewOverride, moment, override_forecast
from service.forecasts.scopes import Area, NewScope, Use, use_outside
from service.outlook.refresh import KEYS_PER_REFRESH, refresh_outlooks
from service.policies.versions import ensure_default
from service.replenishment.recompute import PassCounts, recompute_dirty
from service.signals import intake as signals_intake
from tests.service.builders_feeds import (
    Erp,
    account,
    item,
    location,
    order_point,
    purchase,
    sale,
    source,
    stock,
    terms,
)
from tests.service.builders_network import lane
from tests.service.builders_plan import plan
from tests.service.builders_signals import signal
from tests.service.builders_supplier_orders import conditions
from tests.service.statements import statements

FEW, MANY = 5, KEYS_PER_REFRESH // 2
PLACES = ("UK", "SHOP")
TODAY = date(2011, 8, 29)


def test_a_pass_over_many_keys_asks_no_more_than_one_over_few(context: ServiceContext) -> None:
    """Keys with lanes, deals, messages, a supplier's minimum, overrides and outside plans."""
    names = [f"ITEM-{number:02d}" for number in range(MANY)]
    erp = _everything(context, names)
    counts = []
    for chosen in (names[:FEW], names):
        _touch(erp, names, "300")
        _settle(context)
        _touch(erp, chosen, "20")
        done, asked = _asked(context)
        assert done.keys == done.recommendations == len(chosen) * len(PLACES)
        counts.append(asked)
    assert counts[0] == counts[1]


def _everything(context: ServiceContext, names: list[str]) -> Erp:
    with context.database.write() as session:
        ensure_default(session, context.clock())
    erp = Erp(context)
    erp.send(FeedKind.LOCATIONS, *(location(place) for place in PLACES))
    erp.send(FeedKind.ITEMS, *(item(name) for name in names))
    erp.send(FeedKind.ACCOUNTS, account("ACME", sourcing_location_id="UK"))
    keys = [(name, place) for name in names for place in PLACES]
    erp.send(FeedKind.SUPPLIER_TERMS, *(terms(*key) for key in keys))
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions("90000"))
    erp.send(FeedKind.TRANSFER_LANES, lane("UK", "SHOP"))
    erp.send(FeedKind.ORDER_POINTS, *(order_point(item_id=name) for name in names))
    days = [TODAY - timedelta(weeks=back, days=1) for back in range(16)]
    erp.send(
        FeedKind.SALES_LINES,
        *(
            sale(f"{name}-{place}-{day}", "10", item_id=name, location_id=place, sold_on=day)
            for name, place in keys
            for day in days
        ),
    )
    erp.send(FeedKind.STOCK_POSITIONS, *(_count(key, "250") for key in keys))
    late = TODAY + timedelta(days=12)
    erp.send(
        FeedKind.OPEN_ORDERS,
        *(
            purchase(f"PO-{name}", "60", item_id=name, supplier_id="S-01", due_date=late)
            for name in names
        ),
    )
    deals = [signal(message_id=f"M-{name}", opportunity_id=name, product=name) for name in names]
    with context.database.write() as session:
        signals_intake.take(session, deals, context.clock())
        when = moment(session, context.clock())
        shops = NewScope("foresight", Use.FORECAST, Area(location_id="SHOP"), "their shops")
        use_outside(session, shops, "anna", when.today, when.now)
        for name in names:
            days_of = (TODAY, TODAY + timedelta(days=14))
            new = NewOverride((name, "UK"), Decimal("1.5"), None, days_of, "trade fair")
            override_forecast(session, new, Author("anna", "Anna"), when)
    return erp


def _count(key: tuple[str, str], on_hand: str, **told: Any) -> Any:
    return stock(on_hand, item_id=key[0], location_id=key[1], **told)


def _touch(erp: Erp, names: list[str], on_hand: str) -> None:
    """The ERP counts both places anew."""
    as_of = erp.context.clock()
    counts = [
        _count((name, place), on_hand, as_of=as_of, source=source(f"{name}/{place}", as_of))
        for name in names
        for place in PLACES
    ]
    erp.send(FeedKind.STOCK_POSITIONS, *counts)


def _settle(context: ServiceContext) -> None:
    plan(context)
    while refresh_outlooks(context):
        pass


def _asked(context: ServiceContext) -> tuple[PassCounts, Counter[str]]:
    """What one pass does, and the statements of it and of one refresh, by their first words.

    Left out is the update of a proposal, whose version is compared row by row.
    """
    with statements(context.database) as seen:
        done = recompute_dirty(context)
        refresh_outlooks(context)
    _settle(context)
    counted = (one for one in seen if not one.startswith("UPDATE proposals"))
    return done, Counter(" ".join(one.split()[:12]) for one in counted)

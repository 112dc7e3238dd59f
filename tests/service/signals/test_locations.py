from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.context import ServiceContext
from service.signals.allocation import allocate
from service.signals.results import Outcome
from service.work.tables import CompanyRow
from tests.service.builders_signals import (
    Shipment,
    account,
    allocations,
    deliver,
    lines,
    ship,
    signal,
)

_WEIGHTS = st.dictionaries(
    st.sampled_from(["A", "B", "C", "D", "E"]),
    st.decimals("0.000001", "999999999", places=6),
    min_size=1,
)


@given(weights=_WEIGHTS, steps=st.integers(0, 10**15), unit_decimals=st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_the_parts_add_up_and_each_is_within_one_step_of_its_share(
    weights: dict[str, Decimal], steps: int, unit_decimals: int
) -> None:
    step = Decimal(1).scaleb(-unit_decimals)
    quantity = steps * step
    parts = allocate(quantity, weights, unit_decimals)
    assert sum(parts.values()) == quantity
    assert set(parts) == set(weights)
    total = sum(weights.values())
    for key, part in parts.items():
        assert part % step == 0
        assert abs(part - quantity * weights[key] / total) <= step


def _ship(context: ServiceContext, *shipments: Shipment) -> None:
    with context.database.write() as session:
        ship(session, shipments, context.clock())


def test_a_line_without_location_takes_the_accounts_sourcing_rule(shelves: ServiceContext) -> None:
    with shelves.database.write() as session:
        session.add(account("BETA", shelves.clock(), sourcing="FR"))
    deliver(shelves, signal(account="BETA", location=None))
    assert allocations(shelves) == {"FR": 400}
    assert lines(shelves)[0].location_rule == "sourcing_rule"


def test_without_a_rule_the_shipments_of_the_item_decide(shelves: ServiceContext) -> None:
    _ship(shelves, Shipment("UK", 20), Shipment("FR", 10), Shipment("FR", 90, item_id="WINE"))
    deliver(shelves, signal(location=None, quantity=100))
    assert allocations(shelves) == {"UK": 67, "FR": 33}
    assert lines(shelves)[0].location_rule == "shipment_share"


def test_returns_are_subtracted_from_the_shipments(shelves: ServiceContext) -> None:
    _ship(shelves, Shipment("UK", 20), Shipment("UK", -20), Shipment("FR", 1))
    deliver(shelves, signal(location=None))
    assert allocations(shelves) == {"FR": 400}


def test_an_item_new_to_the_account_is_shared_like_all_its_shipments(
    shelves: ServiceContext,
) -> None:
    _ship(shelves, Shipment("UK", 3, item_id="WINE"), Shipment("FR", 1, item_id="WINE"))
    deliver(shelves, signal(location=None))
    assert allocations(shelves) == {"UK": 300, "FR": 100}


def test_only_the_26_weeks_before_the_business_date_count(shelves: ServiceContext) -> None:
    with shelves.database.write() as session:
        session.add(
            CompanyRow(
                name="company",
                title="T",
                time_zone="UTC",
                currency="GBP",
                business_date=date(2011, 8, 2),
            )
        )
    _ship(
        shelves,
        Shipment("UK", 1, sold_on=date(2011, 8, 1)),
        Shipment("FR", 1, sold_on=date(2011, 2, 1)),
        Shipment("FR", 9, sold_on=date(2011, 1, 31)),
        Shipment("FR", 9, sold_on=date(2011, 8, 2)),
    )
    deliver(shelves, signal(location=None))
    assert allocations(shelves) == {"UK": 200, "FR": 200}


def test_no_location_anywhere_is_an_exception(shelves: ServiceContext) -> None:
    (result,) = deliver(shelves, signal(location=None))
    assert result.result == Outcome.EXCEPTION
    assert result.problem
    assert result.problem["type"].endswith("no-location")


def test_fractions_of_a_litre_are_shared_to_the_units_decimals(shelves: ServiceContext) -> None:
    _ship(shelves, Shipment("UK", 1, item_id="WINE"), Shipment("FR", 2, item_id="WINE"))
    deliver(shelves, signal(location=None, product="WINE", quantity="0.1"))
    assert allocations(shelves) == {"UK": Decimal("0.03"), "FR": Decimal("0.07")}

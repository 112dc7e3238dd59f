from decimal import Decimal

import pytest
from pydantic import ValidationError

from adapters.canonical.supply import SupplierConditions
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Outcome
from service.feeds.tables import ItemRow, SupplierConditionsRow
from tests.service.builders_feeds import Erp, clean, dirty, item, outcomes, source, stored, terms


def conditions(**fields: object) -> SupplierConditions:
    told = {"source": source("C-1"), "supplier_id": "S-01", "currency": "GBP"}
    return SupplierConditions.model_validate({**told, **fields})


def test_conditions_that_ask_for_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match="ask for something"):
        conditions()


def test_conditions_are_kept_with_their_site_and_for_all_sites(
    erp: Erp, context: ServiceContext
) -> None:
    results = erp.send(
        FeedKind.SUPPLIER_CONDITIONS,
        conditions(minimum_order_value="500", container_volume="33.2"),
        conditions(source=source("C-2"), location_id="UK", minimum_order_value="250.50"),
        conditions(source=source("C-3"), location_id="MOON", minimum_order_value="1"),
    )
    assert outcomes(results) == [Outcome.STORED, Outcome.STORED, Outcome.EXCEPTION]
    everywhere, here = stored(context, SupplierConditionsRow)
    assert (everywhere.location_id, everywhere.minimum_order_value) == (None, Decimal(500))
    assert (here.location_id, here.minimum_order_value) == ("UK", Decimal("250.5"))


def test_a_minimum_touches_what_the_supplier_supplies_and_a_freight_limit_nothing(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.ITEMS, item("CUP"))
    erp.send(FeedKind.SUPPLIER_TERMS, terms(), terms("CUP", supplier_id="S-02"))
    clean(context)
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(freight_free_value="900"))
    assert dirty(context) == {("BOTTLE", "UK"): False}  # new: all of it may be another one
    clean(context)
    erp.send(FeedKind.SUPPLIER_CONDITIONS, conditions(freight_free_value="950"))
    assert dirty(context) == {}
    erp.send(
        FeedKind.SUPPLIER_CONDITIONS,
        conditions(freight_free_value="950", minimum_order_value="100"),
    )
    assert dirty(context) == {("BOTTLE", "UK"): False}


def test_an_item_tells_its_volume_and_weight(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.ITEMS, item(unit_volume=Decimal("0.0024"), unit_weight=Decimal("0.41")))
    (row,) = stored(context, ItemRow)
    assert (row.unit_volume, row.unit_weight) == (Decimal("0.0024"), Decimal("0.41"))

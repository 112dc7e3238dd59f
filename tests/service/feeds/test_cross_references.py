from decimal import Decimal

import pytest

from adapters.canonical.supply import StockPosition
from service.context import ServiceContext
from service.feeds.batches import FeedKind, Outcome, Removal, RowResult, SnapshotPart
from service.feeds.cross_references import (
    CodeKind,
    CrossReference,
    put_cross_references,
    resolve,
)
from service.feeds.tables import (
    AccountRow,
    CrossReferenceRow,
    ItemRow,
    SalesLineRow,
    StockPositionRow,
    SupplierTermsRow,
)
from tests.service.builders_feeds import (
    SYSTEM,
    Erp,
    account,
    box,
    item,
    outcomes,
    sale,
    source,
    stock,
    stored,
    terms,
)


def means(
    context: ServiceContext, *codes: tuple[CodeKind, str, str], system: str = SYSTEM
) -> list[RowResult]:
    refs = [
        CrossReference(system=system, kind=kind, native_id=code, canonical_key=key)
        for kind, code, key in codes
    ]
    with context.database.write() as session:
        return put_cross_references(session, refs, "planner", context.clock())


def resolved(context: ServiceContext, kind: CodeKind, *codes: str) -> dict[str, str]:
    with context.database.read() as session:
        return resolve(session, SYSTEM, kind, codes)


@pytest.mark.usefixtures("erp")
def test_a_code_resolves_through_its_cross_reference_else_as_the_key_itself(
    context: ServiceContext,
) -> None:
    means(context, (CodeKind.ITEM, "4711", "BOTTLE"))
    codes = ("4711", "BOTTLE", "NOTHING")
    assert resolved(context, CodeKind.ITEM, *codes) == {"4711": "BOTTLE", "BOTTLE": "BOTTLE"}


@pytest.mark.usefixtures("erp")
def test_a_code_of_one_system_means_nothing_to_another(context: ServiceContext) -> None:
    means(context, (CodeKind.ITEM, "4711", "BOTTLE"), system="crm")
    assert resolved(context, CodeKind.ITEM, "4711") == {}


def test_an_item_that_is_gone_does_not_resolve(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.ITEMS, Removal(type(item()), source("BOTTLE"), {"item_id": "BOTTLE"}))
    assert resolved(context, CodeKind.ITEM, "BOTTLE") == {}


def test_suppliers_need_no_master_data(context: ServiceContext) -> None:
    assert resolved(context, CodeKind.SUPPLIER, "S-01") == {"S-01": "S-01"}


@pytest.mark.usefixtures("erp")
def test_ten_thousand_codes_resolve(context: ServiceContext) -> None:
    codes = [f"C{number}" for number in range(10_000)]
    assert resolved(context, CodeKind.ITEM, *codes, "BOTTLE") == {"BOTTLE": "BOTTLE"}


def test_the_same_code_again_replaces_what_it_meant(context: ServiceContext) -> None:
    Erp(context).stocked(("BOTTLE", "CUP"))
    assert outcomes(means(context, (CodeKind.ITEM, "1", "BOTTLE"))) == [Outcome.STORED]
    assert outcomes(means(context, (CodeKind.ITEM, "1", "BOTTLE"))) == [Outcome.UNCHANGED]
    assert outcomes(means(context, (CodeKind.ITEM, "1", "CUP"))) == [Outcome.STORED]
    assert resolved(context, CodeKind.ITEM, "1") == {"1": "CUP"}


@pytest.mark.usefixtures("erp")
def test_a_cross_reference_to_nothing_is_rejected_and_spoils_no_other(
    context: ServiceContext,
) -> None:
    answers = means(context, (CodeKind.ITEM, "1", "NOTHING"), (CodeKind.LOCATION, "GB", "UK"))
    assert outcomes(answers) == [Outcome.REJECTED, Outcome.STORED]
    assert answers[0].problem is not None
    assert answers[0].problem["pointer"] == "/rows/0/canonical_key"
    assert [row.native_id for row in stored(context, CrossReferenceRow)] == ["GB"]


def test_all_codes_of_a_row_pass_through_the_cross_references(
    erp: Erp, context: ServiceContext
) -> None:
    erp.send(FeedKind.ITEMS, item(conversions=(box("12"),)))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    means(
        context,
        (CodeKind.ITEM, "4711", "BOTTLE"),
        (CodeKind.LOCATION, "01", "UK"),
        (CodeKind.ACCOUNT, "K9", "ACME"),
        (CodeKind.SUPPLIER, "LIEF", "S-01"),
        (CodeKind.UNIT, "KAR", "BOX"),
    )
    line = sale(quantity="2", item_id="4711", location_id="01", account_id="K9", unit="KAR")
    erp.send(FeedKind.SALES_LINES, line)
    erp.send(FeedKind.SUPPLIER_TERMS, terms("4711", "01", supplier_id="LIEF"))
    (row,) = stored(context, SalesLineRow)
    assert (row.item_id, row.location_id, row.account_id) == ("BOTTLE", "UK", "ACME")
    assert row.quantity == Decimal(24)
    assert [row.supplier_id for row in stored(context, SupplierTermsRow)] == ["S-01"]


def test_master_data_is_kept_under_our_key(erp: Erp, context: ServiceContext) -> None:
    means(context, (CodeKind.ITEM, "4711", "BOTTLE"))
    erp.send(FeedKind.ITEMS, item("4711", description="Hot water bottle"))
    erp.send(FeedKind.ACCOUNTS, account("K9"))
    (row,) = stored(context, ItemRow)
    assert (row.item_id, row.native_id) == ("BOTTLE", "4711")
    assert [row.account_id for row in stored(context, AccountRow)] == ["K9"]


def test_a_snapshot_knows_its_rows_by_our_keys(context: ServiceContext) -> None:
    erp = Erp(context).stocked(("BOTTLE", "CUP"))
    erp.send(FeedKind.STOCK_POSITIONS, stock(), stock(item_id="CUP"))
    means(context, (CodeKind.ITEM, "4711", "BOTTLE"), (CodeKind.LOCATION, "01", "UK"))
    told = SnapshotPart("S1", 1, last=True, locations=("01",))
    erp.send(FeedKind.STOCK_POSITIONS, stock(item_id="4711", location_id="01"), snapshot=told)
    assert [row.item_id for row in stored(context, StockPositionRow) if row.gone] == ["CUP"]


def test_a_removal_in_the_senders_codes_finds_the_row(erp: Erp, context: ServiceContext) -> None:
    erp.send(FeedKind.STOCK_POSITIONS, stock())
    means(context, (CodeKind.ITEM, "4711", "BOTTLE"))
    key = {"item_id": "4711", "location_id": "UK"}
    erp.send(FeedKind.STOCK_POSITIONS, Removal(StockPosition, source("4711"), key))
    assert [row.gone for row in stored(context, StockPositionRow)] == [True]

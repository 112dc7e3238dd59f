"""Files of any make become the rows that a system would have sent."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind
from service.feeds.tables import (
    FeedArrivalRow,
    ItemRow,
    OpenPurchaseLineRow,
    SalesLineRow,
    StockPositionRow,
    SupplierTermsRow,
)
from service.go_live import row_import
from service.go_live.kinds import ImportKind
from service.go_live.mapping import ColumnMapping, MappingError, read_mapping
from service.go_live.row_import import TooManyExceptionsError
from service.go_live.tables import AdoptedRequisitionRow
from tests.service.builders_feeds import Erp, dirty, stored
from tests.service.builders_files import GERMAN, HEADER, imported, job, written
from tests.service.builders_plan import proposals


@pytest.fixture
def stocked(context: ServiceContext) -> ServiceContext:
    Erp(context).stocked()
    return context


def _sales(context: ServiceContext) -> dict[str, tuple[date, Decimal]]:
    return {row.native_id: (row.sold_on, row.quantity) for row in stored(context, SalesLineRow)}


def test_their_columns_dates_and_numbers_become_ours(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        HEADER,
        "4711;10;BOTTLE;UK;03.08.2011;1.234,50;LF",
        "4711;20;BOTTLE;UK;04.08.2011;12-;LF",
        "4712;10;BOTTLE;UK;05.08.2011;3;RE",
        "4713;10;BOTTLE;UK;05.08.2011;-4;RE",
    )
    done = imported(stocked, job(path, mapping=GERMAN))
    assert done.counts == {"stored": 4}
    assert _sales(stocked) == {
        "4711/10": (date(2011, 8, 3), Decimal("1234.5")),
        "4711/20": (date(2011, 8, 4), Decimal(-12)),
        "4712/10": (date(2011, 8, 5), Decimal(-3)),
        "4713/10": (date(2011, 8, 5), Decimal(-4)),
    }
    assert dirty(stocked) == {("BOTTLE", "UK"): True}
    (arrival,) = [row for row in stored(stocked, FeedArrivalRow) if row.kind == "sales_lines"]
    assert (arrival.total_rows, arrival.newest_day) == (4, date(2011, 8, 5))


def test_what_cannot_be_read_is_named_with_its_line_and_spoils_no_other(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        HEADER,
        "1;10;BOTTLE;UK;31.02.2011;1;LF",
        '2;10;BOTTLE;UK;"01.08.2011\n";1;LF',
        "3;10;BOTTLE;UK;01.08.2011;1,5 St;LF",
        "4;10;BOTTLE;UK;01.08.2011",
        "5;10;BOTTLE;UK;01.08.2011;1;LF",
    )
    done = imported(stocked, job(path, mapping=GERMAN))
    assert done.counts == {"stored": 2, "rejected": 3}
    refused = {one.line: one.detail for one in done.refused}
    assert refused.keys() == {2, 5, 6}
    assert refused[6] == "It has 5 cells, the header has 7."
    assert refused[2].startswith("sold_on:")
    assert refused[5].startswith("quantity:")


def test_an_import_that_broke_off_is_run_again(
    stocked: ServiceContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_import, "ROWS_PER_TRANSACTION", 3)
    lines = [f"{n};10;BOTTLE;UK;01.08.2011;1;LF" for n in range(10)]
    path = written(tmp_path, HEADER, *lines)

    class PowerCutError(Exception):
        pass

    def cut_the_power(_step: str, done: int, _total: int) -> None:
        if done == 6:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        row_import.import_file(stocked, job(path, mapping=GERMAN), cut_the_power)
    assert len(_sales(stocked)) == 6
    assert imported(stocked, job(path, mapping=GERMAN)).counts == {"unchanged": 6, "stored": 4}


def test_an_import_does_not_drown_the_exception_queue(
    stocked: ServiceContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_import, "ROWS_PER_TRANSACTION", 2)
    good = [f"{n};10;BOTTLE;UK;01.08.2011;1;LF" for n in range(2)]
    bad = [f"{n};10;CUP;UK;01.08.2011;1;LF" for n in range(2, 6)]
    path = written(tmp_path, HEADER, *good, *bad)
    with pytest.raises(TooManyExceptionsError, match="by line 7 there would be 4"):
        imported(stocked, job(path, mapping=GERMAN, most_exceptions=3))
    assert len(_sales(stocked)) == 2
    assert len(stored(stocked, ExceptionRow)) == 2
    done = imported(stocked, job(path, mapping=GERMAN, most_exceptions=4))
    assert done.counts == {"unchanged": 2, "exception": 4}


def test_without_a_mapping_the_columns_are_our_fields(
    context: ServiceContext, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "item_id,description,base_unit,unit_decimals,conversions",
        'BOTTLE,"Bottle, green",EA,0,"[{""unit"": ""BOX"", ""numerator"": ""12""}]"',
        "CUP,,EA,,",
    )
    assert imported(context, job(path, ImportKind.ITEMS)).counts == {"stored": 2}
    bottle, cup = stored(context, ItemRow)
    assert (bottle.description, bottle.conversions[0]["numerator"]) == ("Bottle, green", "12")
    assert cup.unit_decimals == 0


def test_parquet_brings_its_own_types(stocked: ServiceContext, tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    pl.DataFrame(
        {
            "native_id": ["1", "2", "3"],
            "item_id": ["BOTTLE"] * 3,
            "location_id": ["UK"] * 3,
            "sold_on": [date(2011, 8, 1)] * 3,
            "quantity": [2.5, 3.0, float("nan")],
        }
    ).write_parquet(path)
    done = imported(stocked, job(path))
    assert done.counts == {"stored": 2, "rejected": 1}
    assert [one.line for one in done.refused] == [3]
    assert [quantity for _, quantity in _sales(stocked).values()] == [Decimal("2.5"), Decimal(3)]


def test_compressed_files_are_read_as_they_are(stocked: ServiceContext, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv.gz"
    text = f"{HEADER}\n1;10;BOTTLE;UK;01.08.2011;1;LF\n"
    path.write_bytes(gzip.compress(text.encode()))
    assert imported(stocked, job(path, mapping=GERMAN)).counts == {"stored": 1}


def test_local_moments_are_placed_in_their_zone(stocked: ServiceContext, tmp_path: Path) -> None:
    mapping = ColumnMapping.model_validate(
        {
            "file": {"moment": "%d/%m/%Y %H:%M", "time_zone": "Europe/Paris"},
            "columns": {"item_id": "sku", "on_hand": "qty", "as_of": "counted"},
            "constants": {"location_id": "UK"},
        }
    )
    path = written(tmp_path, "sku,qty,counted", "BOTTLE,-7,28/08/2011 18:00")
    what = job(path, ImportKind.STOCK_POSITIONS, mapping=mapping)
    assert imported(stocked, what).counts == {"stored": 1}
    (row,) = stored(stocked, StockPositionRow)
    assert (row.on_hand, row.as_of) == (Decimal(-7), datetime(2011, 8, 28, 16, tzinfo=UTC))


def test_terms_and_orders_come_in_like_history(stocked: ServiceContext, tmp_path: Path) -> None:
    terms = written(
        tmp_path,
        "item_id,location_id,supplier_id,lead_time_days,unit_price,currency",
        "BOTTLE,UK,S-01,14,2.10,GBP",
    )
    assert imported(stocked, job(terms, ImportKind.SUPPLIER_TERMS)).counts == {"stored": 1}
    assert stored(stocked, SupplierTermsRow)[0].lead_time_days == 14
    orders = written(
        tmp_path,
        "kind,native_id,item_id,location_id,quantity_open,due_date",
        "purchase,PO-1,BOTTLE,UK,96,2011-09-05",
    )
    assert imported(stocked, job(orders, ImportKind.OPEN_ORDERS)).counts == {"stored": 1}
    assert stored(stocked, OpenPurchaseLineRow)[0].quantity_open == 96


def test_requisitions_under_way_are_adopted_from_a_file(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "erp_number,line,item_id,location_id,quantity,expected_date,state",
        "BANF-1,10,BOTTLE,UK,48,2011-09-05,acknowledged",
        "BANF-1,20,CUP,UK,48,2011-09-05,ordered",
        "BANF-1,30,BOTTLE,UK,0,2011-09-05,ordered",
    )
    for first in ("stored", "unchanged"):
        done = imported(stocked, job(path, ImportKind.IN_FLIGHT))
        assert done.counts == {first: 1, "exception": 1, "rejected": 1}
    (row,) = proposals(stocked)
    assert (row.erp_number, row.state) == ("BANF-1", "acknowledged")
    assert row.accepted_quantity == Decimal(48)
    assert [line.line for line in stored(stocked, AdoptedRequisitionRow)] == ["10"]


@pytest.mark.parametrize(
    ("mapping", "finding"),
    [
        ({"columns": {"item": "Artikel"}}, "No field is called 'item'"),
        ({"columns": {"item_id": "Artikelnummer"}}, "The file has no column 'Artikelnummer'"),
        ({"columns": {"item_id": "Artikel"}}, "Nothing leads to 'location_id'"),
        ({}, "No field is called 'Art', 'Artikel'"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_imports_nothing(
    stocked: ServiceContext, tmp_path: Path, mapping: dict[str, dict[str, str]], finding: str
) -> None:
    path = written(tmp_path, HEADER, "1;10;BOTTLE;UK;01.08.2011;1;LF")
    told = ColumnMapping.model_validate({"file": {"separator": ";"}, **mapping})
    with pytest.raises(MappingError, match=finding):
        imported(stocked, job(path, mapping=told))
    assert _sales(stocked) == {}


def test_another_encoding_is_named_and_then_read(stocked: ServiceContext, tmp_path: Path) -> None:
    lines = ("item_id,description", "SCHÜSSEL,Schüssel")
    path = written(tmp_path, *lines, encoding="cp1252")
    with pytest.raises(MappingError, match="cp1252"):
        imported(stocked, job(path, ImportKind.ITEMS))
    mapping = ColumnMapping.model_validate({"file": {"encoding": "cp1252"}})
    imported(stocked, job(path, ImportKind.ITEMS, mapping=mapping))
    with stocked.database.read() as session:
        assert "SCHÜSSEL" in session.scalars(select(ItemRow.item_id)).all()


@pytest.mark.parametrize("text", ["columns = 1", "[file]\nseparator = 'ab'", "[colums]", "="])
def test_a_mapping_with_a_slip_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(MappingError, match=r"map\.toml"):
        read_mapping(written(tmp_path, text, name="map.toml"))


def test_every_feed_can_be_imported() -> None:
    assert {kind.feed for kind in ImportKind} == {None, *FeedKind}

"""What an import would do and how good the file is, with nothing written."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.feeds.batches import FeedKind, UnreadableRow
from service.feeds.tables import FeedArrivalRow, SalesLineRow
from service.go_live.file_portions import LINE
from service.go_live.kinds import ImportKind
from service.go_live.plain_rows import surely_readable
from service.go_live.quality import Weight
from service.go_live.raw_rows import feed_rows
from service.go_live.report_files import write_report
from tests.service.builders_feeds import Erp, account, box, item, stock, stored, terms
from tests.service.builders_files import checks, examined, imported, job, written
from tests.service.conftest import NOW

SALES = "native_id,item_id,location_id,sold_on,quantity,unit,unit_price,account_id"
MONDAY = date(2010, 8, 2)


@pytest.fixture
def stocked(context: ServiceContext) -> ServiceContext:
    erp = Erp(context).stocked()
    erp.send(FeedKind.ITEMS, item("BOTTLE", conversions=(box("12"),)), item("CUP"))
    erp.send(FeedKind.ACCOUNTS, account("ACME"))
    erp.send(FeedKind.STOCK_POSITIONS, stock(as_of=NOW))
    return context


def _weekly(count: int = 54) -> list[str]:
    """A year of steady sales, one a week."""
    return [f"S-{n},BOTTLE,UK,{MONDAY + timedelta(weeks=n)},10,,2.50,ACME" for n in range(count)]


def _found(context: ServiceContext, tmp_path: Path, lines: Sequence[str]) -> dict[str, int]:
    return checks(examined(context, job(written(tmp_path, SALES, *lines))))


def test_a_good_file_gives_no_cause_for_complaint(stocked: ServiceContext, tmp_path: Path) -> None:
    report = examined(stocked, job(written(tmp_path, SALES, *_weekly())))
    assert report.verdicts == {"stored": 54, "rejected": 0}
    assert {one.weight for one in report.findings} == {Weight.FYI}
    assert checks(report) == {"period": 54, "items without sales": 1}


def test_nothing_is_written(stocked: ServiceContext, tmp_path: Path) -> None:
    before = stored(stocked, FeedArrivalRow)
    lines = [*_weekly(), "S-X,UNKNOWN,UK,2011-08-01,1,,,"]
    examined(stocked, job(written(tmp_path, SALES, *lines)))
    assert stored(stocked, SalesLineRow) == stored(stocked, ExceptionRow) == []
    assert len(stored(stocked, FeedArrivalRow)) == len(before)


def test_the_dry_run_foretells_the_import(stocked: ServiceContext, tmp_path: Path) -> None:
    lines = [
        "1,BOTTLE,UK,2011-08-01,10,,2.50,ACME",
        "2,BOTTLE,UK,2011-08-01,2,BOX,30,ACME",
        "3,BOTTLE,UK,2011-08-01,2,EA,,STRANGER",
        "4,BOTTLE,UK,2011-08-01,2,CRATE,,",
        "5,UNKNOWN,UK,2011-08-01,2,CRATE,,",
        "6,BOTTLE,MARS,2011-08-01,2,,,",
        "7,BOTTLE,UK,2011-13-01,2,,,",
        "8,BOTTLE,UK,1970-01-01,2,,,",
        "9,BOTTLE,UK,2011-08-01,,,,",
        ",BOTTLE,UK,2011-08-01,1,,,",
        "11,BOTTLE,UK,2011-08-01,1e1,,,",
        "12,BOTTLE,UK,2011-08-01,0.1234567,,,",
        "13,BOTTLE,UK,2011-08-01,1,,-1,",
        "14,BOTTLE,UK,2011-08-01,0.0000001,BOX,,",
    ]
    what = job(written(tmp_path, SALES, *lines))
    foretold = examined(stocked, what)
    done = imported(stocked, what)
    assert {name: count for name, count in foretold.verdicts.items() if count} == done.counts
    assert done.counts == {"stored": 4, "exception": 3, "rejected": 7}
    first_lines = {row["line"] for row in foretold.faults.iter_rows(named=True)}
    assert first_lines <= {one.line for one in done.refused}


def test_unknown_codes_are_weighed_by_what_moves_under_them(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    lines = [*_weekly(), "X-1,MUG,UK,2011-08-01,540,,,", "X-2,BOTTLE,UK,2011-08-01,0,,,NEWCO"]
    report = examined(stocked, job(written(tmp_path, SALES, *lines)))
    unknown = {one.check: one for one in report.findings if one.check.startswith("unknown")}
    assert unknown["unknown items"].weight is Weight.BLOCKS
    assert "50.0% of the quantity" in unknown["unknown items"].detail
    assert unknown["unknown items"].examples == ("MUG: 1 rows",)
    assert unknown["unknown accounts"].weight is Weight.FYI


@pytest.mark.parametrize(
    ("lines", "check", "count"),
    [
        (["R,BOTTLE,UK,2011-08-01,-200,,,"], "returns", 1),
        (["Z,BOTTLE,UK,2011-08-01,0,,,"], "zero quantity", 1),
        (["S-1,BOTTLE,UK,2011-08-01,1,,,"], "repeated id", 2),
        (["T,BOTTLE,UK,2010-08-02,10,,2.50,ACME"], "repeated content", 2),
        (["P,BOTTLE,UK,2011-08-01,1,,26,"], "absurd price", 1),
        (["P,BOTTLE,UK,2011-08-01,12,BOX,300,"], "absurd price", 0),
        (["P,BOTTLE,UK,2011-08-01,1,,0,"], "zero price", 1),
        (["Q,BOTTLE,UK,2011-08-01,201,,,"], "absurd quantity", 1),
        (["Q,BOTTLE,UK,2011-08-01,200,,,"], "absurd quantity", 0),
        (["F,BOTTLE,UK,2011-08-30,1,,,"], "sold in the future", 1),
        (["N,CUP,UK,2011-08-01,1,,,"], "no stock record", 1),
        (["E,CUP,UK,2010-08-02,1,,,"], "ended series", 1),
        (["U,BOTTLE,UK,2011-08-01,1,CRATE,,"], "units without conversion", 1),
        (["B,BOTTLE,UK,2011-08-01,1"], "broken lines", 1),
        (["W,BOTTLE,UK,yesterday,1,,,"], "unreadable rows", 1),
    ],
)
def test_what_is_odd_is_found(
    stocked: ServiceContext, tmp_path: Path, lines: list[str], check: str, count: int
) -> None:
    assert check not in _found(stocked, tmp_path, _weekly())
    assert _found(stocked, tmp_path, [*_weekly(), *lines]).get(check, 0) == count


def test_gaps_are_told_by_location_and_by_series(stocked: ServiceContext, tmp_path: Path) -> None:
    weeks = _weekly()
    report = examined(stocked, job(written(tmp_path, SALES, *weeks[:20], *weeks[30:])))
    found = {one.check: one for one in report.findings}
    assert found["weeks without sales"].count == 10
    assert found["weeks without sales"].examples[0] == f"week of {MONDAY + timedelta(weeks=20)}"
    assert found["holes"].examples == ("BOTTLE at UK: 11 weeks",)
    assert report.series is not None
    (series,) = report.series.iter_rows(named=True)
    assert (series["first"], series["lines"]) == (MONDAY, 44)
    assert series["last"] == MONDAY + timedelta(weeks=53)


def test_stock_is_held_against_terms_and_the_calendar(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    Erp(stocked).send(FeedKind.SUPPLIER_TERMS, terms())
    path = written(
        tmp_path,
        "item_id,location_id,on_hand,as_of",
        "BOTTLE,UK,-5,2011-08-29T06:00:00Z",
        "CUP,UK,5,2011-08-01T06:00:00Z",
        "CUP,UK,6,2011-08-29T06:00:00Z",
    )
    found = checks(examined(stocked, job(path, ImportKind.STOCK_POSITIONS)))
    assert found == {
        "repeated position": 2,
        "negative stock": 1,
        "old counts": 1,
        "stock without terms": 2,
    }


def test_terms_without_lead_time_or_price_are_named(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "item_id,location_id,supplier_id,lead_time_days,unit_price,currency",
        "BOTTLE,UK,S-01,0,0,GBP",
        "CUP,UK,S-01,365,1,GBP",
        "CUP,UK,S-02,,1,GBP",
    )
    found = checks(examined(stocked, job(path, ImportKind.SUPPLIER_TERMS)))
    assert found == {
        "unreadable rows": 1,
        "no lead time": 1,
        "long lead time": 1,
        "no price": 1,
    }


def test_what_a_file_brings_itself_need_not_be_known(
    context: ServiceContext, tmp_path: Path
) -> None:
    files = (
        (ImportKind.ITEMS, ("item_id", "KETTLE")),
        (ImportKind.LOCATIONS, ("location_id", "MARS")),
        (ImportKind.ACCOUNTS, ("account_id", "NEWCO")),
    )
    for kind, lines in files:
        report = examined(context, job(written(tmp_path, *lines), kind))
        assert (report.verdicts["stored"], report.findings) == (1, [])


def test_both_ends_of_a_lane_must_be_known(stocked: ServiceContext, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "native_id,from_location_id,to_location_id,lead_time_days",
        "L-1,UK,MARS,2",
        "L-2,VENUS,MARS,2",
    )
    report = examined(stocked, job(path, ImportKind.TRANSFER_LANES))
    (finding,) = report.findings
    assert (finding.check, finding.count) == ("unknown locations", 2)
    assert finding.examples == ("MARS: 2 rows", "VENUS: 1 rows")


def test_requisitions_are_examined_too(stocked: ServiceContext, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "erp_number,item_id,location_id,quantity,expected_date,state",
        "BANF-1,BOTTLE,UK,48,2011-09-05,acknowledged",
        "BANF-2,MUG,UK,48,2011-09-05,acknowledged",
        "BANF-3,BOTTLE,UK,48,2011-09-05,dreamt",
    )
    report = examined(stocked, job(path, ImportKind.IN_FLIGHT))
    assert report.verdicts == {"stored": 1, "exception": 1, "rejected": 1}
    assert checks(report) == {"unreadable rows": 1, "unknown items": 1}


def test_the_report_is_written_for_machines_and_menders(
    stocked: ServiceContext, tmp_path: Path
) -> None:
    lines = [*_weekly(), "W,BOTTLE,UK,yesterday,1,,,"]
    report = examined(stocked, job(written(tmp_path, SALES, *lines, name="sales.csv")))
    files = {path.name: path for path in write_report(report, tmp_path / "report")}
    assert files.keys() == {
        "sales.quality.json",
        "sales.findings.csv",
        "sales.faults.csv",
        "sales.series.csv",
    }
    told = json.loads(files["sales.quality.json"].read_text("utf-8"))
    assert told["verdicts"] == {"stored": 54, "rejected": 1}
    assert pl.read_csv(files["sales.faults.csv"])["line"].to_list() == [56]
    assert pl.read_csv(files["sales.series.csv"])["lines"].to_list() == [54]


_CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "0", "-0", "1", "-1.5", "1.", ".5", "00012.50", "1e3", "999999999.999999"]
    ),
    st.sampled_from(["1000000000", "0.1234567", "2011-08-29", "2011-02-30", "1989-12-31"]),
    st.sampled_from(["2199-12-31", "2200-01-01", "20110829", "2011-08-29T06:00:00Z"]),
    st.sampled_from(["2011-08-29T25:00:00Z", "2011-08-29T06:00:60Z", "A\tB", "x" * 64, "x" * 65]),
    st.text(max_size=8),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (ImportKind.SALES_LINES, SALES.split(",")),
        (
            ImportKind.STOCK_POSITIONS,
            ["item_id", "location_id", "on_hand", "unusable", "as_of", "version_token"],
        ),
    ],
)
@given(data=st.data())
def test_what_looks_readable_is_readable(
    kind: ImportKind, columns: list[str], data: st.DataObject
) -> None:
    good = {
        "sold_on": "2011-08-29",
        "quantity": "1",
        "unit_price": "1",
        "on_hand": "1",
        "unusable": "1",
        "as_of": "2011-08-29T06:00:00Z",
    }
    row = {name: good.get(name, "A") for name in columns}
    for name in data.draw(st.sets(st.sampled_from(columns), min_size=1, max_size=2)):
        row[name] = data.draw(_CELLS)
    schema = {LINE: pl.UInt32, **dict.fromkeys(columns, pl.String)}
    frame = pl.DataFrame([{LINE: 2, **row}], schema=schema)
    feed = kind.feed
    assert feed is not None
    if frame.select(surely_readable(kind, columns)).item():
        (read,) = feed_rows(feed, "erp", frame)
        assert not isinstance(read, UnreadableRow), read.problem

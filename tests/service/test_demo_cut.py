"""What the cut keeps, merges and leaves out."""

from datetime import datetime, timedelta

import polars as pl

from service.demo.cut_online_retail import cut
from service.demo.today import TODAY

MONDAYS = [TODAY - timedelta(weeks=weeks) for weeks in range(1, 13)]


def _lines(*extra: dict[str, object]) -> pl.DataFrame:
    """A bottle sold to customer 1 on each of twelve Mondays, and what the test adds."""
    usual = {
        "Description": " GLASS  BOTTLE ",
        "Quantity": 10,
        "UnitPrice": 2.0,
        "CustomerID": 1.0,
        "Country": "United Kingdom",
    }
    days = [{**usual, "InvoiceDate": datetime.combine(day, datetime.min.time())} for day in MONDAYS]
    added = [{**days[0], **row} for row in extra]
    return pl.DataFrame([*days, *added], schema_overrides={"Quantity": pl.Int32})


def _total(lines: pl.DataFrame) -> int:
    return int(lines["quantity"].sum())


def test_an_item_is_its_description_without_stray_blanks() -> None:
    assert cut(_lines())["description"].unique().to_list() == ["GLASS BOTTLE"]


def test_lines_without_customer_price_or_product_are_left_out() -> None:
    left_out = cut(_lines({"CustomerID": None}, {"UnitPrice": 0.0}, {"Description": "POSTAGE"}))
    assert left_out.equals(cut(_lines()))


def test_an_order_undone_on_the_same_day_is_gone() -> None:
    undone = cut(_lines({"Quantity": 74215}, {"Quantity": -74215}))
    assert undone["quantity"].max() == 10
    assert _total(undone) == 120


def test_a_later_return_stays_as_a_negative_line() -> None:
    later = datetime(2011, 8, 24)  # noqa: DTZ001  the source's times have no zone
    returned = cut(_lines({"Quantity": -4, "InvoiceDate": later}))
    assert returned["quantity"].min() == -4


def test_a_return_of_what_was_never_bought_is_left_out() -> None:
    assert _total(cut(_lines({"Quantity": -9360, "CustomerID": 2.0}))) == 120


def test_customers_abroad_are_served_by_the_other_warehouse() -> None:
    abroad = _lines().with_columns(pl.lit("France").alias("Country"))
    assert cut(abroad)["location_id"].unique().to_list() == ["DC-EU"]


def test_an_item_that_hardly_sells_is_left_out() -> None:
    assert cut(_lines({"Description": "RARE VASE"}))["description"].n_unique() == 1


def test_small_customers_are_merged_by_week_without_a_name() -> None:
    small: list[dict[str, object]] = [
        {"CustomerID": float(number), "Quantity": 1} for number in range(1000, 1200)
    ]
    large: list[dict[str, object]] = [
        {"CustomerID": float(number), "Quantity": 50} for number in range(2000, 2149)
    ]
    merged = cut(_lines(*small, *large))
    unnamed = merged.filter(pl.col("account_id").is_null() & (pl.col("sold_on") == MONDAYS[0]))
    assert unnamed["quantity"].to_list() == [200]

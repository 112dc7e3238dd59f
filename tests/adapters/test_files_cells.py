"""Cells mean the same when they come back, and no spreadsheet runs them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.files.cells import CellType, neutral, restored, typed, written
from adapters.files.records import records_of
from adapters.files.tables import table_bytes

RUN_BY_SPREADSHEETS = tuple("=+-@\t\r\n")


@given(st.text())
@example("=1+1")
@example("'=1+1")
@example("''@x")
@example("'quoted")
@example("-5")
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert restored(neutral(text)) == text


@given(st.text())
@example("-5.5")
@example("-5-5")
def test_a_text_that_is_no_number_never_begins_as_a_formula(text: str) -> None:
    cell = neutral(text)
    if cell.startswith(RUN_BY_SPREADSHEETS):
        assert Decimal(cell) < 0


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1),
    st.sampled_from(["csv", "parquet"]),
)
def test_a_column_of_texts_survives_the_file(texts: list[str], ending: Any) -> None:
    rows = [{"key": "k", "note": text} for text in texts]
    content = table_bytes(ending, {"key": CellType.TEXT, "note": CellType.TEXT}, rows)
    found = records_of(f"file.{ending}", content, len(texts) + 1)
    assert [record.cells for record in found] == rows


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (Decimal("-0.000001"), "-0.000001"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (7, "7"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 9, tzinfo=UTC), "2026-01-05T09:00:00+00:00"),
        ({"a": [Decimal("1.50")]}, '{"a":["1.50"]}'),
    ],
)
def test_values_are_written_plainly(value: Any, cell: str) -> None:
    assert written(value) == cell


@pytest.mark.parametrize(
    ("value", "wanted", "meant"),
    [
        (2.5, CellType.TEXT, "2.5"),
        (0.1, CellType.TEXT, "0.1"),
        (1e-6, CellType.TEXT, "0.000001"),
        (float("nan"), CellType.TEXT, None),
        (14.0, CellType.INTEGER, 14),
        (4711, CellType.TEXT, "4711"),
        (Decimal("12.50"), CellType.TEXT, "12.50"),
        (date(2026, 1, 5), CellType.TEXT, "2026-01-05"),
        (
            [{"unit": "BOX", "numerator": 100.0}],
            CellType.JSON,
            [{"unit": "BOX", "numerator": "100"}],
        ),
        ([{"unit": "BOX", "valid_from": None}], CellType.JSON, [{"unit": "BOX"}]),
        ('{"numerator": NaN}', CellType.JSON, '{"numerator": NaN}'),
        (True, CellType.FLAG, True),
        ("007", CellType.TEXT, "007"),
    ],
)
def test_typed_cells_of_parquet_mean_what_the_same_text_means(
    value: Any, wanted: CellType, meant: Any
) -> None:
    assert typed(value, wanted) == meant

"""Going live as an operator types it."""

from pathlib import Path

from tests.service.builders_files import written
from tests.service.command_line import replenish


def test_history_is_examined_mended_and_imported(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    written(tmp_path, "item_id", "BOTTLE", name="items.csv")
    written(tmp_path, "location_id", "UK", name="locations.csv")
    written(
        tmp_path,
        '[columns]\nnative_id = ["doc", "line"]\nitem_id = "sku"\nlocation_id = "site"',
        'sold_on = "day"\nquantity = "qty"\n[file]\nday = "%d/%m/%Y"',
        name="map.toml",
    )
    written(tmp_path, "doc,line,sku,site,day,qty", "1,1,BOTTLE,UK,28/08/2011,5", name="sales.csv")
    sales = ("import", "sales.csv", "--kind", "sales_lines", "--system", "erp")
    mapped = (*sales, "--mapping", "map.toml")
    assert "No field is called 'day'" in replenish(tmp_path, *sales).stderr
    dry = replenish(tmp_path, *mapped, "--dry-run", "--report", "report")
    assert dry.exit_code == 1, dry.stderr
    assert "[blocks] unknown items: 1 codes in 1 rows" in dry.stdout
    assert (tmp_path / "report" / "sales.quality.json").exists()
    for kind in ("items", "locations"):
        told = ("import", f"{kind}.csv", "--kind", kind, "--system", "erp")
        assert replenish(tmp_path, *told).exit_code == 0
    assert replenish(tmp_path, *mapped, "--dry-run").exit_code == 0
    assert "sales.csv: 1 stored." in replenish(tmp_path, *mapped).stdout
    again = replenish(tmp_path, *mapped)
    assert "sales.csv: 1 unchanged." in again.stdout
    assert again.exit_code == 0


def test_an_operator_says_what_is_expected_and_sees_what_is_late(tmp_path: Path) -> None:
    replenish(tmp_path, "migrate")
    wrong = replenish(tmp_path, "data", "expect", "wms", "stock_positions", "--every", "often")
    assert wrong.exit_code == 2
    assert "6h, 1d or 2w" in wrong.stderr
    told = replenish(tmp_path, "data", "expect", "wms", "stock_positions", "--every", "6h")
    assert told.stdout == "stock_positions of wms are expected every 6 hours.\n"
    late = replenish(tmp_path, "data", "age").stdout
    assert late.startswith("wms stock_positions: never came in, expected every 6 hours.")
    assert "stock_positions from wms: It has never come in." in replenish(tmp_path, "doctor").stdout

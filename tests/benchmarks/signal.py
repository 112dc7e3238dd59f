"""From a posted signal to the changed recommendation, beside a bare insert in the same database.

3,000 series on SQLite, web process and worker as users run them. Writes var/bench/signal.json.
"""

import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service.database.engine import Database
from tests.service.scenarios.running_service import RunningService, running_service

SERIES = 3000
SALES_PER_SERIES = 26
SIGNALS = 200
ROWS_PER_BATCH = 5000
FIGURES = Path("var/bench/signal.json")
_PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.002


def main() -> None:
    """Load, measure, write the figures."""
    with tempfile.TemporaryDirectory() as folder:
        database_url = f"sqlite:///{folder}/bench.db"
        with running_service(database_url, Path(folder)) as service:
            today = datetime.now(UTC).date()
            for kind, rows in _feeds(today):
                _send(service, kind, rows)
            _settle(service)
            measured = [_signal_to_recommendation_ms(service, n, today) for n in range(SIGNALS)]
            bare = _bare_insert_ms(database_url)
    figures = {
        "series": SERIES,
        "signals": SIGNALS,
        "signal_to_recommendation_p50_ms": round(statistics.median(measured), 1),
        "signal_to_recommendation_p95_ms": round(_p95(measured), 1),
        "bare_insert_p95_ms": round(_p95(bare), 2),
    }
    figures["ratio_p95"] = round(_p95(measured) / _p95(bare), 1)
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _item(number: int) -> str:
    return f"ITEM-{number:04d}"


def _feeds(today: date) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    chance = random.Random(1)  # noqa: S311  reproducible figures, no secret
    items = [_item(number) for number in range(SERIES)]
    yield "locations", [{"native_id": "DC", "location_id": "DC"}]
    yield "items", [{"native_id": item, "item_id": item} for item in items]
    yield "accounts", [{"native_id": "A", "account_id": "A", "sourcing_location_id": "DC"}]
    yield "supplier-terms", [_terms(item) for item in items]
    yield "stock-positions", [_stock(item, chance.randint(0, 200)) for item in items]
    yield (
        "sales-lines",
        [
            {
                "native_id": f"{item}-{week}",
                "item_id": item,
                "location_id": "DC",
                "account_id": f"B{week % 9}",
                "sold_on": (today - timedelta(weeks=SALES_PER_SERIES - week, days=1)).isoformat(),
                "quantity": str(chance.randint(1, 60)),
            }
            for item in items
            for week in range(SALES_PER_SERIES)
        ],
    )


def _terms(item: str) -> dict[str, Any]:
    return {
        "native_id": item,
        "item_id": item,
        "location_id": "DC",
        "supplier_id": "S",
        "lead_time_days": 14,
        "review_period_days": 7,
        "order_multiple": "6",
        "unit_price": "2.50",
        "currency": "GBP",
    }


def _stock(item: str, on_hand: int) -> dict[str, Any]:
    return {
        "native_id": item,
        "item_id": item,
        "location_id": "DC",
        "on_hand": str(on_hand),
        "as_of": datetime.now(UTC).isoformat(),
    }


def _send(service: RunningService, kind: str, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), ROWS_PER_BATCH):
        body = {"system": "erp", "rows": rows[start : start + ROWS_PER_BATCH]}
        service.erp.post(f"/v1/{kind}", body)


def _settle(service: RunningService) -> None:
    """Wait until every series has its first recommendation."""
    for number in range(0, SERIES, 50):
        service.recommendation(_item(number), "DC")
    service.recommendation(_item(SERIES - 1), "DC")


def _signal_to_recommendation_ms(service: RunningService, number: int, today: date) -> float:
    item = _item(number * 7 % SERIES)
    body = {
        "message_id": f"M{number}",
        "system": "crm",
        "opportunity_id": f"OPP-{number}",
        "source_version": 1,
        "account": "A",
        "product": item,
        "quantity": "400",
        "delivery_window": {
            "start": (today + timedelta(days=3)).isoformat(),
            "end": (today + timedelta(days=12)).isoformat(),
        },
        "win_probability": "0.5",
    }
    before = service.erp.get("/v1/recommendations", item=item, location="DC")
    began = time.perf_counter()
    service.crm.post("/v1/demand-signals", body)
    while time.perf_counter() - began < _PATIENCE_SECONDS:
        now = service.erp.get("/v1/recommendations", item=item, location="DC")
        if now["recommendation_id"] != before["recommendation_id"]:
            return (time.perf_counter() - began) * 1000
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"no new recommendation for {item}")


def _bare_insert_ms(database_url: str) -> list[float]:
    """One committed insert of a signal-sized row at a time, in the same database."""
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)"))
    measured = []
    for _ in range(SIGNALS):
        began = time.perf_counter()
        with database.write() as session:
            session.execute(text("INSERT INTO bare (body) VALUES (:body)"), {"body": "x" * 450})
        measured.append((time.perf_counter() - began) * 1000)
    database.close()
    return measured


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()

"""Cuts frePPLe's distribution demo to what the second demo ships.

Repeat it with ``python -m service.demo.cut_distribution <distribution_demo.json.gz>``; the same
input gives the same file. What is left out is said in ``data/distribution/README.md``.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "data" / "distribution" / "network.json.gz"

_SECONDS_PER_DAY = 86_400
Record = dict[str, Any]


def cut(fixture: Iterable[Mapping[str, Any]]) -> dict[str, list[list[Any]]]:
    """Lists by kind, in the words of this demo, from the original's Django fixture.

    Lead times are whole days. Items and locations that only group others are left out, and so
    is every parameter of frePPLe's own.
    """
    by_model: dict[str, list[Record]] = {}
    for entry in fixture:
        by_model.setdefault(entry["model"].removeprefix("input."), []).append(entry["fields"])
    stocked = {row["item_id"] for row in by_model["buffer"]}
    places = {row["location_id"] for row in by_model["buffer"]}
    return {
        "items": [
            [row["name"], row["description"], row["category"]]
            for row in by_model["item"]
            if row["name"] in stocked
        ],
        "locations": [
            [row["name"], row["description"]]
            for row in by_model["location"]
            if row["name"] in places
        ],
        "terms": [[*_supplied(row), row["cost"]] for row in by_model["itemsupplier"]],
        "lanes": [_supplied(row) for row in by_model["itemdistribution"]],
        "stock": [
            [row["item_id"], row["location_id"], row["onhand"]] for row in by_model["buffer"]
        ],
        "sales": [
            [row["name"], row["item_id"], row["location_id"], row["due"][:10], row["quantity"]]
            for row in by_model["demand"]
            if row["status"] == "closed"
        ],
    }


def _supplied(row: Record) -> list[Any]:
    """Item, to, from, days, minimum, multiple."""
    return [
        row["item_id"],
        row["location_id"],
        row.get("supplier_id") or row["origin_id"],
        int(float(row["leadtime"])) // _SECONDS_PER_DAY,
        row.get("sizeminimum", 1),
        row.get("sizemultiple", 1),
    ]


def main(arguments: list[str]) -> None:
    """Cut the file named first and write it to the file named second, or to the shipped one."""
    source, target = Path(arguments[0]), Path(arguments[1]) if arguments[1:] else TARGET
    shipped = cut(json.loads(gzip.decompress(source.read_bytes())))
    text = json.dumps(shipped, separators=(",", ":"), ensure_ascii=False)
    target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    sys.stdout.write(f"{len(shipped['sales'])} orders, {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])

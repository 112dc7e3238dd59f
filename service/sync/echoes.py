"""No system is told what it has told us itself."""

from collections.abc import Mapping
from typing import Any

from service.sync.connections import FORECAST_PUBLISHED


def without_echo(connection: str, type_: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event as ``connection`` is told it: without series that rest on its word.

    What it was told of such a series before it took charge stays as it is there; once the charge
    is over, the series comes with its next version.
    """
    if type_ != FORECAST_PUBLISHED:
        return dict(body)
    series = [
        one
        for one in body.get("series", ())
        if all(bucket.get("source") != connection for bucket in one["buckets"])
    ]
    return {**body, "series": series}


def is_echo(connection: str, type_: str, body: Mapping[str, Any]) -> bool:
    """Whether the event would tell ``connection`` nothing but its own words."""
    echoed = type_ == FORECAST_PUBLISHED and bool(body.get("series"))
    return echoed and not without_echo(connection, type_, body)["series"]

"""Every route that systems call, as the published OpenAPI document has it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from tests.service.builders_bad_bodies import Sample

_PARTS = {"connection": "crm", "external_ref": "RQ-1", "opportunity_id": "OPP-1"}
_ID = "0198f0a1-7c1e-7d2a-9d40-3f2b6c1e5a77"


@dataclass(frozen=True)
class ApiRoute:
    """One method of one path; ``query`` has the names of its parameters."""

    method: str
    template: str
    query: tuple[str, ...]
    example: dict[str, Any] | None = field(hash=False)
    """The body of its documentation; None where it takes none."""

    @property
    def name(self) -> str:
        """Method and path, as people say it."""
        return f"{self.method} {self.template}"

    @property
    def path(self) -> str:
        """A path of its form; nothing is there under it."""
        return re.sub(r"\{(\w+)\}", lambda found: _PARTS.get(found[1], _ID), self.template)

    def paths_with(self, part: str) -> list[str]:
        """Its paths with ``part`` in one of their places."""
        places = re.findall(r"\{\w+\}", self.template)
        return [
            ApiRoute(self.method, self.template.replace(place, part), (), None).path
            for place in places
        ]

    @property
    def system(self) -> str:
        """The system that its example is of."""
        return str((self.example or {}).get("system", "erp"))

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        return None if self.example is None else json.dumps(self.example).encode()


def api_routes(app: FastAPI) -> list[ApiRoute]:
    """All of them below ``/v1``."""
    paths = app.openapi()["paths"]
    return [
        _route(method, path, operation)
        for path, methods in paths.items()
        if path.startswith("/v1/")
        for method, operation in methods.items()
    ]


def sample_of(example: dict[str, Any]) -> Sample:
    """What the corpus of bad bodies is made from: a text and a field that stand in it."""
    inner = (value for value in example.values() if isinstance(value, dict))
    holder = example["rows"][0] if "rows" in example else next(inner, example)
    text = next((value for value in holder.values() if isinstance(value, str)), "")
    return Sample(example, text, next(iter(holder)))


def _route(method: str, path: str, operation: dict[str, Any]) -> ApiRoute:
    query = (one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")
    body = operation.get("requestBody")
    example = body["content"]["application/json"].get("example", {}) if body else None
    return ApiRoute(method.upper(), path, tuple(query), example)

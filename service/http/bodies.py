"""Request bodies: capped, plain JSON in UTF-8, read strictly, and described in OpenAPI.

A route takes ``JsonBody`` (a batch) or ``SmallJsonBody`` (one object), turns it into canonical
objects with ``service.http.strict_reading.validated`` and describes it with ``described``.
"""

import re
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from service.http.problems import Problem
from service.http.strict_json import parsed

SINGLE_LIMIT = 1_000_000
"""Bytes of a body that holds one object."""
BATCH_LIMIT = 5_000_000
"""Bytes of a body that holds a batch."""

_JSON = re.compile(r"application/(?:[a-z0-9.-]+\+)?json(?:\s*;\s*charset=\"?utf-8\"?)?", re.I)


async def json_body(request: Request) -> Any:
    """The request's JSON document, at most ``BATCH_LIMIT`` bytes."""
    return await _read(request, BATCH_LIMIT)


async def small_json_body(request: Request) -> Any:
    """The request's JSON document, at most ``SINGLE_LIMIT`` bytes."""
    return await _read(request, SINGLE_LIMIT)


async def optional_json_body(request: Request) -> Any:
    """The request's JSON document, at most ``SINGLE_LIMIT`` bytes; None if it has no body."""
    return await _read(request, SINGLE_LIMIT, required=False)


async def raw_json_body(request: Request) -> bytes:
    """The bytes of the request's JSON body, at most ``BATCH_LIMIT``, as they were signed."""
    raw = await _capped(request, BATCH_LIMIT)
    _check_media_type(request)
    return raw


JsonBody = Annotated[Any, Depends(json_body)]
SmallJsonBody = Annotated[Any, Depends(small_json_body)]
RawJsonBody = Annotated[bytes, Depends(raw_json_body)]
OptionalJsonBody = Annotated[Any, Depends(optional_json_body)]


def plain(document: Any) -> Any:
    """``document`` with its numbers as text, fit for a digest or a JSON column."""
    if isinstance(document, dict):
        return {name: plain(value) for name, value in document.items()}
    if isinstance(document, list):
        return [plain(value) for value in document]
    if isinstance(document, bool) or not isinstance(document, int | Decimal):
        return document
    return str(document)


def described(
    schema: dict[str, Any], example: dict[str, Any], *, required: bool = True
) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that reads a body with this JSON schema."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": required, "content": content}}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of ``model`` in one piece, without references."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inlined(schema, definitions)
    return inlined


async def _read(request: Request, limit: int, *, required: bool = True) -> Any:
    raw = await _capped(request, limit)
    if not raw and not required:
        return None
    _check_media_type(request)
    return await run_in_threadpool(parsed, raw)


def _check_media_type(request: Request) -> None:
    coding = request.headers.get("content-encoding", "identity")
    if coding != "identity" or not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise Problem(
            415,
            "unsupported-media-type",
            "The body is not plain JSON",
            remedy="Send 'Content-Type: application/json' in UTF-8, without compression.",
        )


async def _capped(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > len(str(limit)) or int(announced) > limit):
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "body-too-large",
        f"The body exceeds {limit} bytes",
        remedy="Send fewer rows per request.",
    )


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = definitions[schema["$ref"].rsplit("/", 1)[-1]]
        rest = {name: part for name, part in schema.items() if name != "$ref"}
        return _inlined({**target, **rest}, definitions)
    return {name: _inlined(part, definitions) for name, part in schema.items()}

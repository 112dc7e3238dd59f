"""openapi.json as a page shows it: routes by group, parameters, bodies, answers, schemas."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 6
_FIRST_SENTENCE = re.compile(r".+?[.;:](?=\s|$)", re.DOTALL)
_LOCAL = "#/components/schemas/"
_BY_FORMAT = {
    "date": "2011-08-29",
    "date-time": "2011-08-29T09:00:00Z",
    "uuid": "0190a1b2-0000-7000-8000-000000000000",
    "decimal": "12.5",
}


@dataclass(frozen=True)
class Field:
    """A parameter or a property of a schema."""

    name: str
    type: str
    schema: str
    """The named schema it refers to, if any."""
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """One of a route's answers."""

    status: str
    description: str


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    example: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class NamedSchema:
    """A schema that routes refer to by name."""

    name: str
    description: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]


class Outline:
    """Reads an OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
        self._paths: Mapping[str, Any] = document.get("paths", {})

    def groups(self) -> dict[str, list[Route]]:
        """The routes by their first tag, in the order of the document."""
        found: defaultdict[str, list[Route]] = defaultdict(list)
        for path, item in self._paths.items():
            for method in _METHODS:
                if method in item:
                    operation = item[method]
                    group = (operation.get("tags") or ["other"])[0]
                    found[group].append(self._route(path, method, operation))
        return dict(found)

    def schemas(self) -> list[NamedSchema]:
        """The named schemas by name."""
        return [self._named(name, schema) for name, schema in sorted(self._schemas.items())]

    def _route(self, path: str, method: str, operation: Mapping[str, Any]) -> Route:
        body = _json_schema(operation.get("requestBody", {}))
        summary, description = _said(operation)
        return Route(
            anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
            method=method.upper(),
            path=path,
            summary=summary,
            description=description,
            parameters=tuple(self._parameter(one) for one in operation.get("parameters", ())),
            body=self._fields(body),
            example=_pretty(self.example(body)) if body else "",
            answers=tuple(
                Answer(status, one.get("description", ""))
                for status, one in operation.get("responses", {}).items()
            ),
        )

    def _parameter(self, one: Mapping[str, Any]) -> Field:
        schema = one.get("schema", {})
        return Field(
            name=one["name"],
            type=type_of(schema),
            schema=_named_in(schema),
            required=bool(one.get("required")),
            description=_plain(one.get("description") or schema.get("description", "")),
            place=one["in"],
        )

    def _named(self, name: str, schema: Mapping[str, Any]) -> NamedSchema:
        values = tuple(str(value) for value in schema.get("enum", ()))
        return NamedSchema(
            name, _plain(schema.get("description", "")), self._fields(schema), values
        )

    def _fields(self, schema: Mapping[str, Any]) -> tuple[Field, ...]:
        schema = self._object_in(schema)
        required = set(schema.get("required", ()))
        return tuple(
            Field(
                name=name,
                type=type_of(part),
                schema=_named_in(part),
                required=name in required,
                description=_described(part),
            )
            for name, part in schema.get("properties", {}).items()
        )

    def _object_in(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first schema within that has properties: of a choice, or of a list's entries."""
        if "$ref" in schema:
            return self._object_in(self._schemas.get(_named_in(schema), {}))
        if "properties" in schema:
            return schema
        parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
        if isinstance(schema.get("items"), Mapping):
            parts.append(schema["items"])
        found = map(self._object_in, parts)
        return next((one for one in found if one.get("properties")), {})

    def example(self, schema: Mapping[str, Any], depth: int = 0) -> Any:
        """An example that fits ``schema``: its own if it has one, else made from the types."""
        if "$ref" in schema:
            return self.example(self._schemas.get(_named_in(schema), {}), depth + 1)
        for own in ("example", "default", "const"):
            if own in schema:
                return schema[own]
        if schema.get("examples"):
            return schema["examples"][0]
        if schema.get("enum"):
            return schema["enum"][0]
        for choice in ("anyOf", "oneOf", "allOf"):
            if schema.get(choice):
                return self.example(schema[choice][0], depth)
        return self._plain_example(schema, depth)

    def _plain_example(self, schema: Mapping[str, Any], depth: int) -> Any:
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            if depth > _DEEPEST:
                return {}
            parts = schema.get("properties", {}).items()
            return {name: self.example(part, depth + 1) for name, part in parts}
        if kind == "array":
            return [] if depth > _DEEPEST else [self.example(schema.get("items", {}), depth + 1)]
        if kind in {"integer", "number"}:
            return schema.get("minimum", 1)
        if kind == "boolean":
            return False
        return _BY_FORMAT.get(schema.get("format", ""), "text")


def type_of(schema: Mapping[str, Any]) -> str:
    """The type of ``schema`` in words: 'string (date)', 'list of Item', 'text or null'."""
    if "$ref" in schema:
        return _named_in(schema)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(dict.fromkeys(type_of(part) for part in schema[choice]))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {})) or 'anything'}"
    kind = str(schema.get("type", ""))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _named_in(schema: Mapping[str, Any]) -> str:
    """The first named schema that ``schema`` refers to."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_LOCAL)
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if isinstance(schema.get("items"), Mapping):
        parts.append(schema["items"])
    return next((name for name in map(_named_in, parts) if name), "")


def _described(schema: Mapping[str, Any]) -> str:
    limits = [
        words.format(schema[name])
        for name, words in (
            ("minimum", "at least {}"),
            ("exclusiveMinimum", "more than {}"),
            ("maximum", "at most {}"),
            ("exclusiveMaximum", "less than {}"),
            ("maxLength", "at most {} characters"),
            ("maxItems", "at most {} entries"),
            ("default", "default {}"),
        )
        if schema.get(name) not in (None, "")
    ]
    return " · ".join(part for part in (_plain(schema.get("description", "")), *limits) if part)


def _said(operation: Mapping[str, Any]) -> tuple[str, str]:
    """Summary and description of a route.

    A summary that only repeats the function's name gives way to the description's first sentence.
    """
    summary, description = operation.get("summary", ""), _plain(operation.get("description", ""))
    name = summary.lower().replace(" ", "_")
    if not description or not operation.get("operationId", "").startswith(f"{name}_"):
        return summary, description
    first = _FIRST_SENTENCE.match(description)
    if first is None:
        return description.rstrip(), ""
    return first[0].rstrip(), description[first.end() :].lstrip()


def _plain(text: str) -> str:
    """Docstrings mark code with double backticks; on a page they only disturb."""
    return text.replace("``", "")


def _json_schema(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    content = holder.get("content", {})
    media: Mapping[str, Any] = next(iter(content.values()), {})
    schema: Mapping[str, Any] = media.get("schema", {})
    return schema


def _pretty(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)

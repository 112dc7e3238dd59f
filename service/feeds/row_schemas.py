"""The JSON schema of a sender's flat row, derived from the canonical object."""

from typing import Any

from adapters.canonical.identity import Canonical, SourceRef
from service.feeds.subjects import SUBJECT_OF

Schema = dict[str, Any]

_GONE: Schema = {
    "type": "boolean",
    "default": False,
    "description": "true takes the object back; beside it only what identifies it is read",
}


def flat_schema(model: type[Canonical]) -> Schema:
    """The schema of a row of ``model``: the identity beside the fields, nothing to look up."""
    subject = SUBJECT_OF[model]
    schema = inlined_schema(model)
    identity = inlined_schema(SourceRef)["properties"]
    del identity["system"]
    fields = {name: value for name, value in schema["properties"].items() if name != "source"}
    tag = {"kind": {"const": str(subject.order_kind)}} if subject.order_kind else {}
    required = [name for name in schema["required"] if name != "source"]
    return {
        "title": f"{model.__name__}Row",
        "description": schema.get("description", ""),
        "type": "object",
        "properties": {**tag, **identity, **fields, "gone": _GONE},
        "required": [*tag, *(["native_id"] if subject.is_line else []), *required],
        "additionalProperties": False,
    }


def inlined_schema(model: type[Canonical]) -> Schema:
    """The schema of ``model`` with its definitions put where they are referred to."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(entry) for entry in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inline(definitions[node["$ref"].rsplit("/", 1)[-1]])
        return {name: inline(entry) for name, entry in node.items()}

    inlined: Schema = inline(schema)
    return inlined

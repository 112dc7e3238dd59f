"""The corpus of bad bodies and of bad values, for every route that takes JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

JSON = {"Content-Type": "application/json"}

NUMBERS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "1e400",
    "1E+1000000",
    "1E+999999999999999999",
    "1E-1000000",
    "1e99999999999999999999",
    "1" * 30,
    "1" * 5000,
    str(2**63),
    "0." + "1" * 30,
    '"nan"',
    '"inf"',
    '"1e400"',
    '"1E+1000000"',
    '"' + "1" * 30 + '"',
    "true",
    "false",
    "null",
    '" 7 "',
    '"1_000"',
    '"٣"',
    '"0x10"',
    '""',
    '"1,5"',
    '"-0.0000001"',
    "[4]",
    '{"a": 1}',
]
TIMES = [
    '"2011-08-29"',
    '"2011-08-29T09:00:00"',
    "1314608400",
    "1314608400.5",
    '"1314608400"',
    '"0000-00-00T00:00:00Z"',
    '"2011-02-30T00:00:00Z"',
    '"10000-01-01T00:00:00Z"',
    '"yesterday"',
    "true",
]
DAYS = ["15000", '"15000"', "1294876800", '"2011-9-1"', '"2011-09-01T00:00:00Z"', "null", "true"]
TEXTS = [
    r'"a\u0000b"',
    r'"\ud800"',
    r'"\udfff\ud800"',
    r'"a\nb"',
    '"a\tb"',
    '"   "',
    '""',
    "7",
    "true",
    '"' + "x" * 65 + '"',
]


@dataclass(frozen=True)
class Sample:
    """A valid document, a text value in it, and the name of a field of an object within it."""

    document: dict[str, Any]
    text: str
    inner_field: str

    @property
    def written(self) -> str:
        """The document as it is sent."""
        return json.dumps(self.document)


def broken_bodies(sample: Sample) -> Iterator[tuple[str, bytes]]:
    """Bodies that no route takes, each with what is wrong with it."""
    valid = sample.written
    quoted = f'"{sample.text}"'
    inner = f'"{sample.inner_field}"'
    yield "nothing", b""
    yield "truncated", valid[:-5].encode()
    yield "trailing text", (valid + "x").encode()
    yield "two documents", (valid + valid).encode()
    yield "single quotes", valid.replace('"', "'").encode()
    yield "trailing comma", (valid[:-1] + ",}").encode()
    yield "comment", ("/* */" + valid).encode()
    yield "byte-order mark", b"\xef\xbb\xbf" + valid.encode()
    yield "UTF-16", valid.encode("utf-16")
    yield "UTF-16 without mark", valid.encode("utf-16-le")
    yield "UTF-32", valid.encode("utf-32")
    yield "Latin-1", valid.replace(sample.text, "é").encode("latin-1")
    yield "overlong UTF-8", valid.encode().replace(sample.text.encode(), b"\xc0\xaf")
    yield "raw NUL", valid.replace(sample.text, "\x00").encode()
    yield "depth 900", b'{"a":' * 900 + b"1" + b"}" * 900
    yield "depth 100,000", b"[" * 100_000 + b"]" * 100_000
    yield "depth 33", b"[" * 33 + b"]" * 33
    yield "deep in a field", valid.replace(quoted, "[" * 900 + "]" * 900).encode()
    yield "extra field", json.dumps({**sample.document, "colour": "red"}).encode()
    yield "odd extra field", json.dumps({**sample.document, "\x00": 1}).encode()
    yield "key twice", (valid[:-1] + ', "system": "crm"}').encode()
    yield "inner key twice", valid.replace(inner, f"{inner}: 1, {inner}", 1).encode()
    yield "missing field", json.dumps({"system": sample.document.get("system", "x")}).encode()
    yield "list", b"[]"
    yield "list of documents", f"[{valid}]".encode()
    yield "text", quoted.encode()
    yield "number", b"1"
    yield "null", b"null"


def is_refusal(answer: Any) -> bool:
    """A problem that names a remedy and is valid JSON."""
    is_problem = answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    return is_problem and 400 <= answer.status_code < 500 and bool(body["remedy"])

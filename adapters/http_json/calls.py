"""A call over HTTP as we see it: what is asked, and the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Call:
    """A request.

    ``repeatable`` says that a second one does no harm; ``names_document`` that the address holds
    a document's id, so that a 404 is about the document and not about the address.
    """

    method: str
    url: str
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    names_document: bool = False

    @property
    def name(self) -> str:
        """What is said of it in faults."""
        return f"{self.method} {self.url}"


@dataclass(frozen=True)
class Answer:
    """An answer; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def success(self) -> bool:
        """Whether the status is one of the 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_page(self) -> bool:
        """Whether a person's page came instead: a log-in, a proxy's notice."""
        return self.body.lstrip().startswith(b"<")


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The document as it is sent, the same at every try; exact numbers go as texts."""
    return json.dumps(document, ensure_ascii=False, default=str).encode("utf-8")


def below(base_url: str, path: str, **parts: str) -> str:
    """The address of ``path`` with its parts filled in; raises a ValueError for dots alone.

    A browser or proxy would take ``..`` as the way up.
    """
    if any(set(part) <= {"."} for part in parts.values()):
        raise ValueError("a path cannot hold a part of nothing but dots")
    for name, part in parts.items():
        path = path.replace(f"{{{name}}}", quote(part, safe=""))
    return f"{base_url.rstrip('/')}/{path.lstrip('/')}"

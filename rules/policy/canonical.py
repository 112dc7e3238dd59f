"""A policy's content in one spelling, so that equal content has an equal hash."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def canonical(content: Any) -> Any:
    """Parsed TOML as JSON values: decimals as plain text without padding, days in ISO form.

    Comments, spacing and the order of keys do not count; the order of rules does.
    """
    if isinstance(content, Mapping):
        return {key: canonical(value) for key, value in content.items()}
    if isinstance(content, list):
        return [canonical(value) for value in content]
    if isinstance(content, Decimal):
        return format(content.normalize(), "f") if content.is_finite() else str(content)
    if isinstance(content, date | datetime):
        return content.isoformat()
    return content


def content_hash(document: Any) -> str:
    """SHA-256, in hex, of canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

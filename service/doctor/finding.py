"""One answer of the doctor."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a check ended. A note is worth knowing and no fault."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do if it is not well."""

    check: str
    health: Health
    detail: str
    remedy: str = ""

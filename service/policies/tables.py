"""Policy versions, immutable; and which is in force from when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table


class PolicyVersionRow(Table):
    __tablename__ = "policy_versions"
    policy_hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the canonical JSON, in hex."""
    policy: Mapped[str]
    version: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    """The TOML as written."""
    canonical: Mapped[dict[str, Any]]
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    activated_at: Mapped[datetime]
    activated_by: Mapped[str]
    __table_args__ = (Index(None, "policy", "version", unique=True),)

"""What has to be known of a Tryton server."""

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from adapters.canonical.identity import Code
from adapters.ports import Idempotency, IncomingKind
from adapters.safe_address import check_address

READABLE = (
    IncomingKind.LOCATIONS,
    IncomingKind.ITEMS,
    IncomingKind.ACCOUNTS,
    IncomingKind.SUPPLIER_TERMS,
    IncomingKind.TRANSFER_LANES,
    IncomingKind.ORDER_POINTS,
    IncomingKind.SALES_LINES,
    IncomingKind.STOCK_POSITIONS,
    IncomingKind.OPEN_ORDERS,
    IncomingKind.DEMAND_SIGNALS,
    IncomingKind.PROPOSAL_ANSWERS,
)
"""What Tryton has rows of, those first that others refer to."""

_DATABASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class Writing(StrEnum):
    """What is carried out in Tryton."""

    PROPOSALS = "proposals"
    OUTLOOKS = "outlooks"
    FORECASTS = "forecasts"


class TrytonSettings(BaseModel):
    """A Tryton server, one of its databases, and the user that we are there.

    Plain http is taken on the own machine only, unless ``allow_plain_http`` says otherwise.
    ``timeout_seconds`` bounds a call as a whole, its connection a third of it. ``reads`` names
    the kinds that are read, ``writes`` what is carried out there: we need rights for no more.
    ``idempotency`` is ``unique`` where our module ``pegline_reference`` is active in the
    database, else ``search_first``. ``approve`` says that we also approve the requisitions that
    we create; otherwise a person does so there. ``employee`` is the database id of the employee
    in whose name we ask; none is the user's own.

    ``overlap_seconds`` is longer than any transaction in Tryton takes: a change is stamped when
    its transaction begins and seen when it ends. ``history_from`` is the first day of the sales
    that are read; none is all. Opportunities have a day on which they are expected to be won;
    their goods are wanted ``delivery_after_days`` later, within ``delivery_window_days`` days, from
    ``opportunity_location``; none is the only warehouse, or where our sourcing rules say.
    """

    # An error never repeats what it is about: it could be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    system: Code
    base_url: str
    database: str
    login: Code
    password: SecretStr
    idempotency: Literal[Idempotency.SEARCH_FIRST, Idempotency.UNIQUE] = Idempotency.SEARCH_FIRST
    approve: bool = False
    employee: int | None = Field(None, ge=1)
    reads: tuple[IncomingKind, ...] = ()
    writes: tuple[Writing, ...] = tuple(Writing)
    timeout_seconds: float = Field(30, gt=0, le=300)
    max_answer_bytes: int = Field(20_000_000, ge=1000)
    allow_plain_http: bool = False
    overlap_seconds: float = Field(60, gt=0, le=3600)
    history_from: date | None = None
    delivery_after_days: int = Field(0, ge=0, le=365)
    delivery_window_days: int = Field(30, ge=1, le=365)
    opportunity_location: Code | None = None

    @property
    def overlap(self) -> timedelta:
        """How far back a poll looks for changes that became visible after their time."""
        return timedelta(seconds=self.overlap_seconds)

    @property
    def rpc_url(self) -> str:
        """Where the database is called."""
        return f"{self.base_url.rstrip('/')}/{self.database}/rpc/"

    @field_validator("database")
    @classmethod
    def _fits_an_address(cls, name: str) -> str:
        if not _DATABASE.fullmatch(name):
            raise ValueError("the name of a database has letters, digits, '_', '-' and '.' only")
        return name

    @field_validator("login")
    @classmethod
    def _fits_a_session(cls, login: str) -> str:
        if ":" in login:
            raise ValueError("a login with a colon cannot be written into a session's header")
        return login

    @field_validator("reads")
    @classmethod
    def _are_there(cls, kinds: tuple[IncomingKind, ...]) -> tuple[IncomingKind, ...]:
        missing = sorted(set(kinds) - set(READABLE))
        if missing:
            raise ValueError(f"Tryton has no {', '.join(missing)} to read")
        return kinds

    @model_validator(mode="after")
    def _is_reached_safely(self) -> "TrytonSettings":
        check_address(
            "base_url",
            self.base_url,
            plain_http=self.allow_plain_http,
            credentials="login and password",
        )
        return self

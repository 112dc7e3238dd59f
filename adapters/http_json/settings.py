"""What has to be known of a system that speaks JSON over HTTP."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from adapters.canonical.identity import Code
from adapters.ports import Idempotency, IncomingKind

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class HttpPaths(BaseModel):
    """Where things are, below the base URL. ``{id}`` stands for what is asked about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: str = "{kind}"
    intake_reports: str = "intake-reports"
    outlook: str = "opportunities/{id}/outlook"
    forecasts: str = "forecasts"
    requisitions: str = "requisitions"


class HttpSettings(BaseModel):
    """A system that speaks JSON over HTTP.

    Plain http is taken on the own machine only, unless ``allow_plain_http`` says otherwise.
    ``timeout_seconds`` bounds a call as a whole, its connection a third of it. ``reads`` names
    the kinds that the system has rows of; none means that it is not read. Of two
    ``webhook_secrets`` the first is the new one: every event is signed with both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Code
    base_url: str
    webhook_url: str | None = None
    bearer_token: SecretStr | None = None
    webhook_secrets: tuple[SecretStr, ...] = ()
    timeout_seconds: float = Field(15, gt=0, le=300)
    max_answer_bytes: int = Field(5_000_000, ge=1000)
    allow_plain_http: bool = False
    reads: tuple[IncomingKind, ...] = ()
    paths: HttpPaths = HttpPaths()
    idempotency: Idempotency = Idempotency.CREATE_ONCE
    requires_supplier: bool = False
    proposals_per_call: int = Field(1, ge=1, le=200)

    @model_validator(mode="after")
    def _is_reached_safely(self) -> Self:
        for name in ("base_url", "webhook_url"):
            self._check_address(name, getattr(self, name))
        if self.webhook_url and not self.webhook_secrets:
            raise ValueError("webhook_url needs webhook_secrets to sign with")
        return self

    def _check_address(self, name: str, address: str | None) -> None:
        if address is None:
            return
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{name} is an address such as https://erp.example/api")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError(f"{name} holds no user, query or fragment; use bearer_token")
        if parts.scheme == "http" and not (self.allow_plain_http or parts.hostname in _LOOPBACK):
            raise ValueError(f"{name} is not encrypted; write https, or set allow_plain_http")

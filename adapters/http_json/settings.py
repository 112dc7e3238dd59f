"""What has to be known of a system that speaks JSON over HTTP."""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from adapters.canonical.identity import Code
from adapters.http_json.signatures import MOST_SECRETS, check_secret
from adapters.ports import Idempotency, IncomingKind
from adapters.safe_address import check_address

_TOKEN = re.compile(r"[\x21-\x7e]+")


class HttpPaths(BaseModel):
    """Where things are, below the base URL.

    ``{kind}`` stands for what is read, ``{id}`` for what is asked about. Without
    ``intake_reports`` the system is not told what became of its rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: str = "{kind}"
    intake_reports: str | None = "intake-reports"
    outlook: str = "opportunities/{id}/outlook"
    forecasts: str = "forecasts"
    requisitions: str = "requisitions"
    requisition: str = "requisitions/{id}"
    requisition_batches: str = "requisition-batches"


class HttpSettings(BaseModel):
    """A system that speaks JSON over HTTP.

    Plain http is taken on the own machine only, unless ``allow_plain_http`` says otherwise.
    ``timeout_seconds`` bounds a call as a whole, its connection a third of it. ``reads`` names
    the kinds that the system has rows of; none means that it is not read. Events go to
    ``webhook_url``, signed with each of ``webhook_secrets``: two while a new one takes over.
    ``idempotency`` is what the system does with a second request under one reference.
    """

    # An error never repeats what it is about: it could be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    system: Code
    base_url: str
    webhook_url: str | None = None
    bearer_token: SecretStr | None = None
    webhook_secrets: tuple[SecretStr, ...] = Field((), max_length=MOST_SECRETS)
    timeout_seconds: float = Field(15, gt=0, le=300)
    max_answer_bytes: int = Field(5_000_000, ge=1000)
    allow_plain_http: bool = False
    reads: tuple[IncomingKind, ...] = ()
    paths: HttpPaths = HttpPaths()
    idempotency: Literal[Idempotency.CREATE_ONCE, Idempotency.UNIQUE, Idempotency.SEARCH_FIRST] = (
        Idempotency.CREATE_ONCE
    )
    requires_supplier: bool = False
    proposals_per_call: int = Field(1, ge=1, le=200)

    @field_validator("bearer_token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("a bearer token is printable ASCII without spaces or line ends")
        return token

    @field_validator("webhook_secrets")
    @classmethod
    def _sign_well(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            check_secret(secret.get_secret_value())
        return secrets

    @model_validator(mode="after")
    def _is_reached_safely(self) -> Self:
        self._check_address("base_url", self.base_url)
        if self.webhook_url is not None:
            self._check_address("webhook_url", self.webhook_url)
            if not self.webhook_secrets:
                raise ValueError("webhook_url needs webhook_secrets to sign with")
        return self

    def _check_address(self, name: str, address: str) -> None:
        plain = self.allow_plain_http
        check_address(name, address, plain_http=plain, credentials="bearer_token")

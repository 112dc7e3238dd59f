"""The composition root: the one place where a port meets a concrete part."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from adapters.ports import OutsideSystem
from service.context import Connection, Outside, ServiceContext, TakenAgain
from service.database.engine import Database
from service.go_live import IN_FLIGHT
from service.settings import Settings
from service.sync.open_systems import OpenSystems, Secrets
from service.sync.secret_files import Secret, SecretFiles
from service.work.doorbell import Doorbell


def build(settings: Settings | None = None) -> ServiceContext:
    """The parts of a service with these settings, by default those of the environment."""
    chosen = settings or Settings()
    chosen.data_dir.mkdir(parents=True, exist_ok=True)
    return ServiceContext(
        settings=chosen,
        database=Database(chosen.url),
        clock=_utc_now,
        ring=_ring(chosen),
        outside=_outside(chosen),
        take_again={IN_FLIGHT: _adopt_again},
    )


def _ring(settings: Settings) -> Callable[[], None]:
    """The local bell, and Redis where there is one: either wakes a worker."""
    local = Doorbell(settings.data_dir).ring
    if not settings.redis_url:
        return local
    from service.work.redis_bell import RedisBell  # noqa: PLC0415  RQ takes a tenth of a second

    over_redis = RedisBell(settings).ring

    def ring() -> None:
        local()
        over_redis()

    return ring


@contextmanager
def opened() -> Iterator[ServiceContext]:
    """The parts as the environment wants them, for as long as a command needs them."""
    context = build()
    try:
        yield context
    finally:
        context.outside.close()
        context.database.close()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _adopt_again(
    session: Session, system: str, payload: Mapping[str, Any], now: datetime
) -> TakenAgain:
    from service.go_live.in_flight import adopt_again  # noqa: PLC0415  few commands need it

    return adopt_again(session, system, payload, now)


def _outside(settings: Settings) -> Outside:
    """The adapters by name. Each is loaded when it is used: the web process needs none."""
    secrets = SecretFiles(settings.secrets_dir)
    adapters = {"files": _open_folder, "http": _open_http, "tryton": _open_tryton}
    systems = OpenSystems(adapters, secrets)

    def signed(name: str, body: bytes, headers: Mapping[str, str]) -> bool:
        from adapters.http_json import signatures  # noqa: PLC0415  see above

        return signatures.verified(body, headers, secrets.read(name, Secret.WEBHOOK))

    def new_secret() -> str:
        from adapters.http_json import signatures  # noqa: PLC0415  see above

        return signatures.new_secret()

    return Outside(systems.open, signed, new_secret, systems.close, systems.trial)


def _open_folder(connection: Connection, _secrets: Secrets) -> OutsideSystem:
    from adapters.files import FolderSettings, open_folder  # noqa: PLC0415  loaded when used

    return open_folder(
        FolderSettings.model_validate({**connection.settings, "system": connection.name})
    )


def _open_http(connection: Connection, secrets: Secrets) -> OutsideSystem:
    from adapters.http_json import HttpSettings, open_http  # noqa: PLC0415  loaded when used

    tokens = secrets[Secret.TOKEN]
    given = {
        **connection.settings,
        "system": connection.name,
        "reads": connection.reads,
        "bearer_token": tokens[0] if tokens else None,
        "webhook_secrets": secrets[Secret.WEBHOOK],
    }
    return open_http(HttpSettings.model_validate(given), _utc_now)


def _open_tryton(connection: Connection, secrets: Secrets) -> OutsideSystem:
    from adapters.erp.tryton import TrytonSettings  # noqa: PLC0415  loaded when used
    from adapters.erp.tryton.exchange import open_tryton  # noqa: PLC0415  loaded when used

    given = {**connection.settings, "system": connection.name, "reads": connection.reads}
    passwords = secrets[Secret.TOKEN]
    if passwords:
        given["password"] = passwords[0]
    return open_tryton(TrytonSettings.model_validate(given))

"""replenish serve: the web process and, beside it, one worker."""

import socket
from collections.abc import Callable
from typing import Annotated

import typer
import uvicorn

from service.app import create_app
from service.bootstrap import build
from service.context import ServiceContext
from service.database import migrate as schema
from service.policies.versions import ensure_default
from service.settings import Settings
from service.worker.process import WorkerProcess


def serve(
    *,
    worker: Annotated[bool, typer.Option(help="start a worker process too")] = True,
) -> None:
    """Serve the API and the pages; the address comes from REPLENISH_HOST and REPLENISH_PORT."""
    context = prepare(Settings())
    run_server(context, worker=worker)


def prepare(settings: Settings) -> ServiceContext:
    """A context over a migrated database that has a policy."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schema.upgrade(settings.url)
    context = build(settings)
    with context.database.write() as session:
        ensure_default(session, context.clock())
    return context


def run_server(
    context: ServiceContext,
    *,
    worker: bool,
    on_started: Callable[[str], None] | None = None,
) -> None:
    """Serve until stopped. ``on_started`` is told the base URL once the port answers."""
    settings = context.settings
    server = _AnnouncingServer(
        uvicorn.Config(
            create_app(context),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=5,
        ),
        on_started,
    )
    process = WorkerProcess(settings) if worker else None
    if process:
        process.start()
    try:
        server.run()
    finally:
        if process:
            process.stop()
        context.database.close()


class _AnnouncingServer(uvicorn.Server):
    """A server that says where it listens, which matters when the port was the system's choice."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_started:
            port = self.servers[0].sockets[0].getsockname()[1]
            self._on_started(f"http://{self.config.host}:{port}")

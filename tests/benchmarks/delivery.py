"""Events per second out of the outbox to a folder and over loopback HTTP, beside a bare loop.

Relay and delivery as the worker does them, on SQLite: each event is routed, leased, told and
settled. Beside them in the same run: a bare committed insert, and a bare POST to the same server.
Writes var/bench/delivery.json.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select, text
from standardwebhooks import Webhook
from typer.testing import CliRunner

from service.bootstrap import build
from service.cli.main import app
from service.context import ServiceContext
from service.database import migrate
from service.settings import Settings
from service.sync.rounds import sync_once
from service.work.deliveries import Status
from service.work.outbox import Event, publish
from service.work.tables import DeliveryRow
from tests.adapters.simulated_http_system import SimulatedHttpSystem

EVENTS = 1000
BODY = {"text": "x" * 450}
FIGURES = Path("var/bench/delivery.json")
LIMIT_RATIO = 30.0
"""An event may take so many times what a bare POST or insert takes."""


def main() -> None:
    """Measure, write the figures."""
    server = SimulatedHttpSystem()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = _measured(Path(folder), server)
    finally:
        server.stop()
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    worst = max(figures["folder_ratio_to_insert"], figures["http_ratio_to_post"])
    if worst > LIMIT_RATIO:
        raise SystemExit(f"an event takes {worst} times a bare insert or POST: {figures}")


def _measured(folder: Path, server: SimulatedHttpSystem) -> dict[str, Any]:
    settings = Settings(data_dir=folder)
    os.environ["REPLENISH_DATA_DIR"] = str(folder)
    migrate.upgrade(settings.url)
    context = build(settings)
    shared = folder / "exchange"
    shared.mkdir()
    insert = _per_second(lambda: _insert(context))
    everything = ["--role", "planning", "--subscribe", "*"]
    _replenish("connect", "files", "plan", "--folder", str(shared), *everything)
    to_folder = _per_second(lambda: _deliver(context))
    _replenish("connect", "remove", "plan")
    hooks = ["--url", server.url, "--webhook-url", f"{server.url}/hooks"]
    said = _replenish("connect", "http", "crm", *hooks, *everything)
    server.memory.secrets = (said.splitlines()[-1],)
    before = len(server.memory.events)
    over_http = _per_second(lambda: _deliver(context))
    if len(server.memory.events) - before < EVENTS:
        raise SystemExit(f"only {len(server.memory.events) - before} events arrived")
    post = _per_second(lambda: _post(server))
    if len(server.memory.events) - before < 2 * EVENTS:
        raise SystemExit("not every bare POST arrived")
    context.outside.close()
    context.database.close()
    return {
        "events": EVENTS,
        "bare_inserts_per_second": round(insert),
        "bare_posts_per_second": round(post),
        "folder_events_per_second": round(to_folder),
        "http_events_per_second": round(over_http),
        "folder_ratio_to_insert": round(insert / to_folder, 1),
        "http_ratio_to_post": round(post / over_http, 1),
    }


def _per_second(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return EVENTS / (time.perf_counter() - began)


def _replenish(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    if done.exit_code:
        raise SystemExit(done.output)
    return str(done.output)


def _deliver(context: ServiceContext) -> None:
    """Publish, each in a transaction, and tell until nothing waits."""
    for number in range(EVENTS):
        with context.database.write() as session:
            event = Event("demand-signal.accepted", f"crm/OPP-{number}", BODY)
            publish(session, event, context.clock())
    while sync_once(context):
        pass
    with context.database.read() as session:
        left = select(func.count()).where(DeliveryRow.status != Status.DELIVERED)
        waiting = session.scalar(left) or 0
    if waiting:
        raise SystemExit(f"{waiting} events were not delivered")


def _insert(context: ServiceContext) -> None:
    """One committed insert of an event-sized row at a time, in the same database."""
    with context.database.write() as session:
        session.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)"))
    for _ in range(EVENTS):
        with context.database.write() as session:
            session.execute(text("INSERT INTO bare (body) VALUES (:body)"), {"body": "x" * 450})


def _post(server: SimulatedHttpSystem) -> None:
    """One signed POST of an event-sized body at a time to the same server, over one client."""
    signer = Webhook(server.memory.secrets[0])
    content = json.dumps(BODY)
    with httpx2.Client() as client:
        for number in range(EVENTS):
            name, now = f"bare-{number}", datetime.now(UTC)
            headers = {
                "content-type": "application/json",
                "webhook-id": name,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signer.sign(name, now, content),
            }
            client.post(f"{server.url}/hooks", content=content, headers=headers)


if __name__ == "__main__":
    main()

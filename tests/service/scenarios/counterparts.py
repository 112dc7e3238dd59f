"""The systems at the other ends of the lines: a CRM, an ERP, a planning system, and another CRM.

Once each is a simulated system behind HTTP on the loopback, once a real folder. Both are driven
and asked in the same words.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx2

from adapters.http_json.signatures import signed_headers
from adapters.ports import Failure, IncomingKind
from tests.adapters.counterpart import Counterpart
from tests.adapters.folder_partner import FolderPartner
from tests.adapters.http_partner import HttpPartner
from tests.adapters.simulated_http_system import Behaviour, SimulatedHttpSystem

CRM, OTHER_CRM, ERP, PLANNING = "crm", "crm-north", "erp", "foresight"
ROLES = {CRM: "crm", OTHER_CRM: "crm", ERP: "erp", PLANNING: "planning"}
PATIENCE_SECONDS = 30.0

Replenish = Callable[..., str]


class Lines(Protocol):
    """The connected systems by name, and what is particular to the way they are connected."""

    answers_at_once: bool
    """Whether the ERP acknowledges when it is asked, or later by a row."""

    @property
    def systems(self) -> Mapping[str, Counterpart]:
        """The systems as they are asked, by name."""

    def connect(self, replenish: Replenish, url: str) -> None:
        """Connect all of them by the commands; ``url`` is where our API is."""

    def tell(self, system: str, kind: IncomingKind, *rows: Mapping[str, Any]) -> dict[str, int]:
        """The system tells rows; returns the counts of the report that it gets back."""

    def down(self, system: str) -> AbstractContextManager[None]:
        """The system cannot be reached."""

    def outlook_lines(self, opportunity: str) -> Sequence[Mapping[str, Any]]:
        """The lines of the outlook that the CRM holds of an opportunity."""

    def forecast_versions(self, item: str) -> Sequence[int]:
        """The versions of an item's series, in the order in which planning was told."""

    def caught_in_the_act(self, system: str) -> AbstractContextManager[Callable[[], None]]:
        """Yields what waits until the system has got something, and more is to be done."""


@dataclass
class HttpLines:
    """Each system behind HTTP, with webhooks signed both ways."""

    servers: Mapping[str, SimulatedHttpSystem]
    answers_at_once: bool = True
    url: str = ""
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> Mapping[str, Counterpart]:
        """The simulated systems, as they are asked."""
        return {name: HttpPartner(server) for name, server in self.servers.items()}

    def connect(self, replenish: Replenish, url: str) -> None:
        """By `replenish connect http`; the printed secret is given to the system."""
        self.url = url
        for name, server in self.servers.items():
            place = ["--url", server.url, "--webhook-url", f"{server.url}/hooks"]
            said = replenish("connect", "http", name, "--role", ROLES[name], *place)
            self.secrets[name] = said.splitlines()[-1]
            server.memory.secrets = (self.secrets[name],)

    def tell(self, system: str, kind: IncomingKind, *rows: Mapping[str, Any]) -> dict[str, int]:
        """By a signed webhook."""
        body = json.dumps({"type": kind, "rows": rows}).encode()
        signed = signed_headers(str(uuid4()), datetime.now(UTC), body, [self.secrets[system]])
        headers = {**signed, "content-type": "application/json"}
        answer = httpx2.post(
            f"{self.url}/v1/webhooks/{system}", content=body, headers=headers, timeout=30
        )
        assert answer.is_success, answer.text
        counts: dict[str, int] = answer.json()["counts"]
        return counts

    def down(self, system: str) -> AbstractContextManager[None]:
        """Every call is answered with 500, and nothing is done."""
        return self.behaving(system, Behaviour.BREAKS_BEFORE)

    @contextmanager
    def behaving(self, system: str, behaviour: Behaviour) -> Iterator[None]:
        """The system behaves so for a while."""
        self.servers[system].behaviour = behaviour
        yield
        self.servers[system].behaviour = Behaviour.WELL

    def outlook_lines(self, opportunity: str) -> Sequence[Mapping[str, Any]]:
        """As it was put there last."""
        told = self.servers[CRM].memory.outlooks.get(opportunity)
        return told["lines"] if told else []

    def forecast_versions(self, item: str) -> Sequence[int]:
        """One for each publication that names the item."""
        return [
            series["version"]
            for told in list(self.servers[PLANNING].memory.forecasts)
            for series in told["series"]
            if series["item_id"] == item
        ]

    @contextmanager
    def caught_in_the_act(self, system: str) -> Iterator[Callable[[], None]]:
        """It does what it is asked, and does not answer."""
        server = self.servers[system]
        before = len(server.memory.headers)
        with self.behaving(system, Behaviour.SILENT_AFTER):
            yield lambda: until(
                lambda: len(server.memory.headers) > before, f"{system} was asked nothing"
            )


@dataclass
class FolderLines:
    """Each system behind a folder of its own."""

    folders: Mapping[str, FolderPartner]
    answers_at_once: bool = False

    @property
    def systems(self) -> Mapping[str, Counterpart]:
        """The partners, as they are asked."""
        return self.folders

    def connect(self, replenish: Replenish, url: str) -> None:
        """By `replenish connect files`; our API is not needed."""
        assert url
        for name, partner in self.folders.items():
            folder = ["--folder", str(partner.root)]
            replenish("connect", "files", name, "--role", ROLES[name], *folder)

    def tell(self, system: str, kind: IncomingKind, *rows: Mapping[str, Any]) -> dict[str, int]:
        """By a file, whose report is waited for."""
        partner = self.folders[system]
        before = len(partner.reports())
        partner.offer(kind, rows)
        until(lambda: len(partner.reports()) > before, f"the file of {system} was not taken")
        return dict(partner.reports()[-1].counts)

    def down(self, system: str) -> AbstractContextManager[None]:
        """The share is away."""
        return self.folders[system].failing(Failure.TEMPORARY)

    def outlook_lines(self, opportunity: str) -> Sequence[Mapping[str, Any]]:
        """The rows of the newest version."""
        rows = [
            row
            for row in self.folders[CRM].rows("outlooks")
            if row["opportunity_id"] == opportunity
        ]
        return [
            {**row, "supplied": json.loads(row["supplied"])}
            for row in rows
            if row["version"] == rows[-1]["version"]
        ]

    def forecast_versions(self, item: str) -> Sequence[int]:
        """One for each publication that names the item."""
        rows = self.folders[PLANNING].rows("forecasts")
        told = {
            (row["publication_id"], row["location_id"]): int(row["version"])
            for row in rows
            if row["item_id"] == item
        }
        return list(told.values())

    @contextmanager
    def caught_in_the_act(self, system: str) -> Iterator[Callable[[], None]]:
        """A file for it has just appeared, and it is not noted yet that it is there."""
        out = self.folders[system].folder("out")
        before = set(out.glob("*.manifest.json"))
        yield lambda: until(
            lambda: set(out.glob("*.manifest.json")) - before, f"no file came for {system}"
        )


@contextmanager
def http_lines() -> Iterator[HttpLines]:
    """A server for each system."""
    with ExitStack() as ends:
        servers = {name: SimulatedHttpSystem() for name in ROLES}
        for server in servers.values():
            ends.callback(server.stop)
        yield HttpLines(servers)


@contextmanager
def folder_lines(folder: Path) -> Iterator[FolderLines]:
    """A folder for each system."""
    partners = {}
    for name in ROLES:
        root = folder / name / "exchange"
        root.mkdir(parents=True)
        partners[name] = FolderPartner(root)
    yield FolderLines(partners)


def until(reached: Callable[[], Any], otherwise: str) -> Any:
    """Wait until ``reached`` returns something true, and return it; fail with a sentence."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := reached()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
    return found

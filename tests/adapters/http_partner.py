"""The other side of the HTTP adapter: a simulated system, asked and driven by tests."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from adapters.http_json import HttpSettings, open_http
from adapters.ports import Failure, IncomingKind, OutsideSystem
from tests.adapters.counterpart import PlanningLedger, SeenRange, SeenReport
from tests.adapters.simulated_http_system import Behaviour, SimulatedHttpSystem

SECRET = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cy10aGF0LWlzLWxvbmc="  # noqa: S105  of the tests only
KINDS = (IncomingKind.ITEMS, IncomingKind.SUPPLIER_TERMS)

_SHOWN_BY = {
    Failure.TEMPORARY: Behaviour.BUSY,
    Failure.REJECTED: Behaviour.REFUSES,
    Failure.CONFLICT: Behaviour.HOLDS_ANOTHER,
    Failure.AMBIGUOUS: Behaviour.BREAKS_AFTER,
}


def present() -> datetime:
    """The wall clock: signatures are checked against it."""
    return datetime.now(UTC)


@dataclass
class HttpPartner:
    """A simulated system, and how our side is set up for it."""

    server: SimulatedHttpSystem
    settings: Mapping[str, Any] = field(default_factory=dict)
    provokes: Collection[Failure] = tuple(Failure)

    def opened(self, **differing: Any) -> OutsideSystem:
        """The adapter on the server."""
        self.server.memory.secrets = self.server.memory.secrets or (SECRET,)
        usual: dict[str, Any] = {
            "system": "erp",
            "base_url": self.server.url,
            "webhook_url": f"{self.server.url}/hooks",
            "webhook_secrets": (SECRET,),
            "reads": KINDS,
            "timeout_seconds": 3,
        }
        return open_http(HttpSettings(**{**usual, **self.settings, **differing}), present)

    def offer(self, kind: IncomingKind, rows: Sequence[Any], *, snapshot: bool = False) -> None:
        """Have a page."""
        self.server.memory.pages.setdefault(kind, []).append((list(rows), snapshot))

    def reports(self) -> Sequence[SeenReport]:
        """One per batch: a report sent again is the same one."""
        return [
            SeenReport(
                told["counts"], [(one["values"], one["problem"]) for one in told["findings"]]
            )
            for told in self.server.memory.reports.values()
        ]

    @contextmanager
    def failing(self, failure: Failure) -> Iterator[None]:
        """Let the system misbehave."""
        with self.behaving(_SHOWN_BY[failure]):
            yield

    @contextmanager
    def behaving(self, behaviour: Behaviour) -> Iterator[None]:
        """Let the system behave so."""
        self.server.behaviour = behaviour
        yield
        self.server.behaviour = Behaviour.WELL

    def documents(self) -> Mapping[str, Sequence[Decimal]]:
        """Requisitions and transfers that were made."""
        made: dict[str, list[Decimal]] = {}
        for proposal in self.server.memory.proposals:
            if proposal["kind"] in {"requisition", "transfer"}:
                quantities = made.setdefault(proposal["external_ref"], [])
                quantities.append(Decimal(proposal["quantity"]))
        return made

    def requests(self) -> Sequence[tuple[str, str]]:
        """Kind and reference of all that was carried out."""
        return [(one["kind"], one["external_ref"]) for one in self.server.memory.proposals]

    def heard(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Every event whose signature was right."""
        return [(one["webhook-id"], one["type"], one["data"]) for one in self.server.memory.events]

    def outlooks(self) -> Mapping[str, tuple[int, Decimal]]:
        """The last of each opportunity."""
        return {
            key: (told["version"], _supplied(told))
            for key, told in self.server.memory.outlooks.items()
        }

    def forecast(self) -> Mapping[tuple[str, str], Mapping[date, Decimal]]:
        """Each publication in its turn, by ranges."""
        ledger = PlanningLedger()
        for told in self.server.memory.forecasts:
            for series in told["series"]:
                ledger.replace(_range(series))
        return ledger.means


def _supplied(told: Mapping[str, Any]) -> Decimal:
    parts = (part for line in told["lines"] for part in line["supplied"])
    return sum((Decimal(part["quantity"]) for part in parts), Decimal(0))


def _range(series: Mapping[str, Any]) -> SeenRange:
    means = {
        date.fromisoformat(bucket["start"]): Decimal(bucket["mean"]) for bucket in series["buckets"]
    }
    return SeenRange(
        (series["item_id"], series["location_id"]),
        series["version"],
        date.fromisoformat(series["start"]),
        date.fromisoformat(series["end"]),
        means,
    )

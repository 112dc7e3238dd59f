"""A company that works in a real Tryton, with our service connected to it by its command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from adapters.ports import Idempotency
from service.cli.main import app
from tests.service.scenarios.counterparts import until
from tests.service.scenarios.distributor import terms
from tests.service.scenarios.running_service import RunningService, running_service
from tests.tryton.person import Person
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import MAIN, PURCHASER, SERVICE
from tests.tryton.server import TrytonServer
from tests.tryton.story.place import Place
from tests.tryton.writing.buying import PURCHASE, REQUISITION

NAME = "tryton"
"""Of the connection."""

OPPORTUNITY = "sale.opportunity"
Key = tuple[str, str]
"""Item and warehouse."""

_LONGEST_REQUEST_SECONDS = 3


@dataclass(frozen=True)
class ConnectedCompany:
    """Who works here does so in Tryton, as Paula, or in Pegline, as its planner."""

    flavour: Flavour
    tryton: TrytonServer
    pegline: RunningService
    paula: Person
    """Sells, approves requisitions, buys and receives."""

    def planned(self, key: Key) -> dict[str, Any]:
        """The recommendation for an item and warehouse, once nothing is pending."""
        return self.pegline.recommendation(*key)

    def proposals(self, key: Key) -> list[dict[str, Any]]:
        """Its requisitions, oldest first, except what was taken off the offer."""
        item, location = key
        found = self.pegline.erp.get(
            "/v1/requisition-proposals", item=item, location=location, kind="requisition"
        )["proposals"]
        by_age = sorted(found, key=lambda one: (one["created_at"], one["external_ref"]))
        return [one for one in by_age if one["state"] != "cancelled"]

    def proposal(self, key: Key, *states: str) -> dict[str, Any]:
        """Its only requisition, once it is in one of ``states``."""
        return dict(until(lambda: self._in(states, key), f"{key} was never {' or '.join(states)}"))

    def _in(self, states: tuple[str, ...], key: Key) -> dict[str, Any] | None:
        found = self.proposals(key)
        assert len(found) <= 1, f"{key} is ordered more than once"
        return next((one for one in found if one["state"] in states), None)

    def approve(self, key: Key, quantity: Decimal | None = None) -> str:
        """The planner approves it, as long as it is what he saw; its reference."""
        self.planned(key)
        proposal = self.proposal(key, "in_review")
        assert quantity in (None, Decimal(proposal["quantity"]))
        ref = str(proposal["external_ref"])
        match = {"If-Match": f'"{proposal["row_version"]}"'}
        decisions = f"/v1/requisition-proposals/{ref}/decisions"
        self.pegline.erp.post(decisions, {"action": "approve"}, **match)
        return ref

    def requisitions(self, ref: str) -> list[dict[str, Any]]:
        """What Tryton has under our reference, whichever offer of it, oldest first."""
        return self._requisitions(["number", "like", f"{ref}%"])

    def requisitions_for(self, key: Key) -> list[dict[str, Any]]:
        """All that was asked for there of an item, for a warehouse, oldest first."""
        return self._requisitions(
            ["lines.product.code", "=", key[0]], ["warehouse.code", "=", key[1]]
        )

    def _requisitions(self, *domain: list[str]) -> list[dict[str, Any]]:
        fields = ["number", "state", "supply_date", "warehouse.code", "create_uid.login"]
        fields += ["lines.quantity", "lines.product.code"]
        if self.flavour is Flavour.UNIQUE:
            fields += ["external_ref"]
        return self.paula.find(REQUISITION, list(domain), *fields)

    def purchases_for(self, key: Key) -> list[dict[str, Any]]:
        """The purchases that were made of requests for an item and warehouse."""
        of_requests = [
            ["lines.requests.product.code", "=", key[0]],
            ["warehouse.code", "=", key[1]],
        ]
        return self.paula.find(PURCHASE, of_requests, "number", "state", "lines.delivery_date")

    def opportunity(self, reference: str) -> dict[str, Any]:
        """An opportunity as its seller sees it."""
        fields = ("number", "end_date", "lines.quantity", "lines.product.code", "write_date")
        [found] = self.paula.find(OPPORTUNITY, [["reference", "=", reference]], *fields)
        return dict(found)

    def outlook(self, reference: str, *words: str) -> str:
        """What stands on an opportunity about its supply, once it says ``words``."""
        on_it = [["resource", "=", f"{OPPORTUNITY},{self.opportunity(reference)['id']}"]]

        def told() -> str:
            notes = [row["message"] for row in self.paula.find("ir.note", on_it, "message")]
            assert len(notes) <= 1, "one note is written over, not one after the other"
            return next((note for note in notes if all(word in note for word in words)), "")

        return str(until(told, f"the outlook on {reference} never said {words}"))

    def on_hand(self, key: Key) -> Decimal:
        """The stock that the newest recommendation counts."""
        return -terms(self.planned(key), "on_hand")

    def trouble(self) -> list[dict[str, Any]]:
        """What waits for somebody in the exception queue."""
        return list(self.pegline.erp.get("/v1/exceptions")["exceptions"])


@contextmanager
def connected_company(place: Place) -> Iterator[ConnectedCompany]:
    """`replenish serve` on an empty database, and `replenish connect tryton`."""
    tryton, flavour = place.tryton, place.flavour
    with running_service(place.database_url, place.folder) as service:
        command = [*connecting(tryton.url, tryton, flavour, place.folder), "--poll-seconds", "1"]
        done = CliRunner().invoke(app, command, env=service.environment)
        assert done.exit_code == 0, done.output
        yield ConnectedCompany(flavour, tryton, service, Person(tryton, PURCHASER))


def connecting(url: str, tryton: TrytonServer, flavour: Flavour, folder: Path) -> list[str]:
    """The command that connects Tryton, reached at ``url``, for all that it can be.

    A call that we gave up on may still be carried out, as long as Tryton works on it: an unclear
    one is left alone for longer than any request here takes. A restarted Tryton has none left.
    """
    password = folder / "password"
    password.write_text(f"{SERVICE.password}\n", encoding="utf-8")
    unique = flavour is Flavour.UNIQUE
    mode = Idempotency.UNIQUE if unique else Idempotency.SEARCH_FIRST
    return [
        *("connect", "tryton", NAME, "--yes", "--idempotency", mode.value),
        *("--role", "erp", "--role", "crm", "--role", "planning"),
        *("--url", url, "--database", tryton.storage.name, "--opportunity-location", MAIN),
        *("--login", SERVICE.user, "--password-file", str(password)),
        *("--hold-seconds", str(_LONGEST_REQUEST_SECONDS + 1)),
    ]

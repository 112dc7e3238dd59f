"""A real Tryton as the other side of the adapters' contract."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from adapters.erp.tryton.exchange import open_tryton
from adapters.erp.tryton.settings import TrytonSettings
from adapters.ports import ErpPort, Failure, Idempotency, IncomingKind, OutsideSystem
from adapters.repetition import offer_of
from tests.adapters.counterpart import SeenReport
from tests.tryton.person import Person
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import ADMINISTRATOR, SERVICE, Login
from tests.tryton.server import TrytonServer
from tests.tryton.writing.relay import Relay

REQUISITION, SHIPMENT = "purchase.requisition", "stock.shipment.internal"
_LINES = {REQUISITION: "lines", SHIPMENT: "moves"}
_VERSION = re.compile(r"Pegline supply outlook, version ([0-9]+)\n")
_SUPPLIED = re.compile(r"^- ([0-9.]+) (?:from|by) ", re.MULTILINE)
_MESSAGE = re.compile(r"Pegline ([^/\n]+)/([a-z_]+)/[0-9]+\n")


class TrytonCounterpart:
    """What a test sees in Tryton of what the adapter did since ``forget`` was called."""

    provokes = (Failure.TEMPORARY, Failure.REJECTED, Failure.AMBIGUOUS)

    def __init__(self, tryton: TrytonServer, flavour: Flavour) -> None:
        self.flavour = flavour
        self.relay = Relay(tryton)
        self.administrator = Person(tryton, ADMINISTRATOR)
        self._tryton = tryton
        self._opened: list[OutsideSystem] = []
        self._people: dict[str, Person] = {}

    def settings(self, login: Login = SERVICE, **different: Any) -> TrytonSettings:
        """The adapter's usual settings, through the relay."""
        unique = self.flavour is Flavour.UNIQUE
        usual: dict[str, Any] = {
            "system": "erp",
            "base_url": self.relay.url,
            "database": self._tryton.storage.name,
            "login": login.user,
            "password": SecretStr(login.password),
            "idempotency": Idempotency.UNIQUE if unique else Idempotency.SEARCH_FIRST,
        }
        return TrytonSettings(**{**usual, **different})

    def opened(self, login: Login = SERVICE, **different: Any) -> OutsideSystem:
        """The adapter, as the service opens it; closed at the end of the test."""
        system = open_tryton(self.settings(login, **different))
        self._opened.append(system)
        return system

    def close(self) -> None:
        """Close what was opened; sessions of people end by themselves."""
        self._people.clear()
        while self._opened:
            self._opened.pop().close()

    def erp(self, login: Login = SERVICE, **different: Any) -> ErpPort:
        """The port of proposals, opened anew as after a restart."""
        port = self.opened(login, **different).erp
        assert port is not None
        return port

    def person(self, login: Login) -> Person:
        """Somebody who works there; logging in is slow on purpose, and done once in a test."""
        if login.user not in self._people:
            self._people[login.user] = Person(self._tryton, login)
        return self._people[login.user]

    def offer(
        self, kind: IncomingKind, rows: Sequence[Mapping[str, Any]], *, snapshot: bool = False
    ) -> None:
        """Tryton has records, not rows: its reading is tested elsewhere."""
        raise NotImplementedError

    def reports(self) -> Sequence[SeenReport]:
        """Tryton is told nothing of its rows."""
        return []

    def heard(self) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """Tryton wants to hear of no events."""
        return []

    @contextmanager
    def failing(self, failure: Failure) -> Iterator[None]:
        """Be down, lose the answers to what is created, or have nothing that can be bought."""
        self.relay.down = failure is Failure.TEMPORARY
        if failure is Failure.AMBIGUOUS:
            self.relay.swallows = {f"model.{REQUISITION}.create"}
        self._purchasable(allowed=failure is not Failure.REJECTED)
        yield
        self.relay.down = False
        self.relay.swallows = set()
        self._purchasable(allowed=True)

    def documents(self) -> Mapping[str, Sequence[Decimal]]:
        """The quantities of all documents, cancelled ones as well."""
        found: defaultdict[str, list[Decimal]] = defaultdict(list)
        for model, lines in _LINES.items():
            for row in self._made(model, f"{lines}.quantity"):
                quantity = sum(line["quantity"] for line in row[f"{lines}."])
                found[offer_of(row["number"])[0]].append(Decimal(str(quantity)))
        return dict(found)

    def requests(self) -> Sequence[tuple[str, str]]:
        """By Tryton's own log: what was made, changed, cancelled; and the notes on purchases."""
        seen: list[tuple[datetime, int, str, str]] = []
        for model, kind in ((REQUISITION, "requisition"), (SHIPMENT, "transfer")):
            for row in self._made(model, "create_date"):
                reference = offer_of(row["number"])[0]
                seen.append((row["create_date"], 0, kind, reference))
                seen += self._logged(model, row["id"], reference)
        for note in self._notes("purchase.purchase"):
            if message := _MESSAGE.match(note["message"]):
                seen.append((note["create_date"], note["id"], message[2], message[1]))
        return [(kind, reference) for *_, kind, reference in sorted(seen)]

    def outlooks(self) -> Mapping[str, tuple[int, Decimal]]:
        """By the notes on opportunities."""
        numbers = {
            f"sale.opportunity,{row['id']}": row["number"]
            for row in self.administrator.find("sale.opportunity", [], "number")
        }
        told: dict[str, tuple[int, Decimal]] = {}
        for note in self._notes("sale.opportunity"):
            version = _VERSION.match(note["message"])
            assert version
            assert numbers[note["resource"]] not in told, "two notes on one opportunity"
            supplied = sum(map(Decimal, _SUPPLIED.findall(note["message"])), Decimal(0))
            told[numbers[note["resource"]]] = int(version[1]), supplied
        return told

    def forecast(self) -> Mapping[tuple[str, str], Mapping[date, Decimal]]:
        """By the confirmed forecasts of ours."""
        fields = ("from_date", "warehouse.code", "lines.quantity", "lines.product.code")
        ours = [["state", "=", "done"], ["create_uid.login", "=", SERVICE.user]]
        means: dict[tuple[str, str], dict[date, Decimal]] = {("BOLT-8", "BERLIN"): {}}
        for row in self.administrator.find("stock.forecast", ours, *fields, active_test=False):
            for line in row["lines."]:
                series = means.setdefault((line["product."]["code"], row["warehouse."]["code"]), {})
                series[row["from_date"]] = Decimal(str(line["quantity"]))
        return means

    def forget(self) -> None:
        """Give what was made so far other names: each test begins with none of ours."""
        unique = self.flavour is Flavour.UNIQUE
        for model in _LINES:
            changes: list[Any] = []
            for row in self._made(model):
                gone = f"gone-{row['id']}"
                changes += [
                    [row["id"]],
                    {"number": gone, **({"external_ref": gone} if unique else {})},
                ]
            if changes:
                self.administrator.call(model, "write", *changes)
        notes = self.administrator.find("ir.note", [], "id")
        self.administrator.call("ir.note", "delete", [note["id"] for note in notes])
        self._forget_forecasts()

    def _forget_forecasts(self) -> None:
        found = self.administrator.find("stock.forecast", [], "state", active_test=False)
        for state, buttons in (("done", ["draft", "cancel"]), ("draft", ["cancel"])):
            ids = [row["id"] for row in found if row["state"] == state]
            self.administrator.press("stock.forecast", ids, *buttons)
        self.administrator.call("stock.forecast", "delete", [row["id"] for row in found])

    def _made(self, model: str, *fields: str) -> list[Any]:
        ours = [["create_uid.login", "like", f"{SERVICE.user}%"], ["number", "not like", "gone-%"]]
        return self.administrator.find(model, ours, "number", *fields)

    def _logged(
        self, model: str, number: int, reference: str
    ) -> Iterator[tuple[datetime, int, str, str]]:
        """Changes of the lines, and cancellations."""
        about = [["resource", "=", f"{model},{number}"]]
        for row in self.administrator.find("ir.model.log", about, "event", "target", "create_date"):
            if row["event"] == "button" and row["target"] == "cancel":
                yield row["create_date"], row["id"], "cancel", reference
            if row["event"] == "write" and _LINES[model] in row["target"].split(","):
                yield row["create_date"], row["id"], "change", reference

    def _notes(self, model: str) -> list[Any]:
        on = [["resource", "like", f"{model},%"], ["create_uid.login", "=", SERVICE.user]]
        return self.administrator.find("ir.note", on, "resource", "message", "create_date")

    def _purchasable(self, *, allowed: bool) -> None:
        domain = [["products.code", "=", "BOLT-8"]]
        [template] = self.administrator.find("product.template", domain, "purchasable")
        if template["purchasable"] is not allowed:
            self.administrator.write("product.template", [template["id"]], purchasable=allowed)

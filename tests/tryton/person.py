"""A person at work in Tryton: what the tests' people see and do there, over its own wire."""

import base64
import datetime as dt
import http.client
import json
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from typing import Any

from tests.tryton.seeded import Login
from tests.tryton.server import TrytonServer

_FOR_THE_CONTEXT: tuple[bool, dict[str, Any]] = (True, {})


class RefusedError(Exception):
    """Tryton's answer was no; ``kind`` is its name for it, such as UserError."""

    def __init__(self, kind: str, detail: Any) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


class Person:
    """Someone who has logged in. Raises RefusedError, and OSError while Tryton is down."""

    def __init__(self, tryton: TrytonServer, login: Login) -> None:
        self._tryton = tryton
        self._headers = {"Content-Type": "application/json"}
        user, session, _ = self._ask(
            "common.db.login", login.user, {"password": login.password}, "en"
        )
        token = base64.b64encode(f"{login.user}:{user}:{session}".encode()).decode()
        self._headers["Authorization"] = f"Session {token}"
        self.context = self._ask("model.res.user.get_preferences", *_FOR_THE_CONTEXT)

    def call(self, model: str, method: str, *arguments: Any, **context: Any) -> Any:
        """The answer of a model's method; ``context`` is added to the person's own."""
        return self._ask(f"model.{model}.{method}", *arguments, {**self.context, **context})

    def create(self, model: str, *records: dict[str, Any]) -> list[int]:
        """The ids of the records made, all in one call."""
        return list(self.call(model, "create", list(records)))

    def write(self, model: str, ids: Iterable[int], **values: Any) -> None:
        """Change the records."""
        self.call(model, "write", list(ids), values)

    def press(self, model: str, ids: Iterable[int], *buttons: str) -> None:
        """Press the buttons, one after the other."""
        for button in buttons:
            self.call(model, button, list(ids))

    def find(self, model: str, domain: list[Any], *fields: str, **context: Any) -> list[Any]:
        """The matching records as dictionaries, oldest first."""
        order = [["id", "ASC"]]
        return list(
            self.call(model, "search_read", domain, 0, None, order, list(fields), **context)
        )

    def run(self, wizard: str, form: dict[str, Any], state: str, **context: Any) -> None:
        """Start a wizard on the records that ``context`` names, and press ``state`` in its form."""
        full = {**self.context, **context}
        session, start, _ = self._ask(f"wizard.{wizard}.create", full)
        self._ask(f"wizard.{wizard}.execute", session, {}, start, full)
        self._ask(f"wizard.{wizard}.execute", session, form, state, full)
        self._ask(f"wizard.{wizard}.delete", session, full)

    def _ask(self, method: str, *parameters: Any) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": parameters}, default=_tagged)
        with closing(
            http.client.HTTPConnection("127.0.0.1", self._tryton.port, timeout=120)
        ) as connection:
            path = f"/{self._tryton.storage.name}/rpc/"
            connection.request("POST", path, body, self._headers)
            answer = connection.getresponse()
            text = answer.read()
        if answer.status != http.client.OK:
            raise RefusedError(str(answer.status), text.decode(errors="replace")[:500])
        told = json.loads(text, object_hook=_untagged)
        if told.get("error"):
            kind, *detail = told["error"]
            raise RefusedError(kind, detail)
        return told["result"]


def _tagged(value: object) -> dict[str, Any]:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case dt.date() if not isinstance(value, dt.datetime):
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case dt.timedelta():
            return {"__class__": "timedelta", "seconds": value.total_seconds()}
    raise TypeError(f"no person types in a {type(value).__name__}")


def _untagged(read: dict[str, Any]) -> Any:
    kind = read.pop("__class__", None)
    match kind:
        case None:
            return read
        case "Decimal":
            return Decimal(read["decimal"])
        case "date":
            return dt.date(**read)
        case "datetime":
            return dt.datetime(**read, tzinfo=dt.UTC)
        case "timedelta":
            return dt.timedelta(**read)
    raise ValueError(f"unknown kind of value: {kind}")

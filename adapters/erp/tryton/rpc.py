"""Calls of Tryton's models, by the user that we are and in the company that is the user's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adapters.erp.tryton.faults import Call, unreadable
from adapters.erp.tryton.session import Session
from adapters.erp.tryton.settings import TrytonSettings
from adapters.erp.tryton.transport import Transport
from adapters.erp.tryton.wire import UnreadableAnswerError
from adapters.http_client import RefusedCallerError
from adapters.ports import Failure

Row = Mapping[str, Any]
"""A record by field; a field of another record is written ``field.`` with a mapping of its own."""

Domain = Sequence[Any]
"""Tryton's conditions, for example ``[("state", "=", "done")]``."""


@dataclass(frozen=True)
class Search:
    """Which records of a model, which of their fields, in which order."""

    model: str
    fields: Sequence[str]
    domain: Domain = ()
    order: Sequence[tuple[str, str]] = (("id", "ASC"),)
    limit: int | None = None


class Rpc:
    """One database of a Tryton server."""

    def __init__(self, settings: TrytonSettings) -> None:
        self.settings = settings
        self._transport = Transport(settings)
        self._session = Session(settings, self._transport)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def call(
        self,
        model: str,
        method: str,
        *args: Any,
        context: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> Any:
        """The result of ``method`` of ``model``; raises PortError.

        ``context`` is laid over the user's own. ``repeatable`` says that a second call does no
        harm: a fault that leaves it open whether it was carried out is then temporary.
        """
        whole = {**self.context, **(context or {})}
        return self._made(Call(f"model.{model}.{method}", repeatable), [*args, whole])

    def rows(self, search: Search, context: Mapping[str, Any] | None = None) -> list[Row]:
        """The records that are found, in one call."""
        order = [list(part) for part in search.order]
        arguments = [list(search.domain), 0, search.limit, order, list(search.fields)]
        found = self.call(search.model, "search_read", *arguments, context=context, repeatable=True)
        return _checked(search.model, found)

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """What the user's preferences say of company, employee and language."""
        call = Call("model.res.user.get_preferences")
        told = self._made(call, [True, {}])
        if not isinstance(told, dict):
            raise unreadable(call, UnreadableAnswerError("it is no preferences"))
        return told

    @property
    def company(self) -> int:
        """The id of the company that we work in; raises PortError if the user has none."""
        company = self.context.get("company")
        if not isinstance(company, int):
            login = self.settings.login
            detail = f"{login} works in no company of Tryton: choose one in its preferences"
            raise RefusedCallerError(Failure.REJECTED, detail)
        return company

    @property
    def _made(self) -> Callable[[Call, list[Any]], Any]:
        return self._session.call


def _checked(model: str, found: Any) -> list[Row]:
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        why = UnreadableAnswerError("it is no list of records")
        raise unreadable(Call(f"model.{model}.search_read"), why)
    return found

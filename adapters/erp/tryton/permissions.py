"""What our user may do in Tryton, asked without doing it."""

from collections.abc import Collection, Mapping, Sequence

from adapters.erp.tryton.rpc import Rpc, Search
from adapters.http_client import RefusedCallerError
from adapters.ports import Failure

Access = Mapping[str, Mapping[str, bool]]
"""By model, then by ``read``, ``write``, ``create`` and ``delete``."""


def access_to(rpc: Rpc, models: Collection[str]) -> Access:
    """What our groups allow to do to these models; raises PortError."""
    found: Access = rpc.call("ir.model.access", "get_access", sorted(models), repeatable=True)
    return found


def buttons_denied(rpc: Rpc, model: str, buttons: Sequence[str]) -> list[str]:
    """Which of these buttons are for groups that we are not in; raises PortError."""
    domain = [("model", "=", model), ("name", "in", list(buttons))]
    ours = set(rpc.context.get("groups") or ())
    rows = rpc.rows(Search("ir.model.button", ["name", "groups"], domain))
    return [row["name"] for row in rows if row["groups"] and not ours & set(row["groups"])]


def check_may(rpc: Rpc, model: str, right: str) -> None:
    """Raise the RefusedCallerError of a user who may not ``create`` or ``write`` such records.

    Tryton says so of each record; it is the fault of none of them.
    """
    if not access_to(rpc, [model])[model][right]:
        detail = f"Tryton does not let {rpc.settings.login} {right} records of {model}"
        raise RefusedCallerError(Failure.REJECTED, detail)


def check_may_press(rpc: Rpc, model: str, button: str) -> None:
    """The same for a button that is for some groups; others are for all who may write."""
    if buttons_denied(rpc, model, [button]):
        detail = f"Tryton does not let {rpc.settings.login} press {button!r} on {model}"
        raise RefusedCallerError(Failure.REJECTED, detail)

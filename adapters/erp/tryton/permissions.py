"""What our user may do in Tryton, asked without doing it."""

from collections.abc import Collection, Mapping

from adapters.erp.tryton.faults import RefusedCallerError
from adapters.erp.tryton.rpc import Rpc
from adapters.ports import Failure

Access = Mapping[str, Mapping[str, bool]]
"""By model, then by ``read``, ``write``, ``create`` and ``delete``."""


def access_to(rpc: Rpc, models: Collection[str]) -> Access:
    """What our groups allow; raises PortError."""
    found: Access = rpc.call("ir.model.access", "get_access", sorted(models), repeatable=True)
    return found


def check_may_create(rpc: Rpc, model: str) -> None:
    """Raise the RefusedCallerError of a user who may not create such records.

    Tryton says so of each record; it is the fault of none of them.
    """
    if not access_to(rpc, [model])[model]["create"]:
        detail = f"Tryton does not let {rpc.settings.login} create records of {model}"
        raise RefusedCallerError(Failure.REJECTED, detail)

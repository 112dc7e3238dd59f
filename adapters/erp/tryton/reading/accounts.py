"""Parties as accounts: Tryton does not say of a party that it buys, so all may."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from adapters.erp.tryton.codes import code_of
from adapters.erp.tryton.reading.portions import Changes, Mapped
from adapters.erp.tryton.reading.records import by_id, without_gaps, written
from adapters.erp.tryton.reading.tracks import changed_at, own_tracks
from adapters.erp.tryton.rpc import Row, Rpc
from adapters.ports import IncomingKind

_MODEL = "party.party"
_FIELDS = ("code", "name", "active", "create_date", "write_date")


def accounts(rpc: Rpc) -> Changes:
    """Parties that changed; one that was deactivated is gone."""
    new, changed = own_tracks(_MODEL)
    return Changes(
        IncomingKind.ACCOUNTS, rpc, {"new": new, "changed": changed}, partial(_mapped, rpc)
    )


def _mapped(rpc: Rpc, _track: str, ids: Sequence[int]) -> Mapped:
    return Mapped([_row(row) for row in by_id(rpc, _MODEL, ids, _FIELDS).values()])


def _row(row: Row) -> dict[str, Any]:
    identity = {
        "account_id": code_of(row),
        "native_id": str(row["id"]),
        "changed_at": written(changed_at(row)),
    }
    if not row["active"]:
        return {**identity, "gone": True}
    return without_gaps({**identity, "name": row["name"]})

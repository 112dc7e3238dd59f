"""Why a document was refused in Tryton, as far as people there have said so."""

from collections.abc import Mapping, Sequence

from adapters.erp.tryton.notes import MODEL as NOTE
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.http_client import words


def why_refused(rpc: Rpc, model: str, rows: Sequence[Row]) -> Mapping[int, str]:
    """By id: who refused it, and the last note that people left on it.

    Of each, ``number``, ``state``, ``write_uid.rec_name`` and, where there is one,
    ``rejected_by.rec_name`` were read.
    """
    if not rows:
        return {}
    resources = [f"{model},{row['id']}" for row in rows]
    domain = [
        ("resource", "in", resources),
        ("create_uid.login", "!=", rpc.settings.login),
    ]
    notes = rpc.rows(Search(NOTE, ["resource", "message"], domain))
    said = {note["resource"]: note["message"] or "" for note in notes}
    return {row["id"]: _words(row, said.get(f"{model},{row['id']}", "")) for row in rows}


def _words(row: Row, said: str) -> str:
    rejecting = row.get("rejected_by.") or {}
    person = rejecting.get("rec_name") or (row["write_uid."] or {}).get("rec_name") or "Tryton"
    verb = "rejected" if row["state"] == "rejected" else "cancelled"
    done = f"{person} {verb} {row['number']} in Tryton"
    return words(f"{done}: {said}" if said else f"{done}.")

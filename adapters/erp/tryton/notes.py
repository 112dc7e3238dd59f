"""Notes of ours on records in Tryton: a title that we know them by, and a text for people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.erp.tryton.rpc import Row, Rpc, Search

MODEL = "ir.note"


@dataclass(frozen=True)
class Note:
    """A note on ``resource``, written as ``model,id``. One that stands there has an id.

    ``stamp`` is the version that was read, as Tryton compares it.
    """

    resource: str
    title: str
    text: str
    id: int | None = field(default=None, compare=False)
    stamp: str = field(default="", compare=False)

    @property
    def message(self) -> str:
        """The note as it is written: the title is its first line."""
        return f"{self.title}\n{self.text}"


class Notes:
    """The notes that we, by our log-in, have written."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def on(self, notes: Iterable[Note]) -> list[Note]:
        """What we have written on the records that ``notes`` are for, oldest first."""
        resources = sorted({note.resource for note in notes})
        if not resources:
            return []
        ours = [("resource", "in", resources), ("create_uid.login", "=", self._rpc.settings.login)]
        search = Search(MODEL, ["resource", "message", "_timestamp"], ours)
        return [_note(row) for row in self._rpc.rows(search)]

    def create(self, notes: Sequence[Note]) -> list[int]:
        """Write new notes, all of them or none; their ids."""
        values = [{"resource": note.resource, "message": note.message} for note in notes]
        made: list[int] = self._rpc.call(MODEL, "create", values)
        return made

    def rewrite(self, changes: Sequence[tuple[Note, Note]]) -> list[None]:
        """Write each second note over its first one, which stands there; all of them or none.

        Raises the PortError of a conflict where one was changed since it was read.
        """
        arguments: list[Any] = []
        stamps: dict[str, str] = {}
        for there, wanted in changes:
            arguments += [[there.id], {"message": wanted.message}]
            stamps[f"{MODEL},{there.id}"] = there.stamp
        self._rpc.call(MODEL, "write", *arguments, context={"_timestamp": stamps})
        return [None] * len(changes)


def _note(row: Row) -> Note:
    title, _, text = (row["message"] or "").partition("\n")
    return Note(row["resource"], title, text, row["id"], row["_timestamp"])

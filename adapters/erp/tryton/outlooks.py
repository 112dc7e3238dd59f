"""Tryton as the CRM that is told what its opportunities can count on.

The outlook of an opportunity is one note on it, of ours, written over with each news. The
opportunity itself stays as it is: it does not count as changed, so nothing is told back to us.
"""

from collections.abc import Mapping, Sequence

from adapters.canonical.outlook import SupplyOutlook
from adapters.erp.tryton.notes import Note, Notes
from adapters.erp.tryton.outlook_text import text_of, title_of, version_in
from adapters.erp.tryton.rpc import Rpc, Search
from adapters.erp.tryton.writing.narrowing import narrowed
from adapters.ports import Failure, PortError, WriteResult, Written
from adapters.repetition import failed

_OPPORTUNITY = "sale.opportunity"
_MOST_TRIES = 3


class Outlooks:
    """The CRM port of Tryton."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._notes = Notes(rpc)

    def write_outlooks(self, outlooks: Sequence[SupplyOutlook]) -> Sequence[Written]:
        """Write each over the one before it; an older one never over a newer one."""
        places = self._places([one.opportunity_id for one in outlooks])
        faults: dict[str, PortError] = {
            one.opportunity_id: _unknown(one)
            for one in outlooks
            if one.opportunity_id not in places
        }
        wanted = {_note(one, places): one for one in outlooks if one.opportunity_id not in faults}
        for _ in range(_MOST_TRIES):
            missed = self._write(list(wanted))
            definite = [(note, why) for note, why in missed if why.failure is Failure.REJECTED]
            faults |= {wanted[note].opportunity_id: why for note, why in definite}
            left = {note for note, why in missed if why.failure is Failure.CONFLICT}
            wanted = {note: one for note, one in wanted.items() if note in left}
        faults |= {one.opportunity_id: _restless() for one in wanted.values()}
        return [_answer(one, places, faults) for one in outlooks]

    def _write(self, wanted: Sequence[Note]) -> list[tuple[Note, PortError]]:
        """Write what is newer than what stands there; what was refused."""
        there = self._standing(wanted)
        new = [note for note in wanted if note.resource not in there]
        newer = [
            (there[note.resource], note)
            for note in wanted
            if note.resource in there and _version(there[note.resource]) < _version(note)
        ]
        rewritten = narrowed(newer, self._notes.rewrite).refused
        created = narrowed(new, self._notes.create).refused
        return [*created, *((note, why) for (_, note), why in rewritten)]

    def _standing(self, wanted: Sequence[Note]) -> Mapping[str, Note]:
        """Our outlook on each record, the newest if there are several."""
        outlooks = [note for note in self._notes.on(wanted) if version_in(note.title) is not None]
        return {note.resource: note for note in sorted(outlooks, key=_version)}

    def _places(self, numbers: Sequence[str]) -> Mapping[str, str]:
        """The records of these opportunities, as notes refer to them."""
        search = Search(_OPPORTUNITY, ["number"], [("number", "in", sorted(set(numbers)))])
        return {row["number"]: f"{_OPPORTUNITY},{row['id']}" for row in self._rpc.rows(search)}


def _note(outlook: SupplyOutlook, places: Mapping[str, str]) -> Note:
    return Note(places[outlook.opportunity_id], title_of(outlook), text_of(outlook))


def _version(note: Note) -> int:
    return version_in(note.title) or 0


def _answer(
    outlook: SupplyOutlook, places: Mapping[str, str], faults: Mapping[str, PortError]
) -> Written:
    key = outlook.opportunity_id
    if key in faults:
        return failed(key, faults[key])
    return Written(key, WriteResult.TAKEN, places[key])


def _unknown(outlook: SupplyOutlook) -> PortError:
    return PortError(Failure.REJECTED, f"Tryton has no opportunity {outlook.opportunity_id!r}.")


def _restless() -> PortError:
    return PortError(Failure.TEMPORARY, "The note keeps being changed in Tryton.")

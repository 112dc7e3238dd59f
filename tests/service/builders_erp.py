"""An ERP in memory that fails in every way that ERPs do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from adapters.canonical.proposal import MESSAGES, RequisitionProposal
from adapters.ports import Failure, FoundDocument, PortError, WriteResult, Written
from adapters.repetition import CREATING
from tests.service.builders_outside import DeathError
from tests.service.conftest import FakeClock

LATE = timedelta(minutes=10)
"""How long after a time-out a late commit comes."""


class Fault(StrEnum):
    """What happens to one proposal on its way into the ERP."""

    NONE = "none"
    REFUSED_CONNECTION = "refused connection"
    TOO_MANY = "429"
    SERVER_ERROR_BEFORE = "500 before the commit"
    SERVER_ERROR_AFTER = "500 after the commit"
    TIME_OUT_AFTER = "time-out after the commit"
    LATE_COMMIT = "time-out, and the commit comes late"
    HTML = "an HTML page with status 200"
    DEATH_BEFORE = "our process dies before the call"
    DEATH_AFTER = "our process dies after the commit"


_SURELY_NOT = {Fault.REFUSED_CONNECTION, Fault.TOO_MANY}
_COMMITTED = {
    Fault.NONE,
    Fault.SERVER_ERROR_AFTER,
    Fault.TIME_OUT_AFTER,
    Fault.HTML,
    Fault.DEATH_AFTER,
}


@dataclass
class FakeErp:
    """Keeps documents; nothing but a look-up tells it that one exists, unless it is ``unique``."""

    clock: FakeClock
    faults: Iterator[Fault] = field(default_factory=lambda: iter(()))
    unique: bool = False
    refusing: str = ""
    down: bool = False
    handing_over: bool = False
    unfinished: set[str] = field(default_factory=set)
    """References of documents that are made and not submitted."""
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    """What happens elsewhere while we look up, in turn."""
    documents: list[tuple[str, str, Decimal]] = field(default_factory=list)
    carried_out: list[tuple[str, str]] = field(default_factory=list)
    """Messages by kind and purchase line."""
    asked: list[RequisitionProposal] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    _late: list[tuple[datetime, RequisitionProposal]] = field(default_factory=list)

    def find(self, external_refs: Sequence[str]) -> Mapping[str, FoundDocument]:
        self._commit_late()
        if self.down:
            raise PortError(Failure.TEMPORARY, "connection refused")
        if self.meanwhile:
            self.meanwhile.pop(0)()
        self.looked_up += external_refs
        return {
            ref: FoundDocument(ref, native_id, quantity, unfinished=ref in self.unfinished)
            for ref, native_id, quantity in self.documents
            if ref in external_refs
        }

    def create(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        self._commit_late()
        if self.down:
            raise PortError(Failure.TEMPORARY, "connection refused")
        self.asked += proposals
        return [self._create(proposal) for proposal in proposals]

    def number_of(self, ref: str) -> int:
        """How many documents there are under a reference."""
        self._commit_late()
        return sum(known == ref for known, _, _ in self.documents)

    def _create(self, proposal: RequisitionProposal) -> Written:
        ref = proposal.external_ref
        fault = next(self.faults, Fault.NONE)
        if fault is Fault.DEATH_BEFORE:
            raise DeathError
        if self.refusing:
            return _failed(ref, Failure.REJECTED, self.refusing)
        if self.handing_over:
            return Written(ref, WriteResult.HANDED_OVER)
        if ref in self.unfinished:
            return self._finish(ref)
        if self.unique and self._has(ref) and fault not in _SURELY_NOT:
            return _failed(ref, Failure.CONFLICT, "409 the reference is taken")
        if fault in _COMMITTED:
            self._commit(proposal)
        if fault is Fault.LATE_COMMIT:
            self._late.append((self.clock.now + LATE, proposal))
        if fault is Fault.DEATH_AFTER:
            raise DeathError
        if fault is Fault.NONE:
            told = None if proposal.kind in MESSAGES else self.documents[-1][1]
            return Written(ref, WriteResult.TAKEN, native_id=told)
        failure = Failure.TEMPORARY if fault in _SURELY_NOT else Failure.AMBIGUOUS
        return _failed(ref, failure, fault.value)

    def void(self, ref: str) -> None:
        """Refuse after all what was made under a reference."""
        self.documents = [one for one in self.documents if one[0] != ref]

    def _commit(self, proposal: RequisitionProposal) -> None:
        ref = proposal.external_ref
        if proposal.kind in MESSAGES:
            self.carried_out.append((proposal.kind, proposal.purchase_line or ""))
            return
        if proposal.kind in CREATING:
            number = f"R-{len(self.documents) + 1}"
            self.documents.append((ref, number, proposal.quantity))
            return
        place = next(i for i, (known, _, _) in enumerate(self.documents) if known == ref)
        self.documents.append((ref, self.documents.pop(place)[1], proposal.quantity))

    def _finish(self, ref: str) -> Written:
        self.unfinished.remove(ref)
        number = next(number for known, number, _ in self.documents if known == ref)
        return Written(ref, WriteResult.TAKEN, native_id=number)

    def _commit_late(self) -> None:
        due = [late for late in self._late if late[0] <= self.clock.now]
        self._late = [late for late in self._late if late not in due]
        for _, proposal in due:
            if not (self.unique and self._has(proposal.external_ref)):
                self._commit(proposal)

    def _has(self, ref: str) -> bool:
        return any(known == ref for known, _, _ in self.documents)


def _failed(ref: str, failure: Failure, detail: str) -> Written:
    return Written(ref, WriteResult.FAILED, failure=failure, detail=detail)

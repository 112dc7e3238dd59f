"""Hand proposals to an ERP: look up, write down the intent, ask, record the answer.

In this order, whatever dies in between leaves a proposal that is looked up before it is asked
for again. No call is made within a transaction, and each answer is recorded in its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from adapters.canonical.proposal import ProposalKind
from adapters.ports import (
    ErpPort,
    Failure,
    FoundDocument,
    PortError,
    WriteResult,
    Written,
)
from service.context import ServiceContext
from service.database.retry import write_again
from service.http.problems import Problem
from service.proposals.claimable import claimable
from service.sync.back_off import wait_after
from service.sync.erp_answers import record_contradiction, record_no, record_yes
from service.sync.hand_offs import (
    PATIENCE,
    HandOff,
    Status,
    conclude,
    intend,
    keep_claims,
    on_the_way,
    put_back,
    take_on,
    take_up,
)
from service.sync.trouble import note_answers
from service.sync.visit import Visit

LARGEST_BATCH = 20
"""A round is kept short: the recompute waits for it."""

_ORDER = (
    ProposalKind.CANCEL,
    ProposalKind.CHANGE,
    ProposalKind.CANCEL_ORDER,
    ProposalKind.DEFER,
    ProposalKind.EXPEDITE,
    ProposalKind.TRANSFER,
    ProposalKind.REQUISITION,
)
"""What takes something back goes before what asks for more."""

_SILENT = PortError(Failure.AMBIGUOUS, "the system gave no answer to this one")


def hand_off(context: ServiceContext, visit: Visit) -> int:
    """Hand over one batch of proposals; returns how many were taken in hand."""
    erp = visit.system.erp
    if erp is None:
        return 0
    _claim(context, visit)
    limit = visit.batch(LARGEST_BATCH)
    in_hand = write_again(
        context.database, lambda session: take_up(session, visit.name, limit, context.clock())
    )
    if in_hand:
        _HandingOff(context, visit, erp).carry_out(in_hand)
    return len(in_hand)


def _claim(context: ServiceContext, visit: Visit) -> None:
    """Claim as many as there is room for; what is on the way goes first.

    What the system does not carry out is left to others. A look comes before each claim, so that
    no empty one is kept. Leases that have run out are ended by the worker's sweep.
    """
    now = context.clock()
    with context.database.read() as session:
        room = visit.batch(LARGEST_BATCH) - on_the_way(session, visit.name)
        offered = [
            kind
            for kind in _ORDER
            if kind in visit.system.capabilities.kinds
            and room > 0
            and session.execute(claimable(kind, visit.name, (), now).limit(1)).first()
        ]
    for kind in offered:
        if room > 0:
            room -= _claim_kind(context, visit, kind, room)


def _claim_kind(context: ServiceContext, visit: Visit, kind: ProposalKind, room: int) -> int:
    now = context.clock()
    return write_again(context.database, lambda session: take_on(session, visit, kind, room, now))


class _HandingOff:
    """One batch on its way to one ERP."""

    def __init__(self, context: ServiceContext, visit: Visit, erp: ErpPort) -> None:
        self._context = context
        self._visit = visit
        self._erp = erp

    def carry_out(self, in_hand: Sequence[HandOff]) -> None:
        """Look up what may exist, ask for the rest."""
        wanted = self._without_supplier_refused(in_hand)
        looked_up = [one for one in wanted if one.creates and self._must_look(one)]
        try:
            found = self._find(looked_up)
        except PortError as error:
            self._not_looked_up(wanted, error)
            return
        for one in wanted:
            if one.ref in found:
                self._found(one, found[one.ref])
        self._ask([one for one in wanted if one.ref not in found])

    def _must_look(self, one: HandOff) -> bool:
        return one.unclear or self._visit.searches_first

    def _without_supplier_refused(self, in_hand: Sequence[HandOff]) -> list[HandOff]:
        needed = self._visit.system.capabilities.requires_supplier
        lacking = [
            one
            for one in in_hand
            if needed
            and one.proposal.kind is ProposalKind.REQUISITION
            and one.proposal.supplier_id is None
        ]
        for one in lacking:
            self._no(one, "This system needs a supplier.")
        return [one for one in in_hand if one not in lacking]

    def _find(self, hand_offs: Sequence[HandOff]) -> Mapping[str, FoundDocument]:
        """What is there already.

        What is there but unfinished is asked for again, and so is an offer that comes after the
        refused one that still lies in a folder.
        """
        if not hand_offs:
            return {}
        found = self._erp.find([one.ref for one in hand_offs])
        proposals = {one.ref: one.proposal for one in hand_offs}
        return {ref: there for ref, there in found.items() if there.answers(proposals[ref])}

    def _found(self, one: HandOff, document: FoundDocument) -> None:
        if document.handed_over:
            self._handed_over(one)
            return
        written = Written(
            one.ref,
            WriteResult.TAKEN,
            native_id=document.native_id,
            accepted_quantity=document.quantity,
            expected_date=document.expected_date,
        )
        self._yes(one, written)

    def _not_looked_up(self, hand_offs: Sequence[HandOff], error: PortError) -> None:
        """Nothing was asked for: each is what it was before."""
        failed = Written(
            "",
            WriteResult.FAILED,
            failure=Failure.TEMPORARY,
            detail=error.detail,
            retry_after=error.retry_after,
        )
        for one in hand_offs:
            self._put_back(one, Status.UNCLEAR if one.unclear else Status.WAITING, failed)
        self._note([failed])

    def _ask(self, wanted: Sequence[HandOff]) -> None:
        context, visit = self._context, self._visit
        asked = write_again(
            context.database, lambda session: intend(session, visit, wanted, context.clock())
        )
        if not asked:
            return
        answers = self._create(asked)
        for one in asked:
            self._settle(one, answers[one.ref])
        self._note(list(answers.values()))

    def _create(self, asked: Sequence[HandOff]) -> dict[str, Written]:
        """One answer each, whatever becomes of the call."""
        try:
            proposals = [one.proposal for one in asked]
            written = {one.key: one for one in self._erp.create(proposals)}
        except PortError as error:
            return {one.ref: _failed(one, error) for one in asked}
        return {one.ref: written.get(one.ref) or _failed(one, _SILENT) for one in asked}

    def _settle(self, one: HandOff, answer: Written) -> None:
        if answer.result is WriteResult.TAKEN:
            self._yes(one, answer)
        elif answer.result is WriteResult.HANDED_OVER:
            self._handed_over(one)
        elif self._is_no(one, answer):
            self._no(one, answer.detail)
        elif answer.failure is Failure.TEMPORARY:
            self._put_back(one, Status.WAITING, answer)
        else:
            self._put_back(one, Status.UNCLEAR, answer)

    def _yes(self, one: HandOff, answer: Written) -> None:
        self._record(
            one, lambda session, now: record_yes(session, self._visit.name, one, answer, now)
        )

    def _no(self, one: HandOff, why: str) -> None:
        self._record(one, lambda session, now: record_no(session, self._visit.name, one, why, now))

    def _record(self, one: HandOff, record: Callable[[Session, datetime], None]) -> None:
        """In a transaction of its own: an answer that does not fit spoils no other."""
        now = self._context.clock()
        try:
            write_again(self._context.database, lambda session: record(session, now))
        except Problem as problem:
            with self._context.database.write() as session:
                record_contradiction(session, self._visit.name, one, problem, now)

    @staticmethod
    def _is_no(one: HandOff, answer: Written) -> bool:
        """A conflict about a document to be made says that there is one: it is looked up."""
        no = {Failure.REJECTED} if one.creates else {Failure.REJECTED, Failure.CONFLICT}
        return answer.failure in no

    def _handed_over(self, one: HandOff) -> None:
        hours = timedelta(hours=self._visit.connection.answer_within_hours)
        with self._context.database.write() as session:
            keep_claims(session, self._visit.name, [one], hours, self._context.clock())
            conclude(session, one, Status.HANDED_OVER)

    def _put_back(self, one: HandOff, status: Status, answer: Written) -> None:
        """Not before the hold is over where it may yet be carried out."""
        now = self._context.clock()
        wait = wait_after(one.attempts + 1, answer.retry_after)
        if answer.failure is Failure.AMBIGUOUS:
            wait = max(wait, self._visit.hold)
        failure = answer.failure or Failure.AMBIGUOUS
        with self._context.database.write() as session:
            put_back(session, one, status, (failure, answer.detail), now + wait)
            keep_claims(
                session, self._visit.name, [one], wait + 2 * PATIENCE + self._visit.hold, now
            )

    def _note(self, answers: Sequence[Written]) -> None:
        with self._context.database.write() as session:
            note_answers(session, self._visit.name, answers, self._context.clock())


def _failed(one: HandOff, error: PortError) -> Written:
    """A call as a whole failed; where it was refused, no proposal can be blamed."""
    refused = error.failure is Failure.REJECTED
    return Written(
        one.ref,
        WriteResult.FAILED,
        failure=Failure.TEMPORARY if refused else error.failure,
        detail=error.detail,
        retry_after=error.retry_after,
    )

"""Proposals as requisitions of an ERP, each created once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from adapters.canonical.proposal import RequisitionProposal
from adapters.http_client import words
from adapters.http_json.answers import (
    BatchAnswer,
    BatchEntry,
    DocumentAnswer,
    FoundAnswer,
    ToldT,
    UnreadableAnswerError,
    document,
    read_answer,
)
from adapters.http_json.caller import Caller
from adapters.http_json.calls import Answer, Call, below, json_bytes
from adapters.http_json.faults import status_fault, unreadable
from adapters.http_json.in_turn import in_groups
from adapters.ports import Failure, FoundDocument, Idempotency, PortError, WriteResult, Written
from adapters.repetition import CREATING, failed, request_key


class Requisitions:
    """An ERP behind HTTP. A request that came to no clear answer is ambiguous."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._settings = caller.settings

    def create(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        """POST the proposals, so many per call as the settings say."""
        size = self._settings.proposals_per_call
        write = self._create_one if size == 1 else self._create_several
        answers = in_groups(proposals, size, lambda one: one.external_ref, write)
        return [self._or_existing(*pair) for pair in zip(proposals, answers, strict=True)]

    def find(self, external_refs: Sequence[str]) -> Mapping[str, FoundDocument]:
        """GET each reference; only a 404 in JSON says that there is no document."""
        found = (self._found(reference) for reference in external_refs)
        return {one.external_ref: one for one in found if one}

    def _create_one(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        [proposal] = proposals
        body = proposal.model_dump_json().encode("utf-8")
        call, answer = self._post(self._settings.paths.requisitions, body, request_key(proposal))
        told = _read(call, answer, DocumentAnswer)
        return [_written(call, answer, proposal.external_ref, told)]

    def _create_several(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        documents = [proposal.model_dump(mode="json") for proposal in proposals]
        key = _digest(request_key(proposal) for proposal in proposals)
        path = self._settings.paths.requisition_batches
        call, answer = self._post(path, json_bytes({"proposals": documents}), key)
        entries = _read(call, answer, BatchAnswer).results
        if len(entries) != len(proposals):
            why = f"it has {len(entries)} results for {len(proposals)} proposals"
            raise unreadable(call, UnreadableAnswerError(why))
        return [
            _entry(call, answer, proposal.external_ref, entry)
            for proposal, entry in zip(proposals, entries, strict=True)
        ]

    def _post(self, path: str, body: bytes, key: str) -> tuple[Call, Answer]:
        url = below(self._settings.base_url, path)
        headers = {**self._caller.authorised(), "idempotency-key": key}
        call = Call("POST", url, body, headers, repeatable=False)
        return call, self._caller.succeed(call)

    def _or_existing(self, proposal: RequisitionProposal, answer: Written) -> Written:
        """The document that a system with unique references refused to make twice."""
        creates = proposal.kind in CREATING
        unique = self._settings.idempotency is Idempotency.UNIQUE
        if answer.failure is not Failure.CONFLICT or not (creates and unique):
            return answer
        try:
            there = self._found(proposal.external_ref)
        except PortError as fault:
            return failed(answer.key, fault)
        if there is None:
            return answer
        return Written(
            answer.key,
            WriteResult.TAKEN,
            there.native_id,
            accepted_quantity=there.quantity,
            expected_date=there.expected_date,
        )

    def _found(self, reference: str) -> FoundDocument | None:
        url = below(self._settings.base_url, self._settings.paths.requisition, id=reference)
        call = Call("GET", url, headers=self._caller.authorised())
        answer = self._caller.ask(call)
        if answer.status == HTTPStatus.NOT_FOUND:
            _check_json(call, answer)
            return None
        fault = status_fault(call, answer, self._caller.now)
        if fault:
            raise fault
        told = _read(call, answer, FoundAnswer)
        _check_reference(call, reference, told.external_ref)
        return FoundDocument(reference, told.native_id, told.quantity, told.expected_date)


def _read(call: Call, answer: Answer, model: type[ToldT]) -> ToldT:
    try:
        return read_answer(model, answer.body)
    except UnreadableAnswerError as why:
        raise unreadable(call, why) from why


def _check_json(call: Call, answer: Answer) -> None:
    """A 404 of a proxy or a wrong address is a page, and says nothing about the document."""
    try:
        document(answer.body)
    except UnreadableAnswerError as why:
        raise unreadable(call, why) from why


def _check_reference(call: Call, asked: str, told: str) -> None:
    if told != asked:
        raise unreadable(call, UnreadableAnswerError(f"it is about {told!r}, not about {asked!r}"))


def _entry(call: Call, answer: Answer, reference: str, entry: BatchEntry) -> Written:
    _check_reference(call, reference, entry.external_ref)
    if entry.failure:
        return failed(reference, PortError(entry.failure, words(entry.detail)))
    return _written(call, answer, reference, entry)


def _written(call: Call, answer: Answer, reference: str, told: DocumentAnswer) -> Written:
    _check_reference(call, reference, told.external_ref)
    accepted_only = answer.status == HTTPStatus.ACCEPTED
    if told.native_id is None and not accepted_only:
        raise unreadable(call, UnreadableAnswerError("it names no native_id"))
    return Written(
        reference,
        WriteResult.HANDED_OVER if accepted_only else WriteResult.TAKEN,
        told.native_id,
        accepted_quantity=told.accepted_quantity,
        expected_date=told.expected_date,
    )


def _digest(keys: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode("utf-8")).hexdigest()

"""One suite that every adapter inherits.

A new adapter joins in three steps: write a ``Counterpart`` for its system; write a class that
begins with ``Test``, inherits the contracts of the ports that it serves (``PortContract`` is all
of them) and has a fixture ``other`` that gives the counterpart; run. For example::

    class TestTryton(SourceContract, ErpContract):
        @pytest.fixture
        def other(self, tryton: Server) -> Counterpart:
            return TrytonCounterpart(tryton)
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.canonical.proposal import ProposalKind, RequisitionProposal
from adapters.ports import (
    CrmPort,
    ErpPort,
    EventPort,
    Failure,
    Idempotency,
    PlanningPort,
    PortError,
    WriteResult,
)
from tests.adapters.builders_canonical import bucket, cleared, event, forecast, outlook, proposal
from tests.adapters.counterpart import Counterpart
from tests.adapters.source_contract import Opened, SourceContract


class ErpContract(Opened):
    """How documents are created, once."""

    @pytest.fixture
    def erp(self, system: Any) -> ErpPort:
        erp: ErpPort = system.erp
        return erp

    def test_a_document_is_found_under_its_reference(
        self, other: Counterpart, erp: ErpPort
    ) -> None:
        [written] = erp.create([proposal("PL-1")])
        assert (written.key, written.result) in {
            ("PL-1", WriteResult.TAKEN),
            ("PL-1", WriteResult.HANDED_OVER),
        }
        assert set(erp.find(["PL-1", "PL-2"])) == {"PL-1"}
        assert erp.find(["PL-1"])["PL-1"].native_id
        assert other.documents() == {"PL-1": [Decimal("120.5")]}

    def test_what_was_never_created_is_not_found(self, erp: ErpPort) -> None:
        assert erp.find(["PL-1"]) == {}

    def test_a_document_created_twice_under_one_reference_exists_once(
        self, other: Counterpart, system: Any, erp: ErpPort
    ) -> None:
        for _ in range(2):
            _create_as_the_capability_asks(system, [proposal("PL-1")])
        assert {key: len(found) for key, found in other.documents().items()} == {"PL-1": 1}
        assert set(erp.find(["PL-1"])) == {"PL-1"}

    def test_a_later_revision_makes_no_second_document(
        self, other: Counterpart, system: Any
    ) -> None:
        _create_as_the_capability_asks(system, [proposal("PL-1")])
        revised = proposal("PL-1", revision=2, quantity=Decimal(130))
        _create_as_the_capability_asks(system, [revised])
        assert len(other.documents()["PL-1"]) == 1

    def test_documents_written_together_again_in_another_grouping_exist_once(
        self, other: Counterpart, system: Any
    ) -> None:
        _create_as_the_capability_asks(system, [proposal("PL-1"), proposal("PL-2")])
        _create_as_the_capability_asks(system, [proposal("PL-2"), proposal("PL-3")])
        found = {key: len(documents) for key, documents in other.documents().items()}
        assert found == {"PL-1": 1, "PL-2": 1, "PL-3": 1}

    def test_each_of_several_is_answered_by_its_reference(self, erp: ErpPort) -> None:
        answers = erp.create([proposal(f"PL-{number}") for number in range(1, 6)])
        assert [answer.key for answer in answers] == [f"PL-{number}" for number in range(1, 6)]
        assert {answer.failure for answer in answers} == {None}

    def test_every_kind_of_proposal_is_carried_out_under_its_reference(
        self, other: Counterpart, system: Any, erp: ErpPort
    ) -> None:
        asked = (
            [proposal("PL-1"), _transfer("PL-2")],
            [_change("PL-1")],
            [_message("PL-3", ProposalKind.EXPEDITE)],
            [proposal("PL-1", kind=ProposalKind.CANCEL, revision=3)],
        )
        kinds = system.capabilities.kinds
        able = [[one for one in together if one.kind in kinds] for together in asked]
        for together in filter(None, able):
            erp.create(together)
        assert other.requests() == [
            (str(one.kind), one.external_ref) for together in able for one in together
        ]

    def test_a_change_sent_again_is_carried_out_once(
        self, other: Counterpart, erp: ErpPort
    ) -> None:
        erp.create([proposal("PL-1")])
        for _ in range(2):
            erp.create([_change("PL-1")])
        assert other.requests() == [("requisition", "PL-1"), ("change", "PL-1")]

    def test_a_fault_says_what_it_means(self, other: Counterpart, erp: ErpPort) -> None:
        for number, failure in enumerate(other.provokes):
            with other.failing(failure):
                shown = _failure(erp, proposal(f"PL-{number}"))
            assert shown is failure

    def test_what_failed_for_a_while_was_not_carried_out_and_can_be_sent_again(
        self, other: Counterpart, erp: ErpPort
    ) -> None:
        with other.failing(Failure.TEMPORARY):
            assert _failure(erp, proposal("PL-1")) is Failure.TEMPORARY
        assert other.documents() == {}
        erp.create([proposal("PL-1")])
        assert set(other.documents()) == {"PL-1"}


class EventContract(Opened):
    """How events are told."""

    @pytest.fixture
    def events(self, system: Any) -> EventPort:
        events: EventPort = system.events
        return events

    def test_events_are_heard_in_order_with_their_bodies(
        self, other: Counterpart, events: EventPort
    ) -> None:
        told = [event("evt-1"), event("evt-2", type="proposal.approved")]
        answers = events.deliver_events(told)
        assert [answer.key for answer in answers] == ["evt-1", "evt-2"]
        assert {answer.failure for answer in answers} == {None}
        assert other.heard() == [(one.event_id, one.type, one.body) for one in told]

    def test_an_event_keeps_its_id_at_every_try(
        self, other: Counterpart, events: EventPort
    ) -> None:
        for _ in range(2):
            events.deliver_events([event("evt-1")])
        assert {heard[0] for heard in other.heard()} == {"evt-1"}


class CrmContract(Opened):
    """How outlooks are told."""

    @pytest.fixture
    def crm(self, system: Any) -> CrmPort:
        crm: CrmPort = system.crm
        return crm

    def test_a_later_outlook_takes_the_place_of_an_earlier_one(
        self, other: Counterpart, crm: CrmPort
    ) -> None:
        crm.write_outlooks([outlook("OPP-7", version=1), outlook("OPP 8/ä", version=4)])
        [answer] = crm.write_outlooks([outlook("OPP-7", version=2)])
        assert (answer.key, answer.failure) == ("OPP-7", None)
        assert other.outlooks() == {"OPP-7": (2, Decimal(100)), "OPP 8/ä": (4, Decimal(100))}

    def test_an_outlook_told_twice_does_no_harm(self, other: Counterpart, crm: CrmPort) -> None:
        for _ in range(2):
            assert crm.write_outlooks([outlook("OPP-7")])[0].failure is None
        assert other.outlooks() == {"OPP-7": (1, Decimal(100))}


class PlanningContract(Opened):
    """How forecasts are told."""

    @pytest.fixture
    def planning(self, system: Any) -> PlanningPort:
        planning: PlanningPort = system.planning
        return planning

    def test_a_forecast_replaces_what_was_told_within_its_range_and_nothing_else(
        self, other: Counterpart, planning: PlanningPort
    ) -> None:
        weeks = [
            (date(2026, 1, 5), date(2026, 1, 11)),
            (date(2026, 1, 12), date(2026, 1, 18)),
            (date(2026, 1, 19), date(2026, 1, 25)),
        ]
        answer = planning.write_forecast(
            forecast("pub-1", 1, *(bucket(*week, "10.5") for week in weeks))
        )
        assert (answer.key, answer.failure) == ("pub-1", None)
        planning.write_forecast(forecast("pub-2", 2, bucket(*weeks[1], "20")))
        assert other.forecast()["BOLT-8", "BERLIN"] == {
            weeks[0][0]: Decimal("10.5"),
            weeks[1][0]: Decimal(20),
            weeks[2][0]: Decimal("10.5"),
        }

    def test_a_range_without_demand_is_cleared(
        self, other: Counterpart, planning: PlanningPort
    ) -> None:
        week = date(2026, 1, 5), date(2026, 1, 11)
        planning.write_forecast(forecast("pub-1", 1, bucket(*week, "10")))
        planning.write_forecast(cleared("pub-2", 2, *week))
        assert other.forecast()["BOLT-8", "BERLIN"] == {}


class PortContract(SourceContract, ErpContract, EventContract, CrmContract, PlanningContract):
    """All of it."""


def _failure(erp: ErpPort, wanted: RequisitionProposal) -> Failure | None:
    """What went wrong, be it told for the call or for its one document."""
    try:
        [written] = erp.create([wanted])
    except PortError as fault:
        return fault.failure
    return written.failure


def _create_as_the_capability_asks(system: Any, proposals: Sequence[RequisitionProposal]) -> None:
    """Create, but look first where the system does nothing against duplicates itself."""
    wanted = list(proposals)
    if system.capabilities.idempotency is Idempotency.SEARCH_FIRST:
        there = system.erp.find([one.external_ref for one in wanted])
        wanted = [one for one in wanted if one.external_ref not in there]
    for written in system.erp.create(wanted) if wanted else ():
        assert written.failure is None, written


def _transfer(reference: str) -> RequisitionProposal:
    return proposal(
        reference, kind=ProposalKind.TRANSFER, supplier_id=None, from_location_id="HAMBURG"
    )


def _change(reference: str) -> RequisitionProposal:
    """Another quantity: a system that holds what is asked for has nothing to carry out."""
    return proposal(reference, kind=ProposalKind.CHANGE, revision=2, quantity=Decimal(130))


def _message(reference: str, kind: ProposalKind) -> RequisitionProposal:
    return proposal(reference, kind=kind, purchase_line="PO-77/3")

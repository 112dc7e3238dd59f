"""Many proposals at once: few calls, and one bad one spoils no other."""

from decimal import Decimal

import pytest

from adapters.canonical.proposal import ProposalKind
from adapters.ports import Failure, WriteResult
from tests.adapters.builders_canonical import proposal
from tests.tryton.writing.counterpart import REQUISITION, TrytonCounterpart

pytestmark = pytest.mark.tryton

TOO_FINE = Decimal("1.005")
"""Each is counted in hundredths."""


def test_two_hundred_requisitions_are_made_by_one_call_and_submitted_by_another(
    other: TrytonCounterpart,
) -> None:
    erp = other.erp()
    answers = erp.create([proposal(f"PL-{number}") for number in range(200)])
    assert {answer.result for answer in answers} == {WriteResult.TAKEN}
    assert len(other.documents()) == 200
    assert other.relay.calls.count(f"model.{REQUISITION}.create") == 1
    assert other.relay.calls.count(f"model.{REQUISITION}.wait") == 1


def test_of_a_refused_batch_only_the_guilty_are_refused_in_trytons_words(
    other: TrytonCounterpart,
) -> None:
    erp = other.erp()
    wanted = [proposal(f"PL-{number}") for number in range(20)]
    for guilty in (3, 16):
        wanted[guilty] = proposal(f"PL-{guilty}", quantity=TOO_FINE)
    answers = erp.create(wanted)
    refused = {answer.key: answer for answer in answers if answer.failure}
    assert set(refused) == {"PL-3", "PL-16"}
    assert {answer.failure for answer in refused.values()} == {Failure.REJECTED}
    assert 'field "Quantity"' in refused["PL-3"].detail
    assert set(other.documents()) == {one.external_ref for one in wanted} - {"PL-3", "PL-16"}


@pytest.mark.parametrize(
    ("different", "words"),
    [
        ({"item_id": "BOLT-7"}, "Tryton has no product 'BOLT-7'."),
        ({"location_id": "BREMEN"}, "Tryton has no warehouse 'BREMEN'."),
        ({"supplier_id": "EMCA"}, "Tryton has no party 'EMCA'."),
        ({"unit": "BOX"}, "BOLT-8 is counted in EA in Tryton, and PL-1 in BOX."),
        (
            {"kind": ProposalKind.TRANSFER, "from_location_id": "BREMEN"},
            "Tryton has no warehouse 'BREMEN'.",
        ),
    ],
)
def test_what_tryton_does_not_know_is_named(
    other: TrytonCounterpart, different: dict[str, str], words: str
) -> None:
    erp = other.erp()
    refused, taken = erp.create([proposal("PL-1", **different), proposal("PL-2")])
    assert (refused.failure, refused.detail) == (Failure.REJECTED, words)
    assert taken.failure is None
    assert set(other.documents()) == {"PL-2"}


def test_requisitions_transfers_changes_and_messages_go_in_one_batch(
    other: TrytonCounterpart,
) -> None:
    erp = other.erp()
    erp.create([proposal("PL-1"), proposal("PL-2")])
    answers = erp.create(
        [
            proposal("PL-3", kind=ProposalKind.TRANSFER, from_location_id="HAMBURG"),
            proposal("PL-1", kind=ProposalKind.CANCEL, revision=2),
            proposal("PL-4"),
            proposal("PL-5", kind=ProposalKind.DEFER, purchase_line="PO-77/3"),
            proposal("PL-2", kind=ProposalKind.CHANGE, revision=2, quantity=Decimal(80)),
            proposal("PL-6", kind=ProposalKind.EXPEDITE, purchase_line="PO-77/987654"),
        ]
    )
    assert [answer.key for answer in answers] == ["PL-3", "PL-1", "PL-4", "PL-5", "PL-2", "PL-6"]
    accepted = [answer.accepted_quantity for answer in answers]
    assert accepted == [Decimal("120.5"), 0, Decimal("120.5"), None, 80, None]
    assert answers[-1].detail == "Tryton has no order line 'PO-77/987654'."

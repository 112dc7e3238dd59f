"""What Tryton does not allow comes back in its words; what changes meanwhile is tried again."""

from decimal import Decimal

import pytest

from adapters.canonical.proposal import ProposalKind
from adapters.http_client import RefusedCallerError
from adapters.ports import Failure, WriteResult
from tests.adapters.builders_canonical import proposal
from tests.tryton.seeded import APPROVING_SERVICE, PURCHASER
from tests.tryton.writing.buying import REQUISITION, buy, requisition
from tests.tryton.writing.counterpart import SHIPMENT, TrytonCounterpart

pytestmark = pytest.mark.tryton

CHANGE = proposal("PL-1", kind=ProposalKind.CHANGE, revision=2, quantity=Decimal(80))
CANCEL = proposal("PL-1", kind=ProposalKind.CANCEL, revision=3)


def state(other: TrytonCounterpart, model: str, number: str) -> str:
    [found] = other.administrator.find(model, [["number", "=", number]], "state")
    return str(found["state"])


def test_a_change_is_made_on_fresh_data_where_somebody_was_faster(
    other: TrytonCounterpart,
) -> None:
    erp = other.erp()
    erp.create([proposal("PL-1")])
    person = other.person(PURCHASER)

    def add_a_word() -> None:
        found = requisition(person, "PL-1")
        person.write(REQUISITION, [found], description="Seen by Paula")

    other.relay.before[f"model.{REQUISITION}.draft"] = add_a_word
    other.relay.before[f"model.{REQUISITION}.wait"] = add_a_word
    [changed] = erp.create([CHANGE])
    assert (changed.failure, changed.accepted_quantity) == (None, Decimal(80))
    assert other.relay.calls.count(f"model.{REQUISITION}.draft") == 2
    assert state(other, REQUISITION, "PL-1") == "waiting"


def test_a_change_that_died_half_way_is_finished(other: TrytonCounterpart) -> None:
    other.erp().create([proposal("PL-1")])
    other.relay.swallows = {f"model.{REQUISITION}.draft"}
    [lost] = other.erp().create([CHANGE])
    assert lost.failure is Failure.AMBIGUOUS
    other.relay.swallows = set()
    [changed] = other.erp().create([CHANGE])
    assert changed.accepted_quantity == 80
    assert state(other, REQUISITION, "PL-1") == "waiting"


def test_what_tryton_has_made_a_request_of_is_changed_there(other: TrytonCounterpart) -> None:
    erp = other.erp()
    erp.create([proposal("PL-1")])
    buy(other.person(PURCHASER), "PL-1")
    for wanted, verb in ((CHANGE, "Change"), (CANCEL, "Cancel")):
        [refused] = erp.create([wanted])
        assert refused.failure is Failure.REJECTED
        assert refused.detail == f"PL-1 is done in Tryton already. {verb} it there."


def test_what_people_gave_more_lines_is_changed_there(other: TrytonCounterpart) -> None:
    other.erp().create([proposal("PL-1")])
    person = other.person(PURCHASER)
    found = requisition(person, "PL-1")
    [line] = person.find("purchase.requisition.line", [["requisition", "=", found]], "id")
    person.call("purchase.requisition.line", "copy", [line["id"]], {})
    [refused] = other.erp().create([CHANGE])
    assert refused.detail == "PL-1 was changed in Tryton: it has 2 lines. Change it there."


def test_a_transfer_is_changed_and_cancelled_until_its_goods_are_assigned(
    other: TrytonCounterpart,
) -> None:
    erp = other.erp(APPROVING_SERVICE, approve=True)
    wanted = {"kind": ProposalKind.TRANSFER, "from_location_id": "HAMBURG", "supplier_id": None}
    erp.create([proposal("PL-1", **wanted), proposal("PL-2", **wanted)])
    assert erp.create([CHANGE])[0].accepted_quantity == 80
    assert erp.create([CANCEL])[0].accepted_quantity == 0
    assert state(other, SHIPMENT, "PL-1") == "cancelled"
    person = other.person(PURCHASER)
    [found] = person.find(SHIPMENT, [["number", "=", "PL-2"]], "id")
    person.press(SHIPMENT, [found["id"]], "assign_force")
    [refused] = erp.create([CANCEL.model_copy(update={"external_ref": "PL-2"})])
    assert refused.detail == "PL-2 is assigned in Tryton already. Cancel it there."


def test_a_cancellation_sent_again_is_still_one(other: TrytonCounterpart) -> None:
    erp = other.erp()
    erp.create([proposal("PL-1")])
    for _ in range(2):
        [cancelled] = erp.create([CANCEL])
        assert (cancelled.result, cancelled.accepted_quantity) == (WriteResult.TAKEN, Decimal(0))


def test_there_must_be_something_to_change(other: TrytonCounterpart) -> None:
    [refused] = other.erp().create([CHANGE])
    assert (refused.failure, refused.detail) == (
        Failure.REJECTED,
        "Tryton has no document PL-1.",
    )


def test_where_we_may_not_approve_no_proposal_is_blamed(other: TrytonCounterpart) -> None:
    with pytest.raises(RefusedCallerError, match="does not let pegline press 'approve'"):
        other.erp(approve=True).create([proposal("PL-1")])
    assert state(other, REQUISITION, "PL-1") == "waiting"


def test_a_message_about_what_is_over_is_refused(other: TrytonCounterpart) -> None:
    message = proposal("PL-3", kind=ProposalKind.EXPEDITE, purchase_line="PO-77/3")
    [line] = other.administrator.find("purchase.line", [["id", "=", 3]], "purchase.state")
    order = line["purchase."]
    other.administrator.press("purchase.purchase", [order["id"]], "cancel")
    [refused] = other.erp().create([message])
    other.administrator.press("purchase.purchase", [order["id"]], "draft")
    assert refused.failure is Failure.REJECTED
    assert refused.detail.endswith("is cancelled in Tryton already.")

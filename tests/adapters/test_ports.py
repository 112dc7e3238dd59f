import pytest
from pydantic import ValidationError

from adapters.canonical.identity import SourceRef
from adapters.canonical.proposal import ProposalKind
from adapters.canonical.supply import OrderPoint
from adapters.files.columns import cell_types
from adapters.ports import Capabilities, FoundDocument, Idempotency, IncomingBatch, IncomingKind
from tests.adapters.builders_canonical import proposal


def test_a_document_that_is_there_answers_a_proposal_unless_it_is_unfinished() -> None:
    assert FoundDocument("PL-1", "REQ-1").answers(proposal("PL-1"))
    assert not FoundDocument("PL-1", "REQ-1", unfinished=True).answers(proposal("PL-1"))


def test_an_older_offer_that_lies_in_a_folder_answers_no_later_one() -> None:
    lying = FoundDocument("PL-1", "proposals-7", handed_over=True, offer=1)
    assert [lying.answers(proposal("PL-1", offer=offer)) for offer in (1, 2)] == [True, False]


def test_a_system_carries_out_every_kind_and_tells_no_whole_opportunity_unless_it_says_so() -> None:
    assert Capabilities(Idempotency.UNIQUE).kinds == set(ProposalKind)
    assert IncomingBatch("b", IncomingKind.DEMAND_SIGNALS, []).whole_opportunities == frozenset()


@pytest.mark.parametrize("kind", IncomingKind)
def test_the_columns_of_every_kind_have_their_types(kind: IncomingKind) -> None:
    assert "gone" in cell_types(kind)


@pytest.mark.parametrize(("target", "maximum"), [("10", "300"), ("100", "90")])
def test_an_order_point_rises_from_its_minimum_over_its_target_to_its_maximum(
    target: str, maximum: str
) -> None:
    told = {"item_id": "A", "location_id": "DC", "minimum_quantity": "20"}
    source = SourceRef(system="erp", native_id="7")
    right = OrderPoint.model_validate({**told, "source": source, "target_quantity": "100"})
    assert right.maximum_quantity is None
    wrong = {**told, "target_quantity": target, "maximum_quantity": maximum, "source": source}
    with pytest.raises(ValidationError, match="of an order point"):
        OrderPoint.model_validate(wrong)

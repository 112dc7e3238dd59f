import pytest

from adapters.canonical.proposal import ProposalKind
from adapters.repetition import offer_of, request_key
from tests.adapters.builders_canonical import proposal


def test_a_document_is_one_request_in_every_revision_and_another_after_a_refusal() -> None:
    first = proposal("PL-1")
    assert request_key(first) == request_key(proposal("PL-1", revision=2)) == "PL-1"
    assert request_key(proposal("PL-1", offer=2)) == "PL-1#2"


def test_a_message_that_was_refused_can_be_said_again_as_it_was() -> None:
    said = proposal("PL-1", kind=ProposalKind.CHANGE, revision=3)
    assert request_key(said) != request_key(said.model_copy(update={"offer": 2}))


@pytest.mark.parametrize(("key", "told"), [("PL-1", ("PL-1", 1)), ("PL-1#12", ("PL-1", 12))])
def test_a_key_tells_which_offer_it_was(key: str, told: tuple[str, int]) -> None:
    assert offer_of(key) == told

"""Codes and stored sentences as planners read them."""

import pytest

from service.web.wording import ago, found_by, told, words


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Usual demand until 2011-09-12", "Usual demand until 12 Sep 2011"),
        (
            "Kept for its own order-up-to level 275.897574",
            "Kept for its own order-up-to level 275.9",
        ),
        ("recommended, outcome review", "recommended: needs review"),
        ("PO-2011-09-12 and 2011-13-40 are no days", "PO-2011-09-12 and 2011-13-40 are no days"),
        ("costs 2.10 a piece", "costs 2.10 a piece"),
    ],
)
def test_days_and_long_numbers_of_a_sentence_are_written_as_on_the_rest_of_the_page(
    stored: str, read: str
) -> None:
    assert told(stored) == read


def test_codes_become_words() -> None:
    assert words("demand-signal.accepted") == "Demand signal accepted"
    assert words("requisition") == "Purchase"
    assert found_by("line") == "named on the line"
    assert (ago("0 min"), ago("3 days")) == ("just now", "3 days ago")

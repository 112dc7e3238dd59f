"""The supply outlook in words: first line for us, the rest for people."""

from decimal import Decimal

from adapters.erp.tryton.outlook_text import text_of, title_of, version_in
from tests.adapters.builders_canonical import outlook


def test_the_first_line_says_which_version_it_is() -> None:
    assert version_in(title_of(outlook(version=12))) == 12


def test_other_notes_are_no_outlooks() -> None:
    for title in ("Call them on Monday", "", "Pegline supply outlook, version two"):
        assert version_in(title) is None


def test_people_read_what_is_supplied_when_and_at_which_risk() -> None:
    said = text_of(outlook(note="The supplier is closed in week 5."))
    assert "Line 1: 100 EA of BOLT-8, wanted 2026-02-01 to 2026-02-28 (open)." in said
    assert "- 50 from stock in BERLIN, available on 2026-01-05" in said
    assert "- 50 by requisition PL-0001 for BERLIN (review), available on 2026-01-19" in said
    assert "All of it can be supplied on 2026-01-19." in said
    assert "Risk of a shortage: 3.1 %." in said
    assert "The supplier is closed in week 5." in said


def test_what_is_missing_and_what_winning_would_change_is_said() -> None:
    usual = outlook()
    line = usual.lines[0].model_copy(
        update={
            "uncovered": Decimal(20),
            "covered_on": None,
            "supplied": (usual.lines[0].supplied[0].model_copy(update={"available_on": None}),),
            "shortage_probability_if_won": Decimal("0.4"),
        }
    )
    said = text_of(usual.model_copy(update={"lines": (line,)}))
    assert "- 20 not covered yet" in said
    assert "no day known" in said
    assert "if the deal is won: 40 %" in said

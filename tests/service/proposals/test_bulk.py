from datetime import timedelta

import pytest

from service.proposals.amend import apply_recommendations
from tests.service.builders_proposals import TODAY, Desk, wanted
from tests.service.statements import statements

FEW, MANY = 6, 60


@pytest.mark.parametrize("day", [0, 1], ids=["proposed", "amended"])
def test_many_keys_follow_their_recommendations_with_as_many_questions_as_few(
    desk: Desk, day: int
) -> None:
    """What is written goes row by row, for each row's version is compared; nothing is read so."""
    asked = []
    for first, keys in ((0, FEW), (FEW, MANY)):
        names = [f"I{number}" for number in range(first, first + keys)]
        for past in range(day):
            _recommend(desk, names, past)
        with statements(desk.context.database) as seen:
            _recommend(desk, names, day)
        asked.append(sum(statement.startswith("SELECT") for statement in seen))
    assert asked[0] == asked[1]


def _recommend(desk: Desk, names: list[str], day: int) -> None:
    outcomes = ("auto", "review", "hold")
    orders = [
        wanted(
            100 + number + day,
            outcomes[number % 3],
            item_id=name,
            order_date=TODAY + timedelta(days=day),
        )
        for number, name in enumerate(names)
    ]
    with desk.context.database.write() as session:
        counts = apply_recommendations(session, orders, desk.clock())
    assert (counts.created, counts.amended) == ((0, len(names)) if day else (len(names), 0))

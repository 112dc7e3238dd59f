from itertools import product

from service.proposals.states import (
    AMENDABLE,
    COMMITTED,
    FIRST_STATES,
    TRANSITIONS,
    Event,
    State,
    possible_events,
)


def test_a_proposal_is_open_or_taken_or_over() -> None:
    over = set(State) - AMENDABLE - COMMITTED
    assert not AMENDABLE & COMMITTED
    assert {State.CLOSED, State.EXPIRED, State.SUPERSEDED, State.CANCELLED} == {
        state for state in State if not possible_events(state)
    }
    assert over - {State.REJECTED} == {
        State.CLOSED,
        State.EXPIRED,
        State.SUPERSEDED,
        State.CANCELLED,
    }


def test_every_event_but_the_first_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(Event) - {Event.CREATED, Event.ADOPTED}
    assert all(after for moves in TRANSITIONS.values() for after in moves.values())


def test_every_state_can_be_reached() -> None:
    reached = set(FIRST_STATES)
    for _ in State:
        for moves, state in product(TRANSITIONS.values(), tuple(reached)):
            reached |= moves.get(state, frozenset())
    assert reached == set(State)


def test_what_is_taken_comes_back_to_people_only_by_the_erps_refusal() -> None:
    back = {
        event
        for event, moves in TRANSITIONS.items()
        for before, after in moves.items()
        if before in COMMITTED and after & AMENDABLE
    }
    assert back == {Event.REFUSED}

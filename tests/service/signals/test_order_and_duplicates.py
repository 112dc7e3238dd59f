from decimal import Decimal

from sqlalchemy import func, select

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.signals.results import Outcome, SignalResult
from service.signals.tables import SignalMessageRow
from service.work.tables import OutboxRow
from tests.service.builders_signals import allocations, clean, deliver, dirty, lines, signal


def _outcomes(results: list[SignalResult]) -> list[Outcome]:
    return [one.result for one in results]


def _deliveries(context: ServiceContext) -> dict[str, int]:
    with context.database.read() as session:
        rows = session.execute(select(SignalMessageRow.message_id, SignalMessageRow.deliveries))
        return {row[0]: row[1] for row in rows}


def _events(context: ServiceContext) -> int:
    with context.database.read() as session:
        return session.execute(select(func.count()).select_from(OutboxRow)).scalar_one()


def test_a_signal_is_stored_allocated_published_and_marks_its_key(shelves: ServiceContext) -> None:
    (result,) = deliver(shelves, signal(quantity=2, unit="CASE"))
    (line,) = lines(shelves)
    assert (result.result, result.signal_id) == (Outcome.APPLIED, line.signal_id)
    assert (line.item_id, line.account_id, line.location_rule) == ("BOTTLE", "ACME", "line")
    assert (line.quantity, line.win_probability) == (Decimal(24), Decimal("0.5"))
    assert allocations(shelves) == {"UK": 24}
    assert dirty(shelves) == {("BOTTLE", "UK")}
    assert _events(shelves) == 1


def test_the_same_message_twice_changes_nothing(shelves: ServiceContext) -> None:
    deliver(shelves, signal())
    clean(shelves)
    (again,) = deliver(shelves, signal(quantity="400.0"))
    assert (again.result, again.signal_id) == (Outcome.DUPLICATE, lines(shelves)[0].signal_id)
    assert dirty(shelves) == set()
    assert _events(shelves) == 1
    assert _deliveries(shelves) == {"OPP-1-1-v1": 2}


def test_the_same_message_twice_in_a_batch_is_one_and_a_duplicate(shelves: ServiceContext) -> None:
    results = deliver(shelves, signal(), signal(), signal())
    assert _outcomes(results) == [Outcome.APPLIED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert _deliveries(shelves) == {"OPP-1-1-v1": 3}


def test_an_older_version_after_a_newer_changes_nothing(shelves: ServiceContext) -> None:
    deliver(shelves, signal(source_version=2, quantity=150))
    clean(shelves)
    (late,) = deliver(shelves, signal(source_version=1, quantity=400))
    assert late.result == Outcome.STALE
    assert lines(shelves)[0].quantity == 150
    assert dirty(shelves) == set()
    assert _events(shelves) == 1


def test_an_equal_version_in_another_message_changes_nothing(shelves: ServiceContext) -> None:
    deliver(shelves, signal(quantity=400))
    (second,) = deliver(shelves, signal(message_id="other", quantity=1))
    assert second.result == Outcome.STALE
    assert lines(shelves)[0].quantity == 400


def test_versions_in_one_batch_count_in_the_order_of_their_rows(shelves: ServiceContext) -> None:
    versions = [signal(source_version=v, quantity=v) for v in (1, 3, 2, 4)]
    results = deliver(shelves, *versions)
    assert _outcomes(results) == [
        Outcome.APPLIED,
        Outcome.APPLIED,
        Outcome.STALE,
        Outcome.APPLIED,
    ]
    assert lines(shelves)[0].quantity == 4
    assert _events(shelves) == 1


def test_a_stale_version_needs_no_mapping(shelves: ServiceContext) -> None:
    deliver(shelves, signal(source_version=2))
    (late,) = deliver(shelves, signal(source_version=1, account="NOBODY"))
    assert (late.result, late.exception_id) == (Outcome.STALE, None)


def test_a_message_id_with_another_body_is_kept_without_effect(shelves: ServiceContext) -> None:
    deliver(shelves, signal(quantity=400))
    clean(shelves)
    (result,) = deliver(shelves, signal(quantity=900, source_version=2, message_id="OPP-1-1-v1"))
    assert result.result == Outcome.CONFLICT
    assert lines(shelves)[0].quantity == 400
    assert dirty(shelves) == set()
    with shelves.database.read() as session:
        kept = session.get_one(ExceptionRow, result.exception_id)
        assert (kept.kind, kept.payload["quantity"]) == ("message_id_reused", "900")


def test_a_line_that_moves_marks_the_old_key_and_the_new(shelves: ServiceContext) -> None:
    deliver(shelves, signal())
    clean(shelves)
    deliver(shelves, signal(source_version=2, product="WINE", location="FR"))
    assert dirty(shelves) == {("BOTTLE", "UK"), ("WINE", "FR")}
    assert allocations(shelves) == {"FR": 400}


def test_lines_of_an_opportunity_have_versions_of_their_own(shelves: ServiceContext) -> None:
    results = deliver(shelves, signal(source_version=7), signal(line_id="2", source_version=1))
    assert _outcomes(results) == [Outcome.APPLIED, Outcome.APPLIED]
    assert [line.source_version for line in lines(shelves)] == [7, 1]


def test_more_signals_than_one_statement_holds(shelves: ServiceContext) -> None:
    many = [signal(line_id=str(number), message_id=f"m{number}") for number in range(1100)]
    assert set(_outcomes(deliver(shelves, *many))) == {Outcome.APPLIED}
    assert allocations(shelves) == {"UK": 400 * 1100}


def test_lines_whose_codes_hold_slashes_wait_each_for_itself(shelves: ServiceContext) -> None:
    first = signal(opportunity_id="Q-77/2", line_id="1", message_id="a", account="NOBODY")
    second = signal(opportunity_id="Q-77", line_id="2/1", message_id="b", account="NOBODY")
    results = deliver(shelves, first, second)
    assert len({one.exception_id for one in results}) == 2

from uuid import UUID

from service.context import ServiceContext
from service.exceptions.queue import (
    Closing,
    ExceptionState,
    Finding,
    close,
    raise_exception,
    raise_exceptions,
    refine,
)
from service.exceptions.reading import Selection, page, shown
from service.exceptions.tables import ExceptionRow


def _finding(
    key: str = "OPP-1/1", *, kind: str = "unknown_account", version: int = 1, detail: str = "d"
) -> Finding:
    return Finding(
        kind=kind,
        subject_type="demand_signal",
        system="crm",
        subject_key=key,
        payload={"version": version},
        detail=detail,
        remedy="r",
        version=version,
    )


def _raise(context: ServiceContext, finding: Finding) -> UUID:
    with context.database.write() as session:
        return raise_exception(session, finding, context.clock())


def _close(context: ServiceContext, exception_id: UUID) -> int:
    closing = Closing(ExceptionState.DISCARDED, "anna", "a test account")
    with context.database.write() as session:
        return close(session, [exception_id], closing, context.clock())


def _open(context: ServiceContext) -> list[dict[str, object]]:
    with context.database.read() as session:
        return [shown(row) for row in page(session, Selection(), after=None, limit=100)]


def test_the_same_open_exception_is_updated_not_doubled(context: ServiceContext) -> None:
    first = _raise(context, _finding(version=1))
    second = _raise(context, _finding(version=2, detail="newer"))
    assert first == second
    assert [(row["detail"], row["payload"]) for row in _open(context)] == [
        ("newer", {"version": 2})
    ]


def test_an_older_finding_leaves_the_newer_payload_alone(context: ServiceContext) -> None:
    first = _raise(context, _finding(version=2))
    assert _raise(context, _finding(version=1)) == first
    assert [row["payload"] for row in _open(context)] == [{"version": 2}]


def test_another_kind_or_key_is_another_exception(context: ServiceContext) -> None:
    ids = {
        _raise(context, _finding()),
        _raise(context, _finding(kind="unknown_product")),
        _raise(context, _finding("OPP-2/1")),
    }
    assert len(ids) == 3


def test_after_it_was_closed_the_same_finding_opens_a_new_exception(
    context: ServiceContext,
) -> None:
    first = _raise(context, _finding())
    _close(context, first)
    assert _raise(context, _finding()) != first


def test_a_close_keeps_who_and_why_and_happens_once(context: ServiceContext) -> None:
    exception_id = _raise(context, _finding())
    assert _close(context, exception_id) == 1
    assert _close(context, exception_id) == 0
    with context.database.read() as session:
        row = session.get_one(ExceptionRow, exception_id)
        assert (row.state, row.closed_by, row.note) == ("discarded", "anna", "a test account")
        assert row.closed_at == context.clock()


def test_many_findings_are_raised_at_once_and_keep_their_order(context: ServiceContext) -> None:
    findings = [_finding(f"OPP-{n % 700}/1", version=n) for n in range(1200)]
    with context.database.write() as session:
        ids = raise_exceptions(session, findings, context.clock())
    assert ids[:500] == ids[700:]
    assert len(set(ids)) == 700


def test_a_failed_replay_says_what_is_wrong_now(context: ServiceContext) -> None:
    exception_id = _raise(context, _finding())
    with context.database.write() as session:
        refined = _finding(kind="unknown_product", detail="now this")
        assert refine(session, exception_id, refined, context.clock()) == exception_id
    assert [(row["kind"], row["detail"]) for row in _open(context)] == [
        ("unknown_product", "now this")
    ]


def test_a_failed_replay_joins_an_exception_that_says_the_same(context: ServiceContext) -> None:
    account = _raise(context, _finding())
    product = _raise(context, _finding(kind="unknown_product", version=2))
    with context.database.write() as session:
        finding = _finding(kind="unknown_product", version=1)
        assert refine(session, account, finding, context.clock()) == product
    assert [row["exception_id"] for row in _open(context)] == [str(product)]
    assert _open(context)[0]["payload"] == {"version": 2}


def test_a_key_that_is_too_long_is_told_apart_by_its_digest(context: ServiceContext) -> None:
    ids = {_raise(context, _finding("k" * 300 + end)) for end in "ab"}
    assert len(ids) == 2
    assert _raise(context, _finding("k" * 300 + "a")) in ids

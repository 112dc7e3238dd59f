"""Told once per change, whoever else is at work."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.exceptions.tables import ExceptionRow
from service.outlook import refresh
from service.outlook.refresh import refresh_outlooks
from service.outlook.telling import Telling
from service.work import stale_outlooks
from service.work.dirty_keys import Key
from service.work.tables import OutboxRow, StaleOutlookRow

KEY = ("BOTTLE", "UK")


class Said:
    """An outlook that says what the test lets it say, of every key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fields: dict[str, Any] = {"substance": {"covered": True}}
        self.meanwhile: list[Any] = []
        self.unreadable: set[Key] = set()
        monkeypatch.setattr(refresh, "OUTLOOKS", (self,))

    def __call__(
        self, _session: Session, _context: ServiceContext, keys: Collection[Key], _now: datetime
    ) -> Iterable[Telling]:
        if self.meanwhile:
            self.meanwhile.pop()()
        if self.unreadable & set(keys):
            raise ValueError("no number")
        return [
            Telling("it.changed", "@".join(key), body=lambda v: {"version": v}, **self.fields)
            for key in sorted(keys)
        ]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    return Said(monkeypatch)


def mark(context: ServiceContext, *keys: Key) -> None:
    with context.database.write() as session:
        stale_outlooks.mark(session, keys or [KEY], context.clock())


def refreshed(context: ServiceContext) -> list[int]:
    """The versions told of the bottle after everything stale was refreshed."""
    mark(context)
    while refresh_outlooks(context):
        pass
    return versions(context)


def versions(context: ServiceContext) -> list[int]:
    with context.database.read() as session:
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.subject == "@".join(KEY)).order_by(OutboxRow.event_id)
        )
        return [row.body["version"] for row in rows]


def test_nothing_stale_is_nothing_to_do(context: ServiceContext) -> None:
    assert not refresh_outlooks(context)


def test_each_difference_is_told_once_with_the_next_version(
    context: ServiceContext, said: Said
) -> None:
    assert refreshed(context) == [1]
    assert refreshed(context) == [1]
    said.fields = {"substance": {"covered": False}}
    assert refreshed(context) == [1, 2]
    said.fields = {"substance": {"covered": True}}
    assert refreshed(context) == [1, 2, 3]


def test_a_measure_is_told_when_it_has_moved_by_two_points_since_it_was_told(
    context: ServiceContext, said: Said
) -> None:
    for risk, told in (("0.5", [1]), ("0.519", [1]), ("0.52", [1, 2]), ("0.50", [1, 2, 3])):
        said.fields = {"substance": {}, "measures": {"risk": Decimal(risk)}}
        assert refreshed(context) == told


def test_figures_are_told_with_new_facts_only(context: ServiceContext, said: Said) -> None:
    def say(figures: str, facts: str) -> list[int]:
        said.fields = {"substance": {}, "figures": figures, "facts": facts}
        return refreshed(context)

    assert say("150 uncovered", "stock 100") == [1]
    assert say("140 uncovered", "stock 100") == [1]
    assert say("150 uncovered", "stock 99") == [1]
    assert say("140 uncovered", "stock 99") == [1]
    assert say("140 uncovered", "stock 98") == [1, 2]


def test_two_workers_at_once_tell_once(context: ServiceContext, said: Said) -> None:
    said.meanwhile = [lambda: refresh_outlooks(context)]
    assert refreshed(context) == [1]


def test_a_key_marked_while_it_is_refreshed_stays_stale(
    context: ServiceContext, said: Said
) -> None:
    mark(context)
    said.meanwhile = [lambda: mark(context)]
    assert refresh_outlooks(context)
    with context.database.read() as session:
        assert [(row.item_id, row.location_id) for row in session.scalars(select(StaleOutlookRow))]
    assert refresh_outlooks(context)
    assert versions(context) == [1]


def test_a_key_that_cannot_be_computed_stops_no_other(context: ServiceContext, said: Said) -> None:
    bad = ("BAD", "UK")
    said.unreadable = {bad}
    mark(context, KEY, bad, ("WINE", "UK"))
    while refresh_outlooks(context):
        pass
    assert versions(context) == [1]
    with context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
        assert (finding.kind, finding.subject_key) == ("outlook_failed", "BAD/UK")
        assert session.scalar(select(StaleOutlookRow)) is None
    said.unreadable = set()
    mark(context, bad)
    assert refresh_outlooks(context)
    with context.database.read() as session:
        assert session.scalars(select(ExceptionRow.state)).one() == "replayed"


def test_what_the_database_gives_up_is_nobodys_exception(
    context: ServiceContext, said: Said
) -> None:
    """A refresh that fails as a whole leaves its keys stale."""
    mark(context)

    def fail() -> None:
        raise OSError("the disk is full")

    said.meanwhile = [fail]
    with pytest.raises(OSError, match="disk"):
        refresh_outlooks(context)
    assert refresh_outlooks(context)
    assert versions(context) == [1]

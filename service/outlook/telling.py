"""What outside systems may be told, and whether it differs from what they were told last."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.database.upsert import upsert
from service.http.idempotency import digest_of
from service.outlook.tables import ToldOutlookRow
from service.work import outbox
from service.work.dirty_keys import Key

TOLERANCE = Decimal("0.02")
"""How far a measure may drift from what was told before it is told again."""

_SUBJECTS_PER_STATEMENT = 500


@dataclass(frozen=True)
class Kept:
    """What must be known later of what is told; ``store`` writes that of many tellings at once."""

    store: Callable[[Session, Sequence[Any], datetime], None]
    rows: Sequence[Any]


@dataclass(frozen=True)
class Telling:
    """The present outlook of a subject, to be told if it differs from what was told last.

    ``substance`` holds JSON values: any difference is told. ``figures`` (JSON values) and
    ``measures`` move with the day even where nothing has happened, so they are told only when
    ``facts`` (JSON values too: what they rest on, without the day) have changed since they were
    looked at last: a figure at any difference, a measure when it has moved by ``TOLERANCE``
    since it was told last. Without ``facts`` every look counts as new facts. What is in none of
    them, such as the moment of the computation, is told along but never the reason. ``body``
    makes the event's body, JSON values only, from the version under which it is told. ``kept``
    is what must be known of it later, stored in the transaction in which it is told.
    """

    type: str
    subject: str
    substance: Mapping[str, Any]
    body: Callable[[int], dict[str, Any]]
    measures: Mapping[str, Decimal] = field(default_factory=dict)
    figures: Any = None
    facts: Any = None
    schema_version: int = 1
    kept: Kept | None = None

    @property
    def name(self) -> tuple[str, str]:
        """(type, subject): what was told under the same name is replaced."""
        return self.type, self.subject

    @cached_property
    def digest(self) -> str:
        """Of the substance."""
        return digest_of(self.substance)

    @cached_property
    def figures_digest(self) -> str:
        """Of the figures."""
        return digest_of(self.figures)

    @cached_property
    def facts_digest(self) -> str:
        """Of the facts; empty without."""
        return "" if self.facts is None else digest_of(self.facts)


Outlook = Callable[[Session, ServiceContext, Collection[Key], datetime], Iterable[Telling]]
"""One kind of outlook: what is to be said now of all that is planned at these keys.

It reads in the session it is given, in sets, and writes nothing; the same state gives the same
tellings. Raises ValueError and its like where the data of a key cannot be computed with.
"""


@dataclass(frozen=True)
class Told:
    """What a subject was told last."""

    version: int
    digest: str
    figures_digest: str
    facts_digest: str
    measures: Mapping[str, Decimal]

    def differs(self, telling: Telling) -> bool:
        """Whether ``telling`` is news."""
        if self.digest != telling.digest:
            return True
        return self.rests_on_other_facts(telling) and self._figures_differ(telling)

    def rests_on_other_facts(self, telling: Telling) -> bool:
        """Whether anything but the day has changed since it was looked at last."""
        return telling.facts is None or self.facts_digest != telling.facts_digest

    def _figures_differ(self, telling: Telling) -> bool:
        if self.figures_digest != telling.figures_digest:
            return True
        return self.measures.keys() != telling.measures.keys() or any(
            abs(telling.measures[name] - measure) >= TOLERANCE
            for name, measure in self.measures.items()
        )


NEVER_TOLD = Told(version=0, digest="", figures_digest="", facts_digest="", measures={})


def version_of(telling: Telling, told: Told) -> int:
    """The version of ``telling``: what was told last keeps its own, news has the next."""
    return told.version + 1 if told.differs(telling) else told.version


def told_last(session: Session, tellings: Collection[Telling]) -> dict[tuple[str, str], Told]:
    """What was told last of the subjects of ``tellings``, by name."""
    found: dict[tuple[str, str], Told] = {}
    for kind in sorted({telling.type for telling in tellings}):
        subjects = sorted({one.subject for one in tellings if one.type == kind})
        for row in _rows(session, kind, subjects):
            measures = {name: Decimal(number) for name, number in row.measures.items()}
            found[kind, row.subject] = Told(
                row.version, row.digest, row.figures_digest, row.facts_digest, measures
            )
    return found


def _rows(session: Session, kind: str, subjects: Sequence[str]) -> Iterator[ToldOutlookRow]:
    for start in range(0, len(subjects), _SUBJECTS_PER_STATEMENT):
        chunk = subjects[start : start + _SUBJECTS_PER_STATEMENT]
        yield from session.scalars(
            select(ToldOutlookRow).where(
                ToldOutlookRow.type == kind, ToldOutlookRow.subject.in_(chunk)
            )
        )


def tell(session: Session, news: Sequence[tuple[Telling, int]], now: datetime) -> None:
    """Publish ``news``, each under its version, and keep what was told, in one transaction."""
    rows = [
        {
            "type": telling.type,
            "subject": telling.subject,
            "version": version,
            "digest": telling.digest,
            "figures_digest": telling.figures_digest,
            "facts_digest": telling.facts_digest,
            "measures": {name: str(number) for name, number in telling.measures.items()},
            "told_at": now,
        }
        for telling, version in news
    ]
    upsert(session, ToldOutlookRow, rows, key=("type", "subject"))
    for telling, version in news:
        event = outbox.Event(
            telling.type, telling.subject, telling.body(version), telling.schema_version
        )
        outbox.publish(session, event, now)
    _keep(session, [telling.kept for telling, _ in news if telling.kept is not None], now)


def _keep(session: Session, kept: Iterable[Kept], now: datetime) -> None:
    together: defaultdict[Any, list[Any]] = defaultdict(list)
    for one in kept:
        together[one.store] += one.rows
    for store, rows in together.items():
        store(session, rows, now)


def note_facts(session: Session, tellings: Sequence[Telling]) -> None:
    """Keep the facts of what was looked at and not worth telling."""
    if tellings:
        of_telling = update(ToldOutlookRow).where(
            ToldOutlookRow.type == bindparam("of_type"),
            ToldOutlookRow.subject == bindparam("of_subject"),
        )
        rows = [
            {"of_type": one.type, "of_subject": one.subject, "of_facts": one.facts_digest}
            for one in sorted(tellings, key=lambda one: one.name)
        ]
        session.connection().execute(of_telling.values(facts_digest=bindparam("of_facts")), rows)

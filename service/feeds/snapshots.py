"""Full pictures in parts: what no part named is gone, but only once every part is in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, literal, select, update
from sqlalchemy.orm import Session

from service.database.upsert import upsert
from service.feeds.batches import FeedBatch, FeedKind, SnapshotPart
from service.feeds.cross_references import CodeKind, resolve
from service.feeds.placing import MEMBER_SEPARATOR
from service.feeds.subjects import SUBJECTS_OF_KIND, Subject
from service.feeds.tables import SnapshotMemberRow, SnapshotRow
from service.feeds.touched_keys import mark_touched
from service.feeds.versions import Change
from service.http.problems import Problem

_WITH_LOCATIONS = (
    FeedKind.SUPPLIER_TERMS,
    FeedKind.ORDER_POINTS,
    FeedKind.STOCK_POSITIONS,
    FeedKind.OPEN_ORDERS,
)


@dataclass(frozen=True)
class Admission:
    """The snapshot that a part belongs to; a ``late`` part came in before the snapshot closed."""

    snapshot: SnapshotRow
    late: bool

    @property
    def locations(self) -> frozenset[str]:
        """The keys of the locations it covers; empty means all."""
        return frozenset(self.snapshot.scope["locations"])

    @property
    def order_kinds(self) -> frozenset[str]:
        """The kinds of open orders it covers; empty means both."""
        return frozenset(self.snapshot.scope["order_kinds"])


def admit(session: Session, batch: FeedBatch, part: SnapshotPart, now: datetime) -> Admission:
    """Open the snapshot or find it open; a part that does not fit it is refused."""
    scope = _scope(session, batch, part)
    snapshot = find_snapshot(session, batch.system, batch.kind, part.snapshot_id)
    if snapshot is None:
        snapshot = SnapshotRow(
            system=batch.system,
            kind=str(batch.kind),
            snapshot_id=part.snapshot_id,
            scope=scope,
            parts=[],
            unreadable=False,
            opened_at=now,
        )
        session.add(snapshot)
        session.flush()
    if snapshot.closed_at is not None:
        if part.part not in snapshot.parts:
            raise _refused("snapshot-closed", "It is closed.", "Begin a new one under a new id.")
        return Admission(snapshot, late=True)
    if snapshot.scope != scope:
        raise _refused("snapshot-scope", "Its first part named another scope.", "Send that scope.")
    _check_numbers(snapshot, part)
    return Admission(snapshot, late=False)


def find_snapshot(
    session: Session, system: str, kind: FeedKind, snapshot_id: str
) -> SnapshotRow | None:
    """The snapshot of this name, open or closed."""
    return session.scalar(
        select(SnapshotRow).where(
            SnapshotRow.system == system,
            SnapshotRow.kind == str(kind),
            SnapshotRow.snapshot_id == snapshot_id,
        )
    )


def remember(session: Session, snapshot: SnapshotRow, members: Collection[str | None]) -> None:
    """Note what a part named; None stands for a row that could not even be identified."""
    rows = [
        {"snapshot_row_id": snapshot.snapshot_row_id, "member_key": name}
        for name in set(members)
        if name is not None
    ]
    upsert(session, SnapshotMemberRow, rows, key=("snapshot_row_id", "member_key"))
    snapshot.unreadable = snapshot.unreadable or None in members


def complete_part(
    session: Session, snapshot: SnapshotRow, part: SnapshotPart, now: datetime
) -> None:
    """Tick the part off; with the last one missing, close: what is absent is gone.

    Rows that came in after the snapshot was opened are newer than the picture and stay.
    """
    snapshot.parts = sorted({*snapshot.parts, part.part})
    if part.last:
        snapshot.last_part = part.part
    if snapshot.last_part is None or len(snapshot.parts) < snapshot.last_part:
        return
    if not snapshot.unreadable:
        gone = [
            _remove_absent(session, snapshot, subject, now)
            for subject in SUBJECTS_OF_KIND[FeedKind(snapshot.kind)]
            if subject.order_kind in (snapshot.scope["order_kinds"] or [subject.order_kind])
        ]
        snapshot.gone_count = sum(gone)
    snapshot.closed_at = now
    session.execute(
        delete(SnapshotMemberRow)
        .where(SnapshotMemberRow.snapshot_row_id == snapshot.snapshot_row_id)
        .execution_options(synchronize_session=False)
    )


def _scope(session: Session, batch: FeedBatch, part: SnapshotPart) -> dict[str, list[str]]:
    if batch.kind == FeedKind.SALES_LINES:
        raise _unfit("Sales lines are history: they come as deltas only.", "Send mode 'delta'.")
    if part.locations and batch.kind not in _WITH_LOCATIONS:
        raise _unfit("These rows have no location.", "Send a snapshot of the whole system.")
    if part.order_kinds and batch.kind != FeedKind.OPEN_ORDERS:
        raise _unfit("Only open orders have kinds.", "Leave the kinds out of the scope.")
    keys = resolve(session, batch.system, CodeKind.LOCATION, part.locations)
    unknown = sorted(set(part.locations) - set(keys))
    if unknown:
        raise _unfit(f"There are no locations {', '.join(unknown)}.", "Send them first.")
    kinds = sorted({str(kind) for kind in part.order_kinds})
    return {"locations": sorted(set(keys.values())), "order_kinds": kinds}


def _check_numbers(snapshot: SnapshotRow, part: SnapshotPart) -> None:
    remedy = "Number the parts from 1 and mark only the highest as the last."
    highest = max([part.part, *snapshot.parts])
    last = part.part if part.last else snapshot.last_part
    if part.last and snapshot.last_part not in (None, part.part):
        raise _refused("snapshot-parts", f"Part {snapshot.last_part} was the last.", remedy)
    if last is not None and highest > last:
        raise _refused("snapshot-parts", f"Part {highest} lies beyond the last, {last}.", remedy)


def _remove_absent(session: Session, snapshot: SnapshotRow, subject: Subject, now: datetime) -> int:
    changes = [
        Change(before, {**before, "gone": True}) for before in _absent(session, snapshot, subject)
    ]
    table = subject.table.__table__
    same = and_(*(table.c[name] == bindparam(f"key_{name}") for name in subject.key))
    keys = [{f"key_{name}": change.after[name] for name in subject.key} for change in changes]
    if keys:
        session.connection().execute(
            update(subject.table).where(same).values(gone=True, received_at=now), keys
        )
    mark_touched(session, subject, changes, now)
    return len(changes)


def _absent(session: Session, snapshot: SnapshotRow, subject: Subject) -> list[dict[str, Any]]:
    """The rows within the snapshot's scope that no part named."""
    table = subject.table.__table__
    named = exists().where(
        SnapshotMemberRow.snapshot_row_id == snapshot.snapshot_row_id,
        SnapshotMemberRow.member_key == _member_name(subject),
    )
    absent = select(*table.columns).where(
        table.c.system == snapshot.system,
        table.c.gone.is_(False),
        table.c.received_at <= snapshot.opened_at,
        ~named,
    )
    if snapshot.scope["locations"]:
        absent = absent.where(table.c.location_id.in_(snapshot.scope["locations"]))
    return [dict(row) for row in session.execute(absent).mappings()]


def _member_name(subject: Subject) -> ColumnElement[str]:
    """``placing.member_of`` in SQL."""
    table = subject.table.__table__
    columns: list[Any] = [table.c[name] for name in subject.naming]
    parts = [literal(str(subject.order_kind)), *columns] if subject.order_kind else columns
    return reduce(lambda name, part: name + MEMBER_SEPARATOR + part, parts)


def _unfit(detail: str, remedy: str) -> Problem:
    return Problem(422, "snapshot-unfit", "The snapshot cannot be taken", detail, remedy=remedy)


def _refused(slug: str, detail: str, remedy: str) -> Problem:
    return Problem(409, slug, "The part does not fit its snapshot", detail, remedy=remedy)

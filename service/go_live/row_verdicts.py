"""What would become of each row of a portion, with nothing written.

Rows that surely can be read are judged by their codes, in columns; all others take the intake's
own way: read, placed, converted.
"""

from collections.abc import Iterator, Sequence

import polars as pl
from sqlalchemy.orm import Session

from service.feeds.batches import FeedRow, Outcome, Removal, UnreadableRow
from service.feeds.cross_references import CodeKind
from service.feeds.placing import Delivery, PlacedRow, place
from service.feeds.references import load_references
from service.feeds.subjects import SUBJECT_OF
from service.go_live.file_portions import LINE
from service.go_live.in_flight_placing import PlacedRequisition
from service.go_live.in_flight_placing import place as place_requisitions
from service.go_live.kinds import ImportKind, references_of
from service.go_live.known_codes import KnownCodes
from service.go_live.plain_rows import MANY, surely_readable
from service.go_live.raw_rows import feed_rows, in_flight_rows

SCHEMA = {LINE: pl.UInt32, "verdict": pl.String, "slug": pl.String, "detail": pl.String}
_STORED = (Outcome.STORED.value, "", "")
_Verdict = tuple[int, str, str, str]
"""Line, outcome, slug of the fault, detail."""


def judge(
    session: Session, kind: ImportKind, known: KnownCodes, frame: pl.DataFrame, delivery: Delivery
) -> pl.DataFrame:
    """One verdict per row, with its line: stored, exception or rejected, and why."""
    for column, code_kind in {**references_of(kind), "unit": CodeKind.UNIT}.items():
        if column in frame.columns:
            known.learn(session, code_kind, frame[column].drop_nulls().unique())
    if kind not in MANY:
        return _frame(_one_by_one(session, kind, frame, delivery))
    plain = frame.select(surely_readable(kind, [c for c in frame.columns if c != LINE])).to_series()
    in_base = plain & _in_base_unit(known, frame)
    rest = _frame(_one_by_one(session, kind, frame.filter(~in_base), delivery))
    return pl.concat([_by_codes(known, frame.filter(in_base)), rest]).sort(LINE)


def _in_base_unit(known: KnownCodes, frame: pl.DataFrame) -> pl.Series:
    """Rows without a unit, or with the one in which their item is counted.

    Rows of an unknown item are among them: their unit does not matter any more.
    """
    if "unit" not in frame.columns:
        return pl.repeat(value=True, n=frame.height, eager=True)
    pairs = frame.select("item_id", "unit").unique().drop_nulls()
    base = [
        known.key(CodeKind.ITEM, item) is None or known.base_unit(item, unit)
        for item, unit in pairs.iter_rows()
    ]
    told = frame.select("item_id", "unit").join(
        pairs.with_columns(base=pl.Series(base, dtype=pl.Boolean)),
        on=["item_id", "unit"],
        how="left",
        maintain_order="left",
    )
    return told["unit"].is_null() | told["base"].fill_null(value=False)


def _by_codes(known: KnownCodes, frame: pl.DataFrame) -> pl.DataFrame:
    no_item = pl.col("item_id").is_in(known.unknown(CodeKind.ITEM))
    no_location = pl.col("location_id").is_in(known.unknown(CodeKind.LOCATION))
    return frame.select(
        LINE,
        verdict=pl.when(no_item | no_location)
        .then(pl.lit(Outcome.EXCEPTION.value))
        .otherwise(pl.lit(Outcome.STORED.value)),
        slug=pl.when(no_item)
        .then(pl.lit("unknown-item"))
        .when(no_location)
        .then(pl.lit("unknown-location"))
        .otherwise(pl.lit("")),
        detail=pl.when(no_item)
        .then(pl.format("There is no item '{}', or it is gone.", "item_id"))
        .when(no_location)
        .then(pl.format("There is no location '{}', or it is gone.", "location_id"))
        .otherwise(pl.lit("")),
    )


def _one_by_one(
    session: Session, kind: ImportKind, frame: pl.DataFrame, delivery: Delivery
) -> Iterator[_Verdict]:
    lines = frame[LINE].to_list()
    if not lines:
        return
    if kind.feed is None:
        yield from _requisitions(session, frame, lines, delivery)
    else:
        rows = feed_rows(kind.feed, delivery.system, frame)
        yield from _placed(session, rows, lines, delivery)


def _placed(
    session: Session,
    rows: Sequence[FeedRow],
    lines: Sequence[int],
    delivery: Delivery,
) -> Iterator[_Verdict]:
    by_model: dict[type, list[int]] = {}
    for index, row in enumerate(rows):
        if isinstance(row, UnreadableRow):
            yield lines[index], Outcome.REJECTED.value, "row-invalid", _why(row)
        else:
            model = row.model if isinstance(row, Removal) else type(row)
            by_model.setdefault(model, []).append(index)
    for model, indexes in by_model.items():
        subject = SUBJECT_OF[model]
        references = load_references(session, delivery.system, subject, [rows[i] for i in indexes])
        for index in indexes:
            row = rows[index]
            if isinstance(row, UnreadableRow):
                continue
            made = place(subject, references, delivery, row)
            if isinstance(made, PlacedRow):
                yield lines[index], *_STORED
            else:
                outcome = Outcome.EXCEPTION if made.exception else Outcome.REJECTED
                yield lines[index], outcome.value, made.fault.slug, made.fault.detail


def _requisitions(
    session: Session, frame: pl.DataFrame, lines: Sequence[int], delivery: Delivery
) -> Iterator[_Verdict]:
    rows = in_flight_rows(frame)
    readable = [(i, row) for i, row in enumerate(rows) if not isinstance(row, UnreadableRow)]
    for index, row in enumerate(rows):
        if isinstance(row, UnreadableRow):
            yield lines[index], Outcome.REJECTED.value, "row-invalid", _why(row)
    made = place_requisitions(session, delivery.system, [row for _, row in readable])
    for (index, _), one in zip(readable, made, strict=True):
        if isinstance(one, PlacedRequisition):
            yield lines[index], *_STORED
        else:
            outcome = Outcome.EXCEPTION if one.exception else Outcome.REJECTED
            yield lines[index], outcome.value, one.fault.slug, one.fault.detail


def _why(row: UnreadableRow) -> str:
    errors = row.problem.get("errors") or [row.problem]
    return "; ".join(f"{one['pointer'].rpartition('/')[2]}: {one['detail']}" for one in errors)


def _frame(verdicts: Iterator[_Verdict]) -> pl.DataFrame:
    return pl.DataFrame(list(verdicts), schema=SCHEMA, orient="row")

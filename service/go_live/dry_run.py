"""What an import would do, and how good the file is: read in full, nothing written."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.context import ServiceContext
from service.feeds.batches import Outcome
from service.feeds.placing import Delivery
from service.feeds.tables import ItemRow, StockPositionRow, SupplierTermsRow
from service.go_live.file_portions import LINE, ROWS_AT_ONCE, Portion
from service.go_live.kinds import ImportKind, references_of
from service.go_live.known_codes import KnownCodes
from service.go_live.ledgers import ledger_of
from service.go_live.other_quality import (
    code_findings,
    fault_findings,
    stock_findings,
    terms_findings,
)
from service.go_live.quality import Finding, Weight
from service.go_live.row_import import ImportJob, mapped_portions
from service.go_live.row_verdicts import judge
from service.go_live.sales_quality import SalesFacts, sales_findings, series_of
from service.progress import Report
from service.work.business_date import business_date

_ORDER = {Weight.BLOCKS: 0, Weight.MEND: 1, Weight.FYI: 2}


@dataclass(frozen=True)
class QualityReport:
    """What would become of the rows, what was found, and each series of a sales history."""

    job: ImportJob
    rows: int
    verdicts: dict[str, int]
    findings: list[Finding]
    faults: pl.DataFrame
    series: pl.DataFrame | None = None

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "file": self.job.path.name,
            "kind": self.job.kind.value,
            "system": self.job.system,
            "rows": self.rows,
            "verdicts": self.verdicts,
            "findings": [one.to_json() for one in self.findings],
        }


@dataclass
class _Gathered:
    """What is kept of the portions until the end."""

    known: KnownCodes
    verdicts: Counter[str] = field(default_factory=Counter)
    faults: list[pl.DataFrame] = field(default_factory=list)
    codes: list[pl.DataFrame] = field(default_factory=list)
    ledgers: list[pl.DataFrame] = field(default_factory=list)
    volume: float = 0.0


def examine_file(context: ServiceContext, job: ImportJob, report: Report) -> QualityReport:
    """Read the file as the import would, and say what is in it. Raises MappingError."""
    gathered = _Gathered(KnownCodes(job.system))
    for portion, frame in mapped_portions(job, ROWS_AT_ONCE):
        with context.database.read() as session:
            delivery = Delivery(job.system, context.clock())
            verdicts = judge(session, job.kind, gathered.known, frame, delivery)
        _gather(gathered, job, portion, frame, verdicts)
        done = gathered.verdicts.total()
        report(f"examining {job.path.name}", done, done)
    ledger = pl.concat(gathered.ledgers) if gathered.ledgers else pl.DataFrame()
    with context.database.read() as session:
        findings = list(_findings(session, context, job.kind, gathered, ledger))
    is_history = job.kind is ImportKind.SALES_LINES and not ledger.is_empty()
    return QualityReport(
        job,
        gathered.verdicts.total(),
        dict(gathered.verdicts),
        sorted(findings, key=lambda one: _ORDER[one.weight]),
        _faults(gathered),
        series_of(ledger) if is_history else None,
    )


def _gather(
    gathered: _Gathered,
    job: ImportJob,
    portion: Portion,
    frame: pl.DataFrame,
    verdicts: pl.DataFrame,
) -> None:
    gathered.verdicts.update(dict(verdicts.group_by("verdict").len().iter_rows()))
    gathered.verdicts[Outcome.REJECTED.value] += len(portion.broken)
    broken = [(line, "rejected", "broken-line", why) for line, why in portion.broken]
    faulty = pl.concat(
        [
            verdicts.filter(pl.col("slug") != ""),
            pl.DataFrame(broken, schema=verdicts.schema, orient="row"),
        ]
    )
    counted = faulty.rename({LINE: "line"}).with_columns(rows=pl.lit(1, pl.UInt32))
    gathered.faults.append(_grouped(counted))
    readable = frame.join(
        verdicts.filter(pl.col("verdict") != Outcome.REJECTED.value), on=LINE, how="semi"
    )
    _gather_codes(gathered, job.kind, readable)
    ledger = ledger_of(job.kind, gathered.known, readable)
    if not ledger.is_empty():
        gathered.ledgers.append(ledger)


def _gather_codes(gathered: _Gathered, kind: ImportKind, frame: pl.DataFrame) -> None:
    """Count the rows and the quantity of codes that mean nothing."""
    moved = (
        pl.col("quantity").cast(pl.Float64, strict=False).abs()
        if "quantity" in frame.columns
        else pl.lit(0.0)
    )
    gathered.volume += float(frame.select(moved.sum()).item() or 0)
    for column, code_kind in references_of(kind).items():
        unknown = gathered.known.unknown(code_kind)
        if column in frame.columns and unknown:
            found = frame.filter(pl.col(column).is_in(unknown))
            by_code = found.group_by(pl.col(column).alias("code")).agg(
                rows=pl.len().cast(pl.UInt32), volume=moved.sum()
            )
            named = pl.lit(code_kind.value).alias("kind")
            gathered.codes.append(by_code.select(named, pl.all()))


def _findings(
    session: Session,
    context: ServiceContext,
    kind: ImportKind,
    gathered: _Gathered,
    ledger: pl.DataFrame,
) -> Iterator[Finding]:
    yield from fault_findings(_faults(gathered))
    if gathered.codes:
        totals = pl.concat(gathered.codes).group_by("kind", "code").sum()
        yield from code_findings(totals, gathered.volume)
    if ledger.is_empty():
        return
    today = business_date(session, context.clock())
    if kind is ImportKind.SALES_LINES:
        yield from sales_findings(ledger, _sales_facts(session, context))
    elif kind is ImportKind.STOCK_POSITIONS:
        yield from stock_findings(ledger, today, _keys(session, SupplierTermsRow))
    else:
        yield from terms_findings(ledger)


def _sales_facts(session: Session, context: ServiceContext) -> SalesFacts:
    items = session.scalars(select(ItemRow.item_id).where(ItemRow.gone.is_(False)))
    return SalesFacts(
        today=business_date(session, context.clock()),
        stocked=_keys(session, StockPositionRow),
        items=frozenset(items),
    )


def _keys(
    session: Session, table: type[StockPositionRow] | type[SupplierTermsRow]
) -> frozenset[tuple[str, str]]:
    keys = select(table.item_id, table.location_id).where(table.gone.is_(False)).distinct()
    return frozenset((row[0], row[1]) for row in session.execute(keys))


def _faults(gathered: _Gathered) -> pl.DataFrame:
    return _grouped(pl.concat(gathered.faults)) if gathered.faults else pl.DataFrame()


def _grouped(faults: pl.DataFrame) -> pl.DataFrame:
    return (
        faults.group_by("verdict", "slug", "detail")
        .agg(pl.col("line").min(), pl.col("rows").sum())
        .sort("rows", "line", descending=[True, False])
    )

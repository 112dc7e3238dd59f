"""Immutable Parquet files, each committed by its SQL row.

A file is written beside its final name, synced and renamed; only then does the caller's
transaction insert the row. A file without a row is garbage of a crash; a row without its file,
or with another checksum, is damage and is refused.
"""

import hashlib
import os
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.base import new_id
from service.forecasts.tables import ForecastRunRow


class DamagedRunError(Exception):
    """A run's file is missing or is not the one that its row committed."""


@dataclass(frozen=True)
class RunFile:
    """A frame written to disk, waiting for its row."""

    run_id: UUID
    kind: str
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class RunFacts:
    """What the row says beside the file."""

    business_date: date
    created_at: datetime
    pool_run_id: UUID | None = None
    figures: dict[str, Any] = field(default_factory=dict)


def write_file(runs_dir: Path, kind: str, frame: pl.DataFrame) -> RunFile:
    """Write ``frame`` below ``runs_dir`` under a fresh run id."""
    run_id = new_id()
    runs_dir.mkdir(parents=True, exist_ok=True)
    path = runs_dir / f"{kind}-{run_id}.parquet"
    unfinished = path.with_suffix(".unfinished")
    frame.write_parquet(unfinished, compression="zstd")
    with unfinished.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return RunFile(run_id, kind, path.name, sha256, frame.height)


def commit_file(session: Session, file: RunFile, facts: RunFacts) -> None:
    """Insert the row that makes ``file`` a run."""
    session.add(
        ForecastRunRow(
            run_id=file.run_id,
            kind=file.kind,
            pool_run_id=facts.pool_run_id,
            business_date=facts.business_date,
            path=file.path,
            sha256=file.sha256,
            rows=file.rows,
            figures=facts.figures,
            created_at=facts.created_at,
        )
    )
    session.flush()


def read_run(session: Session, runs_dir: Path, run_id: UUID) -> pl.DataFrame:
    """The frame of a committed run; raises DamagedRunError unless it is the committed one."""
    row = session.get_one(ForecastRunRow, run_id)
    path = runs_dir / row.path
    if not path.is_file():
        raise DamagedRunError(f"{path} is missing; fit anew with 'replenish recompute --baseline'")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != row.sha256:
        raise DamagedRunError(f"{path} has been changed since it was committed")
    return pl.read_parquet(path)


def newest_run(session: Session, kind: str) -> ForecastRunRow | None:
    """The latest committed run of ``kind``."""
    newest = (
        select(ForecastRunRow)
        .where(ForecastRunRow.kind == kind)
        .order_by(ForecastRunRow.created_at.desc(), ForecastRunRow.run_id.desc())
        .limit(1)
    )
    return session.scalar(newest)

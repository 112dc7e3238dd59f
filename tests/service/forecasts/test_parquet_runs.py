from datetime import date
from pathlib import Path

import polars as pl
import pytest

from service.context import ServiceContext
from service.forecasts.parquet_runs import (
    DamagedRunError,
    RunFacts,
    RunFile,
    commit_file,
    newest_run,
    read_run,
    write_file,
)

FRAME = pl.DataFrame({"item_id": ["BOTTLE"], "level_per_week": [70.0]})


def _commit(context: ServiceContext) -> RunFile:
    file = write_file(context.settings.runs_dir, "full", FRAME)
    with context.database.write() as session:
        commit_file(session, file, RunFacts(date(2011, 8, 29), context.clock()))
    return file


def test_a_committed_run_is_read_back_as_it_was_written(context: ServiceContext) -> None:
    file = _commit(context)
    with context.database.read() as session:
        assert read_run(session, context.settings.runs_dir, file.run_id).equals(FRAME)


def test_a_file_without_its_row_is_no_run(context: ServiceContext) -> None:
    write_file(context.settings.runs_dir, "full", FRAME)
    with context.database.read() as session:
        assert newest_run(session, "full") is None


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_run_is_refused(context: ServiceContext, damage: str) -> None:
    file = _commit(context)
    path: Path = context.settings.runs_dir / file.path
    path.unlink()
    if damage == "changed":
        FRAME.with_columns(level_per_week=pl.lit(71.0)).write_parquet(path)
    with context.database.read() as session, pytest.raises(DamagedRunError):
        read_run(session, context.settings.runs_dir, file.run_id)

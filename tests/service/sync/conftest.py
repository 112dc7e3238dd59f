"""A service with systems connected to it, all in memory."""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ports import OutsideSystem
from service.context import ServiceContext
from service.database.engine import Database
from service.settings import Settings
from tests.service.builders_outside import Systems, outside_of
from tests.service.builders_proposals import Desk
from tests.service.conftest import FakeClock


@pytest.fixture
def opened() -> dict[str, OutsideSystem]:
    return {}


@pytest.fixture
def context(
    database: Database, tmp_path: Path, clock: FakeClock, opened: dict[str, OutsideSystem]
) -> ServiceContext:
    plain = ServiceContext(
        settings=Settings(data_dir=tmp_path), database=database, clock=clock, ring=lambda: None
    )
    return replace(plain, outside=outside_of(opened))


@pytest.fixture
def systems(context: ServiceContext, clock: FakeClock, opened: dict[str, OutsideSystem]) -> Systems:
    return Systems(context, clock, opened)


@pytest.fixture
def desk(context: ServiceContext, clock: FakeClock) -> Desk:
    return Desk(context, clock)

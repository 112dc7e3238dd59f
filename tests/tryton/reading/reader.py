"""Reads a real Tryton as the service does: batch after batch, each settled."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adapters.canonical.demand import DemandSignal
from adapters.erp.tryton.exchange import open_tryton
from adapters.erp.tryton.settings import TrytonSettings
from adapters.ports import FlatRow, IncomingBatch, IncomingKind, IntakeReport, Source
from service.feeds.batches import FeedKind, UnreadableRow
from service.feeds.row_reading import read_row
from tests.tryton.seeded import SERVICE
from tests.tryton.server import TrytonServer


@dataclass
class Reader:
    """Where the reading of some kinds stands."""

    source: Source
    cursor: str | None = None

    def next(self) -> IncomingBatch | None:
        """The next batch, stored and settled."""
        found = self.source.read(self.cursor)
        if found is None:
            return None
        batch, self.cursor = found
        self.source.settle(batch, IntakeReport(batch.reference, {}))
        return batch

    def batches(self) -> list[IncomingBatch]:
        """All that is new."""
        found: list[IncomingBatch] = []
        while (batch := self.next()) is not None:
            found.append(batch)
            assert len(found) < 100, "it never ends"
        return found

    def rows(self) -> list[Mapping[str, Any]]:
        """The values of all rows that are new; each is one that our feeds take."""
        return [values for batch in self.batches() for values in values_of(batch)]


def settings_of(tryton: TrytonServer, **changes: Any) -> TrytonSettings:
    """The server as our service connects to it."""
    given = {
        "system": "erp",
        "base_url": tryton.url,
        "database": tryton.storage.name,
        "login": SERVICE.user,
        "password": SERVICE.password,
    }
    return TrytonSettings.model_validate({**given, **changes})


@contextmanager
def reading(tryton: TrytonServer, *kinds: IncomingKind, **settings: Any) -> Iterator[Reader]:
    """A reader of these kinds, logged in as our service."""
    system = open_tryton(settings_of(tryton, reads=kinds, **settings))
    assert system.source is not None
    try:
        yield Reader(system.source)
    finally:
        system.close()


def values_of(batch: IncomingBatch) -> list[Mapping[str, Any]]:
    """The rows of a batch, each of them read as our feeds read it."""
    rows = [row.values for row in batch.rows if isinstance(row, FlatRow)]
    assert len(rows) == len(batch.rows)
    for index, values in enumerate(rows):
        if batch.kind is IncomingKind.DEMAND_SIGNALS:
            DemandSignal.model_validate({"system": "erp", **values})
        else:
            read = read_row(FeedKind(batch.kind.value), "erp", dict(values), index)
            assert not isinstance(read, UnreadableRow), read.problem
    return rows

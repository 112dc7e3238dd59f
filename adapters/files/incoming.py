"""The partner's files as batches, in the order of their manifests' names."""

from dataclasses import replace
from pathlib import Path

from adapters.files import settlement
from adapters.files.dropped import DroppedBatch, dropped, incoming_batch
from adapters.files.layout import Layout, manifests_in
from adapters.files.records import RefusedBatchError
from adapters.ports import Failure, IncomingBatch, IntakeReport, PortError


class FolderSource:
    """Reads ``in/``. What lies there is what is still to be read, so the cursor says nothing."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._unfinished: dict[str, bytes] = {}

    def read(
        self,
        cursor: str | None,  # noqa: ARG002  the folder itself remembers what was settled
    ) -> tuple[IncomingBatch, str | None] | None:
        """The first batch by the name of its manifest; refuses those that cannot be read."""
        with self._layout.at_work(self._layout.incoming):
            settlement.finish(self._layout)
            for path in manifests_in(self._layout.incoming):
                batch = self._readable(path)
                if batch:
                    return batch, batch.reference
        return None

    def settle(self, batch: IncomingBatch, report: IntakeReport) -> None:
        """Move the batch to ``in/done/``, or ``in/refused/`` if the report says so."""
        told = replace(report, findings=settlement.all_findings(batch, report))
        with self._layout.at_work(self._layout.incoming):
            settlement.finish(self._layout)
            waiting = (dropped(path) for path in manifests_in(self._layout.incoming))
            found = next((one for one in waiting if one.reference == batch.reference), None)
            name = batch.reference.rpartition(":")[0]
            if found:
                settlement.settle(self._layout, found, told)
            elif not settlement.was_settled(self._layout, name):
                raise PortError(Failure.REJECTED, f"the batch {name} is no longer in the folder")

    def _readable(self, path: Path) -> IncomingBatch | None:
        batch = dropped(path)
        if batch.manifest is None and self._is_being_written(batch):
            return None
        try:
            self._check_new(batch)
            return incoming_batch(batch)
        except RefusedBatchError as refusal:
            report = IntakeReport(batch.reference, {}, refused=str(refusal))
            settlement.settle(self._layout, batch, report)
            return None

    def _is_being_written(self, batch: DroppedBatch) -> bool:
        """Whether the manifest differs from what it was at the last look."""
        before = self._unfinished.get(batch.path.name)
        self._unfinished[batch.path.name] = batch.content
        return before != batch.content

    def _check_new(self, batch: DroppedBatch) -> None:
        if (self._layout.settled("done") / batch.name).exists():
            raise RefusedBatchError(
                f"the batch {batch.name} was taken before; give each batch a new name"
            )

"""A batch as the partner dropped it: checked against its manifest, then read."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from adapters.files.columns import flat_values
from adapters.files.layout import MANIFEST, is_plain_file
from adapters.files.manifest import MOST_BYTES, MOST_ROWS, DataFile, IncomingManifest
from adapters.files.records import Record, RefusedBatchError, records_of
from adapters.ports import FlatRow, IncomingBatch
from adapters.row_check import problem_of

_LONGEST_MANIFEST = 1_000_000
"""In bytes; what is longer is cut, and not understood."""
_LONGEST_NAME = 60


@dataclass(frozen=True)
class DroppedBatch:
    """A manifest in its folder; ``manifest`` is None where it cannot be understood."""

    path: Path
    content: bytes
    manifest: IncomingManifest | None
    problem: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        if self.manifest:
            return self.manifest.batch
        raw = os.fsencode(self.path.name.removesuffix(MANIFEST))  # bytes that may be no text
        return raw.decode("utf-8", "backslashreplace")[:_LONGEST_NAME]

    @property
    def reference(self) -> str:
        """The batch's name and what it says: the same name with other content is another."""
        return f"{self.name}:{hashlib.sha256(self.content).hexdigest()[:12]}"

    @property
    def data_files(self) -> list[Path]:
        """Where its data files are meant to be."""
        files = self.manifest.files if self.manifest else ()
        return [self.path.parent / file.name for file in files]

    def understood(self) -> IncomingManifest:
        """The manifest; raises RefusedBatchError where it is not understood."""
        if self.manifest is None:
            raise RefusedBatchError(self.problem)
        return self.manifest

    def records(self) -> list[Record]:
        """All records in the order of the files; raises RefusedBatchError."""
        files = self.understood().files
        if sum(file.rows for file in files) > MOST_ROWS:
            raise RefusedBatchError(f"a batch has at most {MOST_ROWS} rows; drop several")
        return [record for file in files for record in self._of(file)]

    def _of(self, file: DataFile) -> Sequence[Record]:
        content = _content(self.path.parent / file.name)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise RefusedBatchError(f"{file.name} does not have the checksum of its manifest")
        found = records_of(file.name, content, file.rows + 1)
        if len(found) > file.rows:
            raise RefusedBatchError(f"{file.name} has more rows than the {file.rows} it should")
        if len(found) != file.rows:
            raise RefusedBatchError(
                f"{file.name} has {len(found)} rows, its manifest says {file.rows}"
            )
        return found


def dropped(path: Path) -> DroppedBatch:
    """The batch of the manifest at ``path``."""
    with path.open("rb") as file:
        content = file.read(_LONGEST_MANIFEST)
    try:
        return DroppedBatch(path, content, IncomingManifest.model_validate_json(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        problem = f"the manifest is not understood: {place}: {first['msg']}"
        return DroppedBatch(path, content, None, problem)


def incoming_batch(batch: DroppedBatch) -> IncomingBatch:
    """The batch in our words; rows are numbered through all of its files."""
    manifest = batch.understood()
    rows: list[FlatRow] = []
    unreadable: dict[int, str] = {}
    for number, record in enumerate(batch.records(), 1):
        values = flat_values(manifest.kind, record.cells or {})
        problem = record.problem or problem_of(values)
        if problem:
            unreadable[number] = problem
        else:
            rows.append(FlatRow(number, values))
    return IncomingBatch(
        batch.reference, manifest.kind, rows, manifest.mode == "snapshot", unreadable
    )


def _content(path: Path) -> bytes:
    if not is_plain_file(path):
        raise RefusedBatchError(f"{path.name} is named in the manifest and is not there")
    if path.stat().st_size > MOST_BYTES:
        raise RefusedBatchError(f"{path.name} is larger than {MOST_BYTES} bytes; drop several")
    return path.read_bytes()

"""Batches for the partner: data file first, manifest last, no key twice."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from adapters.files import durable
from adapters.files.documents import Document
from adapters.files.layout import MANIFEST, Layout
from adapters.files.manifest import DataFile, OutgoingKind, OutgoingManifest
from adapters.files.outgoing_columns import COLUMNS
from adapters.files.settings import DataFormat
from adapters.files.tables import table_bytes
from adapters.ports import Failure, PortError


class OutgoingBatches:
    """Writes ``out/`` and knows what lies there or was moved to ``out/taken/``."""

    def __init__(self, layout: Layout, data_format: DataFormat) -> None:
        self._layout = layout
        self._format: DataFormat = data_format
        self._read: dict[str, OutgoingManifest] = {}

    def write(self, kind: OutgoingKind, documents: Sequence[Document]) -> Mapping[str, str]:
        """Write those documents that were not written before; returns each key's batch."""
        with self._layout.at_work(self._layout.outgoing):
            known = self._batches(kind)
            new = {one.key: one for one in documents if one.key not in known}
            if not new:
                return known
            batch = self._write(kind, list(new.values()))
            return {**known, **dict.fromkeys(new, batch)}

    def batches(self, kind: OutgoingKind) -> Mapping[str, str]:
        """Each key that was written, with its batch."""
        with self._layout.at_work(self._layout.outgoing):
            return self._batches(kind)

    def _write(self, kind: OutgoingKind, documents: Sequence[Document]) -> str:
        keys = tuple(document.key for document in documents)
        sequence = 1 + max((one.sequence for one in self._read.values()), default=0)
        batch = f"{sequence:06d}-{kind}-{_digest(keys)}"
        rows = [row for document in documents for row in document.rows]
        content = table_bytes(self._format, COLUMNS[kind], rows)
        data = f"{batch}.{self._format}"
        file = DataFile(name=data, sha256=hashlib.sha256(content).hexdigest(), rows=len(rows))
        manifest = OutgoingManifest(
            batch=batch, sequence=sequence, kind=kind, keys=keys, files=(file,)
        )
        durable.write(self._layout.outgoing / data, content)
        told = manifest.model_dump_json(indent=2).encode("utf-8")
        durable.write(self._layout.outgoing / f"{batch}{MANIFEST}", told)
        return batch

    def _batches(self, kind: OutgoingKind) -> dict[str, str]:
        # First out/, then taken/: what the partner moves meanwhile is seen at least once.
        names = self._manifest_names(self._layout.outgoing.glob(f"*{MANIFEST}"))
        names |= self._manifest_names(self._layout.taken.rglob(f"*{MANIFEST}"))
        self._read = {name: self._manifest(name) for name in sorted(names)}
        read = (one for one in self._read.values() if one.kind == kind)
        return {key: manifest.batch for manifest in read for key in manifest.keys}

    def _manifest_names(self, paths: Iterable[Path]) -> set[str]:
        return {path.name for path in paths if not path.name.startswith(".")}

    def _manifest(self, name: str) -> OutgoingManifest:
        """The manifest of this name, wherever it lies now; it never changes once written."""
        if name in self._read:
            return self._read[name]
        here = self._layout.outgoing / name
        path = here if here.exists() else next(self._layout.taken.rglob(name), here)
        try:
            return OutgoingManifest.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise PortError(
                Failure.REJECTED,
                f"{path} is no manifest of ours; move it out of the folder "
                "so that nothing is handed over twice",
            ) from error


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode("utf-8")).hexdigest()[:16]

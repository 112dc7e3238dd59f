"""Manifests: what a batch consists of. Without one, nothing is read."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.ports import IncomingKind

FileName = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*\.(csv|parquet)$"),
]
"""A name in the manifest's own folder: no path leads elsewhere, no hidden file."""

BatchId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]

OutgoingKind = Literal["proposals", "outlooks", "events", "forecasts"]

MOST_ROWS = 500_000
MOST_BYTES = 256_000_000


class DataFile(BaseModel):
    """A data file, with what it must be to be taken. ``rows`` does not count the header."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FileName
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=0, le=MOST_ROWS, strict=True)


class IncomingManifest(BaseModel):
    """What the partner says of a batch; written last.

    ``batch`` is new for each batch. ``snapshot`` says that the rows are all there is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch: BatchId
    kind: IncomingKind
    mode: Literal["delta", "snapshot"] = "delta"
    files: tuple[DataFile, ...] = Field(min_length=1, max_length=100)


class OutgoingManifest(BaseModel):
    """What we say of a batch; written last.

    ``sequence`` grows from batch to batch. ``keys`` are what is in it: a key comes once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    batch: str
    sequence: int
    kind: OutgoingKind
    keys: tuple[str, ...]
    files: tuple[DataFile, ...]

"""Files that are there in full or not at all, whatever breaks off in between."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write beside, bring to the disk, rename into place."""
    beside = path.with_name(f".{path.name}.tmp")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(beside, path)


def move(path: Path, to: Path) -> None:
    """Rename within one file system; both folders know of it when this returns."""
    path.rename(to)
    for folder in {path.parent, to.parent}:
        _sync(folder)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes of ours out of the folder for as long as this lasts."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files that are there in full or not at all, whatever breaks off in between."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write beside, bring to the disk, rename into place.

    Beside is a new file: what a partner has put there could be a link to a file of ours.
    """
    beside = path.with_name(f".{path.name}.tmp")
    beside.unlink(missing_ok=True)
    with beside.open("xb") as file:
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
    # Neither emptied nor followed: a partner could have put a link to a file of ours there.
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def make(folder: Path) -> None:
    """Make the folder if need be; raises NotADirectoryError where a link is in its place."""
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise NotADirectoryError(f"{folder} is a link, and could lead elsewhere")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

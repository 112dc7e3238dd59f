"""Where things lie in the folder, and who may be in there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.files import durable
from adapters.ports import Failure, PortError

MANIFEST = ".manifest.json"


@dataclass(frozen=True)
class Layout:
    """The parts of an exchange folder.

    ``in/`` is the partner's to write, ``out/`` ours. The partner moves what it has read from
    ``out/`` to ``out/taken/``; we move what we have read to ``in/done/`` or ``in/refused/``, by
    way of ``in/.settling/``.
    """

    root: Path

    @property
    def incoming(self) -> Path:
        """Where the partner drops files."""
        return self.root / "in"

    @property
    def outgoing(self) -> Path:
        """Where the partner fetches files."""
        return self.root / "out"

    @property
    def taken(self) -> Path:
        """Where the partner puts what it has read."""
        return self.outgoing / "taken"

    def settled(self, fate: str) -> Path:
        """Where batches lie that are ``done`` or ``refused``."""
        return self.incoming / fate

    def settling(self, fate: str) -> Path:
        """Where a batch is put together before it is renamed to its fate."""
        return self.incoming / ".settling" / fate

    @contextmanager
    def at_work(self, part: Path) -> Iterator[None]:
        """Be alone in ``part``; a fault of the disk or the share is a temporary PortError.

        The root is not made here: a share that is not mounted shall not be mistaken for an
        empty folder.
        """
        try:
            for folder in self._parts():
                durable.make(folder)
            with durable.alone_in(part):
                yield
        except OSError as fault:
            raise PortError(
                Failure.TEMPORARY, f"the folder {self.root} cannot be used: {fault}"
            ) from fault

    def _parts(self) -> Iterator[Path]:
        yield from (self.incoming, self.incoming / ".settling", self.outgoing, self.taken)
        for fate in ("done", "refused"):
            yield from (self.settled(fate), self.settling(fate))


def manifests_in(folder: Path) -> list[Path]:
    """The manifests directly in a folder, by name; hidden files are not finished."""
    found = folder.glob(f"*{MANIFEST}")
    return sorted(path for path in found if path.name[0] != "." and is_plain_file(path))


def is_plain_file(path: Path) -> bool:
    """Whether it is a file, and no link that could lead elsewhere."""
    return path.is_file() and not path.is_symlink()

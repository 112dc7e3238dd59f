"""The doorbell: a datagram to the worker on this machine.

The database says what is to be done; a ring only ends the worker's wait early. The worker binds
a loopback port of the system's choice and leaves its number in a file.
"""

import contextlib
import select
import socket
from pathlib import Path

PORT_FILE = "work.port"


class Doorbell:
    """Rings the worker whose port file lies in ``data_dir``; silent if nobody is there."""

    def __init__(self, data_dir: Path) -> None:
        self._port_file = data_dir / PORT_FILE

    def ring(self) -> None:
        """Wake the worker."""
        with contextlib.suppress(OSError, ValueError):
            port = int(self._port_file.read_text(encoding="ascii"))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
                bell.settimeout(0)
                bell.sendto(b"!", ("127.0.0.1", port))


class Listener:
    """The worker's end of the bell."""

    def __init__(self, data_dir: Path) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0)
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = data_dir / f"{PORT_FILE}.new"
        fresh.write_text(str(self._socket.getsockname()[1]), encoding="ascii")
        fresh.replace(data_dir / PORT_FILE)

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most ``seconds``; rings that piled up count as one."""
        ready, _, _ = select.select([self._socket], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while ready:
                self._socket.recv(16)
        return bool(ready)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

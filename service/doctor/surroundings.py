"""What the machine must offer: Python, a folder to write to, a free port, a worker."""

import errno
import os
import socket
import sys
import tempfile
from pathlib import Path

from service.doctor.finding import Finding, Health
from service.settings import Settings
from service.work.doorbell import PORT_FILE

_OLDEST_PYTHON = (3, 11)


def examine_surroundings(settings: Settings) -> list[Finding]:
    """Everything that needs no database."""
    return [
        examine_python(),
        examine_folder(settings.data_dir),
        examine_port(settings.host, settings.port),
        examine_worker(settings.data_dir),
    ]


def examine_python() -> Finding:
    """The interpreter."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= _OLDEST_PYTHON:
        return Finding("python", Health.OK, found)
    return Finding("python", Health.FAULT, found, "Install Python 3.11 or newer.")


def examine_folder(folder: Path) -> Finding:
    """The data folder: it exists, or can be made, and a file can be written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
    except OSError as error:
        remedy = "Give this user the folder, or set REPLENISH_DATA_DIR to another one."
        return Finding("data folder", Health.FAULT, f"{folder}: {error.strerror}", remedy)
    return Finding("data folder", Health.OK, f"{folder} can be written")


def examine_port(host: str, port: int) -> Finding:
    """The web port: free, or taken, perhaps by a service of ours that runs already."""
    try:
        with socket.create_server((host, port)):
            return Finding("port", Health.OK, f"{host}:{port} is free")
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        remedy = "If it is not this service, set REPLENISH_PORT to another one."
        health = Health.NOTE if taken else Health.FAULT
        reason = os.strerror(error.errno) if error.errno else str(error)
        return Finding("port", health, f"{host}:{port}: {reason}", remedy)


def examine_worker(data_dir: Path) -> Finding:
    """The worker: alive while it holds the port that its file names."""
    remedy = "'replenish serve' starts one; without it nothing is recomputed."
    try:
        port = int((data_dir / PORT_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return Finding("worker", Health.NOTE, "none has run here", remedy)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return Finding("worker", Health.OK, f"listens on port {port}")
    return Finding("worker", Health.NOTE, "not running", remedy)

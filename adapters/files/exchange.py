"""The outside system behind a folder."""

from adapters.files.settings import FolderSettings
from adapters.ports import Capabilities, Idempotency, OutsideSystem

MAX_BATCH = 1000


def open_folder(settings: FolderSettings) -> OutsideSystem:  # noqa: ARG001  ports follow
    """The system at the other end of the folder; makes the folder where there is none."""
    return OutsideSystem(
        Capabilities(
            idempotency=Idempotency.CREATE_ONCE,
            max_batch=MAX_BATCH,
            write_forecast=True,
            events=True,
        )
    )

"""The outside system behind a folder."""

from adapters.files.incoming import FolderSource
from adapters.files.layout import Layout
from adapters.files.outgoing import OutgoingBatches
from adapters.files.recipients import FolderRecipient
from adapters.files.settings import FolderSettings
from adapters.ports import Capabilities, Idempotency, OutsideSystem

MAX_BATCH = 1000


def open_folder(settings: FolderSettings) -> OutsideSystem:
    """The system at the other end of the folder.

    The folder itself must be there by the time it is used; its parts are made as needed.
    """
    layout = Layout(settings.folder)
    recipient = FolderRecipient(OutgoingBatches(layout, settings.format))
    return OutsideSystem(
        Capabilities(
            idempotency=Idempotency.CREATE_ONCE,
            max_batch=MAX_BATCH,
            write_forecast=True,
            events=True,
        ),
        source=FolderSource(layout),
        events=recipient,
        crm=recipient,
        erp=recipient,
        planning=recipient,
    )

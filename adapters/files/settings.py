"""What has to be known of a folder that files are exchanged in."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from adapters.canonical.identity import Code

DataFormat = Literal["csv", "parquet"]


class FolderSettings(BaseModel):
    """A folder shared with one system.

    ``format`` is what we write; what we read says its format by its ending.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Code
    folder: Path
    format: DataFormat = "csv"

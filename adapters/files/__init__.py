"""A folder that files are exchanged in: CSV or Parquet, each batch with a manifest."""

from adapters.files.exchange import open_folder
from adapters.files.settings import FolderSettings

__all__ = ["FolderSettings", "open_folder"]

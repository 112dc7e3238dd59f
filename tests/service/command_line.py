"""Commands as an operator types them, in this process: one of its own takes a second."""

from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner, Result

from service.cli.main import app


def replenish(folder: Path, *arguments: str) -> Result:
    """Run a command in ``folder``, with the data in its folder ``data``."""
    environment = {
        "REPLENISH_DATA_DIR": str(folder / "data"),
        "REPLENISH_PORT": "0",
        "COLUMNS": "200",
    }
    with chdir(folder):
        return CliRunner().invoke(app, arguments, env=environment)

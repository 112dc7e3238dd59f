"""replenish version."""

import importlib.metadata

import typer


def version() -> None:
    """Print the version of this installation."""
    typer.echo(importlib.metadata.version("pegline"))

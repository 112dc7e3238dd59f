"""replenish migrate."""

import typer

from service.database import migrate as schema
from service.settings import Settings


def migrate() -> None:
    """Bring the database to the schema of this release; does nothing when it is up to date."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    before = schema.current(settings.url)
    schema.upgrade(settings.url)
    after = schema.current(settings.url)
    typer.echo(f"The schema is {after}, as before." if after == before else f"{before} -> {after}")

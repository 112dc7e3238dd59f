"""What alembic runs: our connection, within the transaction of whoever opened it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from service.database.types import Exact, Json, Utc


def _plain(kind: str, part: Any, drafting: AutogenContext) -> str | Literal[False]:
    """Our column types as the database knows them: a revision outlives the code of its day."""
    if part is Json:
        drafting.imports.add("from service.database.types import Json")
        return "Json"
    if kind == "type" and isinstance(part, Exact):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(part, Utc):
        return "sa.DateTime(timezone=True)"
    return False


def _run() -> None:
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes.get("metadata"),
        render_as_batch=True,  # SQLite alters a table by copying it
        render_item=_plain,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()

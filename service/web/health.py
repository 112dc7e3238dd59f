"""Whether the web process and its database answer; open to everyone, tells nothing else."""

from fastapi import APIRouter
from sqlalchemy import text

from service.http.context import Context

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz(context: Context) -> dict[str, str]:
    """``ok`` if a query comes back."""
    with context.database.read() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ok"}

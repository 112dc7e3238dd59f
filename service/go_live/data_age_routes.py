"""HTTP: how old the data is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from service.access.api_keys import Scope, System
from service.go_live.data_age import data_ages
from service.http.context import Context
from service.http.systems import system_with

router = APIRouter(tags=["operations"])

Reader = Annotated[System, Depends(system_with(Scope.FEEDS_WRITE, Scope.PROPOSALS_READ))]


class DataAgeAnswer(BaseModel):
    """One kind of data of one system; times in seconds."""

    system: str
    kind: str
    arrived_at: str | None
    newest_day: str | None
    batch_rows: int
    total_rows: int
    age_seconds: int | None
    expected_every_seconds: int
    late: bool
    why: str
    planned_keys: int
    open_proposals: int


class DataAgesAnswer(BaseModel):
    """All of it, what is late first."""

    late: int
    data: list[DataAgeAnswer]


@router.get("/v1/data-age", response_model=DataAgesAnswer)
def get_data_age(context: Context, _reader: Reader) -> dict[str, Any]:
    """When each system's data last came in, what is late, and how much is planned with it."""
    with context.database.read() as session:
        ages = data_ages(session, context.clock())
    return {"late": sum(bool(one.late) for one in ages), "data": [one.to_json() for one in ages]}

"""The page that says how old the data is that planning rests on."""

from fastapi import APIRouter
from starlette.responses import Response

from service.go_live.data_age import data_ages
from service.http.context import Context
from service.web.rendering import render
from service.web.visitor import Visitor, frame

router = APIRouter(include_in_schema=False)


@router.get("/data-age")
def data_age(context: Context, visitor: Visitor) -> Response:
    """Each system's data by kind, what is late first."""
    with context.database.read() as session:
        return render(
            "data_age.html",
            here="data-age",
            frame=frame(session, context, visitor),
            ages=data_ages(session, context.clock()),
        )

"""The web application: API routes for systems, pages for people."""

from fastapi import Depends, FastAPI

from service.context import ServiceContext
from service.exceptions.routes import router as exceptions
from service.feeds.outside_routes import router as outside_plans
from service.feeds.routes import router as feeds
from service.forecasts.override_routes import router as overrides
from service.go_live.data_age_routes import router as data_age
from service.go_live.in_flight_routes import router as in_flight
from service.http import problems
from service.http.queries import refuse_unknown_parameters
from service.outlook.published_routes import router as forecasts
from service.outlook.routes import router as outlooks
from service.proposals.routes import router as proposals
from service.replenishment.routes import router as recommendations
from service.replenishment.supplier_order_routes import router as supplier_orders
from service.signals.merge_routes import router as merges
from service.signals.replay_routes import router as replays
from service.signals.routes import router as signals
from service.sync.webhook_routes import router as webhooks
from service.web.assembly import install_pages


def create_app(context: ServiceContext) -> FastAPI:
    """All routes over ``context``. FastAPI's own docs are off: they load scripts from a CDN."""
    app = FastAPI(
        title="Pegline",
        version="1",
        summary="Demand signals in, explained requisition proposals out.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    problems.install(app)
    for router in (
        signals,
        merges,
        exceptions,
        replays,
        feeds,
        outside_plans,
        recommendations,
        proposals,
        in_flight,
        supplier_orders,
        outlooks,
        forecasts,
        overrides,
        webhooks,
        data_age,
    ):
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    install_pages(app)
    return app

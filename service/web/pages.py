"""All pages behind one router."""

from fastapi import APIRouter

from service.web import (
    api_reference_pages,
    data_age_pages,
    delivery_pages,
    exception_pages,
    health,
    log_in,
    opportunity_pages,
    override_pages,
    proposal_pages,
    queue_pages,
    recommendation_pages,
    supplier_order_pages,
)

router = APIRouter(include_in_schema=False)
for part in (
    log_in,
    queue_pages,
    proposal_pages,
    supplier_order_pages,
    recommendation_pages,
    exception_pages,
    data_age_pages,
    delivery_pages,
    health,
    opportunity_pages,
    override_pages,
    api_reference_pages,
):
    router.include_router(part.router)

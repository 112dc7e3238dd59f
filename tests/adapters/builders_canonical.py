"""Proposals, outlooks, events and forecasts that leave only what matters to a test."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from adapters.canonical.demand import OpportunityStatus
from adapters.canonical.outlook import (
    ForecastBucket,
    LineOutlook,
    OutgoingEvent,
    PublishedForecast,
    SeriesForecast,
    SuppliedPart,
    SupplyOutlook,
    SupplySource,
)
from adapters.canonical.proposal import ProposalKind, RequisitionProposal

TODAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def proposal(reference: str = "PL-0001", **different: Any) -> RequisitionProposal:
    """Buy 120 of BOLT-8 for BERLIN, unless said differently."""
    usual: dict[str, Any] = {
        "kind": ProposalKind.REQUISITION,
        "revision": 1,
        "item_id": "BOLT-8",
        "location_id": "BERLIN",
        "supplier_id": "ACME",
        "quantity": Decimal("120.5"),
        "unit": "EA",
        "unit_price": Decimal("0.42"),
        "currency": "EUR",
        "order_date": TODAY,
        "required_date": date(2026, 1, 19),
        "rationale": "Stock falls below the reorder point on 12 January.",
    }
    return RequisitionProposal(external_ref=reference, **{**usual, **different})


def outlook(opportunity: str = "OPP-7", version: int = 1, note: str = "") -> SupplyOutlook:
    """Half of 100 is on hand, the other half on requisition."""
    line = LineOutlook(
        line_id="1",
        status=OpportunityStatus.OPEN,
        item_id="BOLT-8",
        location_ids=("BERLIN",),
        unit="EA",
        quantity=Decimal(100),
        window_start=date(2026, 2, 1),
        window_end=date(2026, 2, 28),
        supplied=(
            SuppliedPart(
                source=SupplySource.ON_HAND,
                location_id="BERLIN",
                quantity=Decimal(50),
                available_on=TODAY,
            ),
            SuppliedPart(
                source=SupplySource.REQUISITION,
                location_id="BERLIN",
                quantity=Decimal(50),
                available_on=date(2026, 1, 19),
                reference="PL-0001",
                state="review",
            ),
        ),
        covered_on=date(2026, 1, 19),
        shortage_probability=Decimal("0.031"),
        note=note,
    )
    return SupplyOutlook(
        system="crm",
        opportunity_id=opportunity,
        version=version,
        business_date=TODAY,
        as_of=NOW,
        lines=(line,),
    )


def event(event_id: str = "evt-1", **different: Any) -> OutgoingEvent:
    """A demand signal was taken, unless said differently."""
    usual: dict[str, Any] = {
        "type": "demand-signal.changed",
        "schema_version": 1,
        "subject": "crm/OPP-7/1",
        "occurred_at": NOW,
        "body": {"item_id": "BOLT-8", "quantity": "100", "note": "Schrauben für Köln"},
    }
    return OutgoingEvent(event_id=event_id, **{**usual, **different})


def bucket(start: date, end: date, mean: str) -> ForecastBucket:
    """Expected demand of these days, with its ninetieth percentile."""
    return ForecastBucket(
        start=start,
        end=end,
        mean=Decimal(mean),
        opportunities=Decimal("1.5"),
        override=Decimal("-0.25"),
        quantiles={"0.9": Decimal(mean) * 2},
    )


def forecast(publication: str, version: int, *buckets: ForecastBucket) -> PublishedForecast:
    """The forecast of BOLT-8 in BERLIN from the first bucket to the last."""
    series = SeriesForecast(
        item_id="BOLT-8",
        location_id="BERLIN",
        unit="EA",
        version=version,
        start=buckets[0].start,
        end=buckets[-1].end,
        buckets=buckets,
    )
    return PublishedForecast(publication_id=publication, business_date=TODAY, series=(series,))


def cleared(publication: str, version: int, start: date, end: date) -> PublishedForecast:
    """A forecast that says: nothing any more within these days."""
    series = SeriesForecast(
        item_id="BOLT-8",
        location_id="BERLIN",
        unit="EA",
        version=version,
        start=start,
        end=end,
        buckets=(),
    )
    return PublishedForecast(publication_id=publication, business_date=TODAY, series=(series,))

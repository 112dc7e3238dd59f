"""People, items and proposals as the pages meet them: only what matters is named."""

import math
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from forecasting.quantile_levels import QUANTILE_LEVELS
from rules.ordering.explanation import Explanation
from service.database.base import Table, new_id
from service.feeds.tables import (
    AccountRow,
    ItemRow,
    LocationRow,
    SalesLineRow,
    StockPositionRow,
    SupplierTermsRow,
)
from service.forecasts.tables import SeriesForecastRow
from service.policies.versions import ensure_default
from service.proposals.tables import ProposalEventRow, ProposalRow
from service.replenishment.tables import CurrentRecommendationRow, RecommendationRow
from service.signals.tables import DemandSignalRow, SignalAllocationRow, SignalMessageRow
from service.work.tables import CompanyRow
from tests.service.builders_rationale import (
    MADE_UP,
    TODAY,
    Hope,
    Planned,
    decision_of,
    explanation_of,
    inputs_of,
)


def put_company(session: Session, notice: str = "") -> None:
    ensure_default(session, datetime.combine(TODAY, time(), UTC))
    session.add(
        CompanyRow(
            name="company",
            title="Demo wholesaler",
            time_zone="Europe/London",
            currency="GBP",
            business_date=TODAY,
            notice=notice,
        )
    )


def put_locations(session: Session, now: datetime) -> None:
    for location_id, name in (("DC-UK", "Leeds"), ("DC-EU", "Rotterdam")):
        session.add(
            LocationRow(
                **_told(now, location_id, MADE_UP),
                location_id=location_id,
                name=name,
                kind="warehouse",
                parent_id=None,
                time_zone="Europe/London",
                week_start=1,
            )
        )


def put_planned(session: Session, planned: Planned, now: datetime) -> ProposalRow:
    """The item, its sales, forecast, opportunities, recommendation, decision and proposal."""
    _put_master_data(session, planned, now)
    signals = [_put_hope(session, planned, hope, now) for hope in planned.hopes]
    run_id = new_id()
    _put_forecast(session, planned, run_id)
    explanation = explanation_of(planned, signals, run_id, now)
    recommendation_id, decision_id = new_id(), new_id()
    session.add_all(
        [
            RecommendationRow(
                recommendation_id=recommendation_id,
                item_id=planned.item_id,
                location_id=planned.location_id,
                business_date=TODAY,
                quantity=explanation.quantity,
                order_up_to_level=explanation.order_up_to_level,
                explanation=explanation.to_json(),
                inputs=inputs_of(planned, signals, run_id, now),
                inputs_digest="d1" * 32,
                created_at=now,
            ),
            decision_of(planned, explanation, (recommendation_id, decision_id), now),
            CurrentRecommendationRow(
                item_id=planned.item_id,
                location_id=planned.location_id,
                recommendation_id=recommendation_id,
                decision_id=decision_id,
            ),
        ]
    )
    proposal = _proposal(planned, explanation, (recommendation_id, decision_id), now)
    session.add(proposal)
    session.flush()
    session.add(
        ProposalEventRow(
            proposal_id=proposal.proposal_id,
            event="created",
            from_state=None,
            to_state=planned.state,
            revision=1,
            actor="policy",
            reason=planned.note,
            occurred_at=now,
        )
    )
    session.flush()
    return proposal


def _told(now: datetime, native_id: str, provenance: str = "") -> dict[str, Any]:
    return {
        "system": "erp",
        "native_id": native_id,
        "external_key": None,
        "version_token": None,
        "changed_at": None,
        "received_at": now,
        "provenance": provenance,
    }


def _put_master_data(session: Session, planned: Planned, now: datetime) -> None:
    key = f"{planned.item_id}@{planned.location_id}"
    rows: list[Table] = [
        SupplierTermsRow(
            **_told(now, key, planned.provenance),
            item_id=planned.item_id,
            location_id=planned.location_id,
            supplier_id="SUPPLIER-07",
            lead_time_days=planned.lead_time_days,
            review_period_days=7,
            minimum_order_quantity=Decimal(48),
            order_multiple=Decimal(24),
            unit_price=Decimal(planned.price),
            currency="GBP",
            priority=1,
        ),
        StockPositionRow(
            **_told(now, key, planned.provenance),
            item_id=planned.item_id,
            location_id=planned.location_id,
            on_hand=Decimal(planned.on_hand),
            unusable=Decimal(0),
            allocated=Decimal(0),
            backorders=Decimal(0),
            as_of=now,
        ),
    ]
    if session.get(ItemRow, planned.item_id) is None:
        rows.append(
            ItemRow(
                **_told(now, planned.item_id, "UCI Online Retail; made up: the code and the pack"),
                item_id=planned.item_id,
                description=planned.description,
                base_unit="EA",
                unit_decimals=0,
                item_group=None,
            )
        )
    session.add_all(rows)
    _put_sales(session, planned, now)


def _put_sales(session: Session, planned: Planned, now: datetime) -> None:
    for week in range(39):
        wave = 1 + 0.5 * math.sin(week * 0.9) + 0.3 * math.sin(week * 2.3)
        sold_on = TODAY - timedelta(days=7 * (39 - week) - 2)
        native_id = f"{planned.item_id}/{planned.location_id}/{week}"
        session.add(
            SalesLineRow(
                **_told(now, native_id, "UCI Online Retail"),
                item_id=planned.item_id,
                location_id=planned.location_id,
                account_id=None,
                sold_on=sold_on,
                quantity=Decimal(max(round(planned.weekly * wave), 0)),
                unit_price=None,
                opportunity_id=None,
                order_line_id=None,
            )
        )


def _put_account(session: Session, name: str, now: datetime) -> str:
    account_id = name.upper().replace(" ", "-")
    if session.get(AccountRow, account_id) is None:
        session.add(AccountRow(**_told(now, account_id), account_id=account_id, name=name))
    return account_id


def _put_hope(session: Session, planned: Planned, hope: Hope, now: datetime) -> DemandSignalRow:
    message_id = new_id()
    account_id = _put_account(session, hope.account, now)
    signal = DemandSignalRow(
        signal_id=new_id(),
        system="crm",
        opportunity_id=hope.opportunity_id,
        line_id="1",
        source_version=3,
        message_row_id=message_id,
        account_id=account_id,
        item_id=planned.item_id,
        location_rule="sourcing_rule",
        quantity=Decimal(hope.quantity),
        quantity_basis="incremental",
        window_start=TODAY + timedelta(days=8),
        window_end=TODAY + timedelta(days=22),
        stage="proposal",
        status="open",
        win_probability=Decimal(hope.win_probability),
        first_seen_at=now,
        changed_at=now,
    )
    session.add_all(
        [
            signal,
            SignalAllocationRow(
                signal_id=signal.signal_id,
                location_id=planned.location_id,
                item_id=planned.item_id,
                quantity=Decimal(hope.quantity),
            ),
            SignalMessageRow(
                message_row_id=message_id,
                system="crm",
                message_id=f"m-{hope.opportunity_id}",
                digest="0" * 64,
                body={},
                opportunity_id=hope.opportunity_id,
                line_id="1",
                source_version=3,
                outcome="applied",
                received_at=now,
                last_delivery_at=now,
            ),
        ]
    )
    return signal


def _put_forecast(session: Session, planned: Planned, run_id: UUID) -> None:
    session.add(
        SeriesForecastRow(
            item_id=planned.item_id,
            location_id=planned.location_id,
            run_id=run_id,
            demand_class="erratic",
            history_weeks=39,
            interval_days=planned.interval_days,
            interval_mean=planned.interval_mean,
            interval_quantiles=[2 * planned.interval_mean * level for level in QUANTILE_LEVELS],
            week_quantiles=[planned.weekly * 0.5, planned.weekly * 0.95, planned.weekly * 1.7],
            level_per_week=planned.weekly,
            backtest_error=0.31,
            fitted_on=TODAY,
        )
    )


def _proposal(
    planned: Planned, explanation: Explanation, ids: tuple[UUID, UUID], now: datetime
) -> ProposalRow:
    edited, against = planned.planner_quantity, planned.edited_against
    return ProposalRow(
        external_ref=planned.ref or f"RQ-{planned.item_id}-{planned.location_id}"[:32],
        state=planned.state,
        item_id=planned.item_id,
        location_id=planned.location_id,
        supplier_id="SUPPLIER-07",
        unit="EA",
        recommended_quantity=explanation.quantity,
        planner_quantity=None if edited is None else Decimal(edited),
        edited_against=None if against is None else Decimal(against),
        unit_price=Decimal(planned.price),
        currency="GBP",
        order_date=TODAY,
        required_date=TODAY + timedelta(days=planned.required_in_days),
        rationale=f"Order-up-to level {explanation.order_up_to_level:.0f}",
        recommendation_id=ids[0],
        decision_id=ids[1],
        created_at=now,
        changed_at=now,
    )

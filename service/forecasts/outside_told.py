"""What the systems in charge of some keys have told, read in sets."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.outside_tables import OutsideForecastRow, OutsideRecommendationRow
from service.feeds.tables import SupplierTermsRow
from service.forecasts.tables import ForecastScopeRow
from service.work.dirty_keys import Key


def told_buckets(
    session: Session, scopes: Mapping[Key, ForecastScopeRow], today: date
) -> Mapping[Key, list[OutsideForecastRow]]:
    """What the system in charge of each key forecasts from today on."""
    rows = (
        select(OutsideForecastRow.item_id, OutsideForecastRow.location_id, OutsideForecastRow)
        .where(
            OutsideForecastRow.system.in_({scope.system for scope in scopes.values()}),
            OutsideForecastRow.end >= today,
        )
        .order_by(OutsideForecastRow.start)
    )
    told: defaultdict[Key, list[OutsideForecastRow]] = defaultdict(list)
    for item_id, location_id, row in rows_of_keys(
        session, rows, OutsideForecastRow.item_id, scopes.keys()
    ):
        if scopes[item_id, location_id].system == row.system:
            told[item_id, location_id].append(row)
    return told


def told_recommendations(
    session: Session, scopes: Mapping[Key, ForecastScopeRow]
) -> dict[Key, OutsideRecommendationRow]:
    """What the system in charge of each key recommends."""
    rows = select(
        OutsideRecommendationRow.item_id,
        OutsideRecommendationRow.location_id,
        OutsideRecommendationRow,
    ).where(OutsideRecommendationRow.system.in_({scope.system for scope in scopes.values()}))
    found = rows_of_keys(session, rows, OutsideRecommendationRow.item_id, scopes.keys())
    return {
        (item_id, location_id): row
        for item_id, location_id, row in found
        if scopes[item_id, location_id].system == row.system
    }


def named_terms(
    session: Session, told: Mapping[Key, OutsideRecommendationRow]
) -> dict[Key, SupplierTermsRow]:
    """The terms of the suppliers that recommendations name, where they are known."""
    named: Collection[Key] = {key for key, row in told.items() if row.supplier_id is not None}
    rows = select(SupplierTermsRow.item_id, SupplierTermsRow.location_id, SupplierTermsRow).where(
        SupplierTermsRow.gone.is_(False)
    )
    return {
        (item_id, location_id): row
        for item_id, location_id, row in rows_of_keys(
            session, rows, SupplierTermsRow.item_id, named
        )
        if told[item_id, location_id].supplier_id == row.supplier_id
    }

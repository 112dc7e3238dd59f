"""Which keys are planned, and on which supplier terms.

A key is planned while its item and location are in use and some supplier's terms are known;
without terms there is no lead time, and so no interval to protect.
"""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.database.key_sets import rows_of_keys
from service.feeds.tables import ItemRow, LocationRow, SupplierTermsRow
from service.work.dirty_keys import Key


def terms_in_force(
    session: Session, keys: Collection[Key] | None = None
) -> dict[Key, SupplierTermsRow]:
    """The terms of the first supplier by priority, for ``keys`` or for all planned keys."""
    statement = _terms_in_use()
    rows = (
        session.execute(statement)
        if keys is None
        else rows_of_keys(session, statement, SupplierTermsRow.item_id, keys)
    )
    chosen: dict[Key, SupplierTermsRow] = {}
    for item_id, location_id, terms in rows:
        chosen.setdefault((item_id, location_id), terms)
    return chosen


def _terms_in_use() -> Select[str, str, SupplierTermsRow]:
    return (
        select(SupplierTermsRow.item_id, SupplierTermsRow.location_id, SupplierTermsRow)
        .join(ItemRow, ItemRow.item_id == SupplierTermsRow.item_id)
        .join(LocationRow, LocationRow.location_id == SupplierTermsRow.location_id)
        .where(
            SupplierTermsRow.gone.is_(False), ItemRow.gone.is_(False), LocationRow.gone.is_(False)
        )
        .order_by(
            SupplierTermsRow.item_id,
            SupplierTermsRow.location_id,
            SupplierTermsRow.priority,
            SupplierTermsRow.supplier_id,
        )
    )

"""Which of the data behind a page is made up, so that nobody takes it for real."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.feeds.tables import ItemRow, LocationRow, StockPositionRow, SupplierTermsRow
from service.work.dirty_keys import Key


@dataclass(frozen=True)
class Provenance:
    """Where each kind of data of an (item, location) comes from, if not from a real system.

    Stock, receipts and opportunities of a made-up location are made up too.
    """

    item: str = ""
    location: str = ""
    terms: str = ""
    stock: str = ""
    opportunities: str = ""

    def of(self, kind: str) -> str:
        """The provenance of a term of the explanation, by its kind."""
        if kind in {"on_hand", "scheduled_receipt", "backorders"}:
            return self.stock
        if kind in {"minimum_order_quantity", "order_multiple"}:
            return self.terms
        return self.opportunities if kind == "opportunity" else ""


def provenance_of(session: Session, key: Key, supplier_id: str | None) -> Provenance:
    """The provenance of what planning knows about ``key``, with its terms at ``supplier_id``."""
    item_id, location_id = key
    item = session.scalar(select(ItemRow.provenance).where(ItemRow.item_id == item_id)) or ""
    location = (
        session.scalar(select(LocationRow.provenance).where(LocationRow.location_id == location_id))
        or ""
    )
    terms = session.scalar(
        select(SupplierTermsRow.provenance).where(
            SupplierTermsRow.item_id == item_id,
            SupplierTermsRow.location_id == location_id,
            SupplierTermsRow.supplier_id == (supplier_id or ""),
        )
    )
    stock = session.scalar(
        select(StockPositionRow.provenance).where(
            StockPositionRow.item_id == item_id, StockPositionRow.location_id == location_id
        )
    )
    return Provenance(item, location, terms or "", stock or location, location)

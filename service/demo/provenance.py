"""Says in each loaded row whether it is real or made up, where the feed has no field for it."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.demo.today import ERP, MADE_UP, REAL
from service.feeds.tables import (
    FromSystem,
    OpenPurchaseLineRow,
    OpenSalesLineRow,
    SalesLineRow,
    StockPositionRow,
)

Provenances = Mapping[type[FromSystem], str]

ONLINE_RETAIL_ROWS: Provenances = {
    SalesLineRow: REAL,
    StockPositionRow: MADE_UP,
    OpenPurchaseLineRow: MADE_UP,
    OpenSalesLineRow: MADE_UP,
}


def label_rows(session: Session, provenances: Provenances) -> None:
    """Write the provenance into the demo's rows that lack one."""
    for table, provenance in provenances.items():
        session.execute(
            update(table)
            .where(table.system == ERP, table.provenance == "")
            .values(provenance=provenance)
            .execution_options(synchronize_session=False)
        )

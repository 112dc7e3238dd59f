"""Says in each loaded row whether it is real or made up, where the feed has no field for it."""

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

_OF_TABLE: tuple[tuple[type[FromSystem], str], ...] = (
    (SalesLineRow, REAL),
    (StockPositionRow, MADE_UP),
    (OpenPurchaseLineRow, MADE_UP),
    (OpenSalesLineRow, MADE_UP),
)


def label_rows(session: Session) -> None:
    """Write the provenance into the demo's sales, stock and open orders that lack one."""
    for table, provenance in _OF_TABLE:
        session.execute(
            update(table)
            .where(table.system == ERP, table.provenance == "")
            .values(provenance=provenance)
            .execution_options(synchronize_session=False)
        )

"""A demo's company row: its fixed day, its notice, and the mark that all of it is loaded."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.upsert import upsert
from service.demo.master_data import TIME_ZONE
from service.demo.today import TODAY
from service.work.tables import CompanyRow

TITLE = "Demo wholesaler (UCI Online Retail)"
CURRENCY = "GBP"

LOADING = "The demo's data are being loaded; what is shown is not complete."
NOTICE = (
    "Demo. Real: the sales lines, customer numbers and item descriptions (UCI Online Retail, "
    "Chen, Sain and Guo 2012, CC BY 4.0; customers with few purchases are merged). Made up: item "
    "codes, packs, the split into two warehouses, suppliers and their terms, stock, open orders "
    "and all CRM opportunities. Today is always 29 August 2011."
)


@dataclass(frozen=True)
class DemoCompany:
    """The company of a demo: its title tells the demos apart."""

    title: str
    notice: str
    time_zone: str
    today: date
    currency: str = CURRENCY


ONLINE_RETAIL = DemoCompany(TITLE, NOTICE, TIME_ZONE, TODAY)


class OtherCompanyError(Exception):
    """The database belongs to a company that is not this demo's; nothing was loaded."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"this database holds the data of {title!r}; give the demo a database of its own "
            "(REPLENISH_DATA_DIR or REPLENISH_DATABASE_URL)"
        )


def is_loaded(session: Session, company: DemoCompany) -> bool:
    """Whether the demo is there in full. Raises OtherCompanyError if another company is."""
    row = session.execute(select(CompanyRow.title, CompanyRow.notice)).one_or_none()
    if row is None:
        return False
    title, notice = row
    if title != company.title:
        raise OtherCompanyError(title)
    return bool(notice != LOADING)


def put_company(session: Session, company: DemoCompany, notice: str) -> None:
    """Write the demo's company with this notice: LOADING at first, its own when all is there."""
    row: dict[str, Any] = {
        "name": "company",
        "title": company.title,
        "time_zone": company.time_zone,
        "currency": company.currency,
        "business_date": company.today,
        "notice": notice,
    }
    upsert(session, CompanyRow, [row], key=("name",))

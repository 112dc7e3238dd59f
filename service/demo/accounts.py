"""The large customers: their numbers are real; who supplies them is made up, and so is the CRM."""

import polars as pl

from adapters.canonical.identity import SourceRef
from adapters.canonical.master_data import Account
from service.demo.seeding import chance
from service.demo.today import ERP, REAL

WITHOUT_SOURCING_RULE_SHARE = 0.08
OWN_CRM_CODE_SHARE = 0.6
OWN_CRM_PRODUCT_SHARE = 0.35

PROVENANCE = f"{REAL}; made up: the sourcing rule"


def home_locations(sold: pl.DataFrame) -> dict[str, str]:
    """The warehouse that shipped most units to each account."""
    shipped = (
        sold.filter(pl.col("account_id").is_not_null())
        .group_by("account_id", "location_id")
        .agg(pl.col("quantity").sum())
        .sort("account_id", "quantity", "location_id", descending=[False, True, False])
        .unique("account_id", keep="first", maintain_order=True)
    )
    return dict(shipped.select("account_id", "location_id").iter_rows())


def account_of(account_id: str, home: str) -> Account:
    """The account; a few have no sourcing rule, so that their shipment share decides."""
    ruled = chance("sourcing rule", account_id) >= WITHOUT_SOURCING_RULE_SHARE
    return Account(
        source=SourceRef(system=ERP, native_id=account_id),
        account_id=account_id,
        name=f"Customer {account_id}",
        sourcing_location_id=home if ruled else None,
        provenance=PROVENANCE,
    )


def crm_account(account_id: str) -> str:
    """The account's code in the CRM: its own for some, the ERP's for the others."""
    own = chance("crm account", account_id) < OWN_CRM_CODE_SHARE
    return f"CRM-{account_id}" if own else account_id


def crm_product(item_id: str) -> str:
    """The item's code in the CRM: a catalogue number for some, the ERP's for the others."""
    own = chance("crm product", item_id) < OWN_CRM_PRODUCT_SHARE
    return item_id.replace("IT-", "CAT-") if own else item_id

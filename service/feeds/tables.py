"""Master data and stock as the ERP last told them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database.base import Table, new_id


class FromSystem:
    """Columns of every row that an outside system owns."""

    system: Mapped[str]
    native_id: Mapped[str]
    external_key: Mapped[str | None]
    version_token: Mapped[str | None]
    changed_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    provenance: Mapped[str] = mapped_column(String(500), default="")
    gone: Mapped[bool] = mapped_column(default=False)
    """A snapshot closed without it: kept for explanations, no longer used."""


class ItemRow(FromSystem, Table):
    __tablename__ = "items"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str] = mapped_column(String(500), default="")
    base_unit: Mapped[str]
    unit_decimals: Mapped[int]
    item_group: Mapped[str | None]
    conversions: Mapped[list[Any]] = mapped_column(default=list)
    """List of {unit, numerator, denominator, valid_from}, decimals as strings."""
    unit_volume: Mapped[Decimal | None]
    """Cubic metres per base unit."""
    unit_weight: Mapped[Decimal | None]
    """Kilograms per base unit."""


class LocationRow(FromSystem, Table):
    __tablename__ = "locations"
    location_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(500), default="")
    kind: Mapped[str]
    parent_id: Mapped[str | None]
    time_zone: Mapped[str]
    week_start: Mapped[int]


class AccountRow(FromSystem, Table):
    __tablename__ = "accounts"
    account_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(500), default="")
    sourcing_location_id: Mapped[str | None]


class SupplierTermsRow(FromSystem, Table):
    __tablename__ = "supplier_terms"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    supplier_id: Mapped[str] = mapped_column(primary_key=True)
    lead_time_days: Mapped[int]
    review_period_days: Mapped[int]
    minimum_order_quantity: Mapped[Decimal]
    order_multiple: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    currency: Mapped[str]
    priority: Mapped[int]

    @property
    def interval_days(self) -> int:
        """Protection interval = lead time + review period, calendar days."""
        return self.lead_time_days + self.review_period_days


class SupplierConditionsRow(FromSystem, Table):
    """Keyed by the sender's own id; without a location they hold where nothing else does."""

    __tablename__ = "supplier_conditions"
    system: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)
    supplier_id: Mapped[str]
    location_id: Mapped[str | None]
    currency: Mapped[str]
    minimum_order_value: Mapped[Decimal | None]
    freight_free_value: Mapped[Decimal | None]
    container_volume: Mapped[Decimal | None]
    container_weight: Mapped[Decimal | None]
    container_units: Mapped[Decimal | None]
    __table_args__ = (Index(None, "supplier_id", "location_id"),)


class TransferLaneRow(FromSystem, Table):
    """Keyed by the sender's own id; without an item it serves every item."""

    __tablename__ = "transfer_lanes"
    system: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str | None]
    from_location_id: Mapped[str]
    to_location_id: Mapped[str]
    lead_time_days: Mapped[int]
    review_period_days: Mapped[int]
    minimum_quantity: Mapped[Decimal]
    order_multiple: Mapped[Decimal]
    priority: Mapped[int]
    __table_args__ = (Index(None, "to_location_id"), Index(None, "from_location_id"))


class OrderPointRow(FromSystem, Table):
    """When the sender would order by itself; in base units."""

    __tablename__ = "order_points"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    minimum_quantity: Mapped[Decimal]
    target_quantity: Mapped[Decimal]
    maximum_quantity: Mapped[Decimal | None]


class SalesLineRow(FromSystem, Table):
    """Keyed by the sender's own id; a later version of the same line replaces it."""

    __tablename__ = "sales_lines"
    system: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str]
    location_id: Mapped[str]
    account_id: Mapped[str | None]
    sold_on: Mapped[date]
    quantity: Mapped[Decimal]
    """In base units, returns negative."""
    unit_price: Mapped[Decimal | None]
    opportunity_id: Mapped[str | None]
    order_line_id: Mapped[str | None]
    __table_args__ = (
        Index(None, "item_id", "location_id", "sold_on"),
        Index(None, "account_id", "item_id"),
        Index(None, "opportunity_id"),
        Index(
            None,
            "system",
            "order_line_id",
            sqlite_where=text("order_line_id IS NOT NULL"),
            postgresql_where=text("order_line_id IS NOT NULL"),
        ),
    )


class StockPositionRow(FromSystem, Table):
    __tablename__ = "stock_positions"
    item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    on_hand: Mapped[Decimal]
    unusable: Mapped[Decimal]
    allocated: Mapped[Decimal]
    backorders: Mapped[Decimal]
    as_of: Mapped[datetime]


class OpenPurchaseLineRow(FromSystem, Table):
    __tablename__ = "open_purchase_lines"
    system: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str]
    location_id: Mapped[str]
    supplier_id: Mapped[str | None]
    quantity_open: Mapped[Decimal]
    due_date: Mapped[date]
    proposal_ref: Mapped[str | None]
    purchase_order_number: Mapped[str | None]
    __table_args__ = (Index(None, "item_id", "location_id"), Index(None, "proposal_ref"))


class OpenSalesLineRow(FromSystem, Table):
    __tablename__ = "open_sales_lines"
    system: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str]
    location_id: Mapped[str]
    account_id: Mapped[str | None]
    quantity_open: Mapped[Decimal]
    requested_date: Mapped[date]
    opportunity_id: Mapped[str | None]
    shipped_since: Mapped[Decimal] = mapped_column(server_default=text("0"))
    """Ours: shipped, by sales lines that name it, since the sender last told of this line."""
    __table_args__ = (Index(None, "item_id", "location_id"), Index(None, "opportunity_id"))


class CrossReferenceRow(Table):
    """A sender's code for one of our keys. Without a row the code is taken as the key itself."""

    __tablename__ = "cross_references"
    system: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """item, location, account, supplier or unit."""
    native_id: Mapped[str] = mapped_column(primary_key=True)
    canonical_key: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class AccountMergeRow(Table):
    """Two accounts turned out to be one: ``from_key`` means ``into_key`` until it is undone."""

    __tablename__ = "account_merges"
    merge_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    system: Mapped[str]
    from_key: Mapped[str]
    into_key: Mapped[str]
    merged_at: Mapped[datetime]
    """When the sender merged them."""
    taken_at: Mapped[datetime]
    taken_by: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    __table_args__ = (
        Index(
            "uq_account_merges_in_force",
            "from_key",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )


class MergedLineRow(Table):
    """A sales line that a merge gave to another account, so that it can be given back."""

    __tablename__ = "merged_lines"
    merge_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """sales_lines or open_sales_lines."""
    system: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)


class SnapshotRow(Table):
    """A full picture in parts; what its scope held before and no part named is gone at the end."""

    __tablename__ = "snapshots"
    snapshot_row_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    system: Mapped[str]
    kind: Mapped[str]
    snapshot_id: Mapped[str]
    scope: Mapped[dict[str, Any]]
    parts: Mapped[list[Any]] = mapped_column(default=list)
    """Part numbers received."""
    last_part: Mapped[int | None]
    """The number of the part that was marked as the last, once it has come in."""
    unreadable: Mapped[bool] = mapped_column(default=False)
    """A row could not even be identified: then absence proves nothing."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    gone_count: Mapped[int | None]
    __table_args__ = (Index(None, "system", "kind", "snapshot_id", unique=True),)


class SnapshotMemberRow(Table):
    """A row that an open snapshot has named; cleared when it closes."""

    __tablename__ = "snapshot_members"
    snapshot_row_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_key: Mapped[str] = mapped_column(String(200), primary_key=True)


class FeedArrivalRow(Table):
    """When a system's data of one kind last came in, or was last said to be all there is."""

    __tablename__ = "feed_arrivals"
    system: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    arrived_at: Mapped[datetime]
    newest_day: Mapped[date | None]
    """The newest business day told of, where the kind has one: last sale, last count."""
    batch_rows: Mapped[int]
    """Rows taken of the last batch."""
    total_rows: Mapped[int]
    """Rows taken of all batches."""

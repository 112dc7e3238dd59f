"""rest of the line."""

import sqlalchemy as sa
from alembic import op

from service.database.types import Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecast_scopes",
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("use", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=True),
        sa.Column("item_group", sa.String(length=64), nullable=True),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("max_age_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("scope_id", name=op.f("pk_forecast_scopes")),
    )
    with op.batch_alter_table("forecast_scopes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_forecast_scopes_stopped_at_valid_until"),
            ["stopped_at", "valid_until"],
            unique=False,
        )

    op.create_table(
        "outside_forecasts",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("mean", sa.BigInteger(), nullable=False),
        sa.Column("quantiles", Json, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "system", "item_id", "location_id", "start", name=op.f("pk_outside_forecasts")
        ),
    )
    with op.batch_alter_table("outside_forecasts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outside_forecasts_item_id_location_id"),
            ["item_id", "location_id"],
            unique=False,
        )

    op.create_table(
        "outside_recommendations",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.String(length=64), nullable=True),
        sa.Column("order_date", sa.Date(), nullable=True),
        sa.Column("required_date", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "system", "item_id", "location_id", name=op.f("pk_outside_recommendations")
        ),
    )
    with op.batch_alter_table("outside_recommendations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outside_recommendations_item_id_location_id"),
            ["item_id", "location_id"],
            unique=False,
        )

    op.create_table(
        "published_series",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("buckets", Json, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_published_series")),
    )
    op.create_table(
        "stale_outlooks",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.Uuid(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_stale_outlooks")),
    )
    with op.batch_alter_table("stale_outlooks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stale_outlooks_marked_at"), ["marked_at"], unique=False
        )

    op.create_table(
        "told_outlooks",
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("figures_digest", sa.String(length=64), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("measures", Json, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("type", "subject", name=op.f("pk_told_outlooks")),
    )
    op.create_table(
        "transfer_lanes",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("from_location_id", sa.String(length=64), nullable=False),
        sa.Column("to_location_id", sa.String(length=64), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("minimum_quantity", sa.BigInteger(), nullable=False),
        sa.Column("order_multiple", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "native_id", name=op.f("pk_transfer_lanes")),
    )
    with op.batch_alter_table("transfer_lanes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfer_lanes_from_location_id"), ["from_location_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_transfer_lanes_to_location_id"), ["to_location_id"], unique=False
        )

    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("from_location_id", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("purchase_line", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.drop_index(
            batch_op.f("uq_proposals_open_key"),
            sqlite_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
        )
        batch_op.create_index(
            "uq_proposals_open_key",
            ["kind", "item_id", "location_id", "from_location_id", "purchase_line"],
            unique=True,
            sqlite_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
            postgresql_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proposals_open_key",
            sqlite_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
            postgresql_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
        )
        batch_op.create_index(
            batch_op.f("uq_proposals_open_key"),
            ["kind", "item_id", "location_id"],
            unique=1,
            sqlite_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
        )
        batch_op.drop_column("purchase_line")
        batch_op.drop_column("from_location_id")

    with op.batch_alter_table("transfer_lanes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_lanes_to_location_id"))
        batch_op.drop_index(batch_op.f("ix_transfer_lanes_from_location_id"))

    op.drop_table("transfer_lanes")
    op.drop_table("told_outlooks")
    with op.batch_alter_table("stale_outlooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stale_outlooks_marked_at"))

    op.drop_table("stale_outlooks")
    op.drop_table("published_series")
    with op.batch_alter_table("outside_recommendations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_recommendations_item_id_location_id"))

    op.drop_table("outside_recommendations")
    with op.batch_alter_table("outside_forecasts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_forecasts_item_id_location_id"))

    op.drop_table("outside_forecasts")
    with op.batch_alter_table("forecast_scopes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_scopes_stopped_at_valid_until"))

    op.drop_table("forecast_scopes")

"""rest of the line."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecast_override_weeks",
        sa.Column("override_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("own", sa.Double(), nullable=False),
        sa.Column("overridden", sa.Double(), nullable=False),
        sa.Column("actual", sa.Double(), nullable=False),
        sa.Column("out_of_stock", sa.Boolean(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("override_id", "week", name=op.f("pk_forecast_override_weeks")),
    )
    with op.batch_alter_table("forecast_override_weeks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_forecast_override_weeks_author"), ["author"], unique=False
        )

    op.create_table(
        "forecast_overrides",
        sa.Column("override_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("factor", sa.BigInteger(), nullable=True),
        sa.Column("per_week", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("asked_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("author_name", sa.String(length=64), nullable=False),
        sa.Column("own_per_week", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_forecast_overrides")),
    )
    with op.batch_alter_table("forecast_overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forecast_overrides_author"), ["author"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_forecast_overrides_item_id_location_id_expires_on"),
            ["item_id", "location_id", "expires_on"],
            unique=False,
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
    with op.batch_alter_table("stale_outlooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stale_outlooks_marked_at"))

    op.drop_table("stale_outlooks")
    with op.batch_alter_table("forecast_overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_overrides_item_id_location_id_expires_on"))
        batch_op.drop_index(batch_op.f("ix_forecast_overrides_author"))

    op.drop_table("forecast_overrides")
    with op.batch_alter_table("forecast_override_weeks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_override_weeks_author"))

    op.drop_table("forecast_override_weeks")

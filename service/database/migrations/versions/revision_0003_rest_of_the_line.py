"""rest of the line."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adopted_requisitions",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("erp_number", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "system", "erp_number", "line", name=op.f("pk_adopted_requisitions")
        ),
    )
    with op.batch_alter_table("adopted_requisitions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adopted_requisitions_proposal_id"), ["proposal_id"], unique=True
        )

    op.create_table(
        "data_rhythms",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", name=op.f("pk_data_rhythms")),
    )
    op.create_table(
        "feed_arrivals",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_day", sa.Date(), nullable=True),
        sa.Column("batch_rows", sa.Integer(), nullable=False),
        sa.Column("total_rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", name=op.f("pk_feed_arrivals")),
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
        sa.Column("review_period_days", sa.Integer(), nullable=False),
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

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("from_location_id", sa.String(length=64), server_default="", nullable=False)
        )

    with op.batch_alter_table("open_purchase_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purchase_order_number", sa.String(length=64), nullable=True))

    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("from_location_id", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("purchase_line", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("spare_quantity", sa.BigInteger(), nullable=True))
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
        batch_op.drop_column("spare_quantity")
        batch_op.drop_column("received_at")
        batch_op.drop_column("shipped_at")
        batch_op.drop_column("purchase_line")
        batch_op.drop_column("from_location_id")

    with op.batch_alter_table("open_purchase_lines", schema=None) as batch_op:
        batch_op.drop_column("purchase_order_number")

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("from_location_id")

    with op.batch_alter_table("transfer_lanes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_lanes_to_location_id"))
        batch_op.drop_index(batch_op.f("ix_transfer_lanes_from_location_id"))

    op.drop_table("transfer_lanes")
    with op.batch_alter_table("stale_outlooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stale_outlooks_marked_at"))

    op.drop_table("stale_outlooks")
    op.drop_table("feed_arrivals")
    op.drop_table("data_rhythms")
    with op.batch_alter_table("adopted_requisitions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adopted_requisitions_proposal_id"))

    op.drop_table("adopted_requisitions")

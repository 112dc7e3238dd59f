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
        "account_merges",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("from_key", sa.String(length=64), nullable=False),
        sa.Column("into_key", sa.String(length=64), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_account_merges")),
    )
    with op.batch_alter_table("account_merges", schema=None) as batch_op:
        batch_op.create_index(
            "uq_account_merges_in_force",
            ["from_key"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

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
        "connections",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("adapter", sa.String(length=64), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("subscriptions", Json, nullable=False),
        sa.Column("reads", Json, nullable=False),
        sa.Column("push", sa.Boolean(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("answer_within_hours", sa.Integer(), nullable=False),
        sa.Column("poll_seconds", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_trouble", sa.String(length=1000), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_connections")),
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
        "deliveries",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("last_failure", sa.String(length=64), nullable=True),
        sa.Column("last_detail", sa.String(length=1000), nullable=True),
        sa.Column("native_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deliveries_connection_event_id"), ["connection", "event_id"], unique=True
        )
        batch_op.create_index(
            "ix_deliveries_open",
            ["connection", "subject", "event_id"],
            unique=False,
            sqlite_where=sa.text("status IN ('waiting', 'leased', 'failed')"),
            postgresql_where=sa.text("status IN ('waiting', 'leased', 'failed')"),
        )
        batch_op.create_index(
            "ix_deliveries_status", ["connection", "status", "due_at"], unique=False
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
        "hand_offs",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.String(length=32), nullable=False),
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("last_failure", sa.String(length=64), nullable=True),
        sa.Column("last_detail", sa.String(length=1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", "external_ref", name=op.f("pk_hand_offs")),
    )
    with op.batch_alter_table("hand_offs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hand_offs_connection_status_due_at"),
            ["connection", "status", "due_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_hand_offs_external_ref", ["external_ref", "created_at"], unique=False
        )

    op.create_table(
        "merged_lines",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint(
            "merge_id", "kind", "system", "native_id", name=op.f("pk_merged_lines")
        ),
    )
    op.create_table(
        "order_messages",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_line", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("explanation", Json, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_order_messages")),
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
        "polls",
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_trouble", sa.String(length=1000), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_polls")),
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
        "stale_supplier_orders",
        sa.Column("supplier_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "supplier_id", "location_id", name=op.f("pk_stale_supplier_orders")
        ),
    )
    op.create_table(
        "supplier_conditions",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("supplier_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=True),
        sa.Column("currency", sa.String(length=64), nullable=False),
        sa.Column("minimum_order_value", sa.BigInteger(), nullable=True),
        sa.Column("freight_free_value", sa.BigInteger(), nullable=True),
        sa.Column("container_volume", sa.BigInteger(), nullable=True),
        sa.Column("container_weight", sa.BigInteger(), nullable=True),
        sa.Column("container_units", sa.BigInteger(), nullable=True),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "native_id", name=op.f("pk_supplier_conditions")),
    )
    with op.batch_alter_table("supplier_conditions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_conditions_supplier_id_location_id"),
            ["supplier_id", "location_id"],
            unique=False,
        )

    op.create_table(
        "taken_batches",
        sa.Column("connection", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("cursor_before", sa.Text(), nullable=True),
        sa.Column("report", Json, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("connection", "reference", name=op.f("pk_taken_batches")),
    )
    with op.batch_alter_table("taken_batches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_taken_batches_connection_settled_at"),
            ["connection", "settled_at"],
            unique=False,
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

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit_volume", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("unit_weight", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("open_purchase_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purchase_order_number", sa.String(length=64), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_outbox_delivered_at_occurred_at"))
        batch_op.create_index(
            "ix_outbox_unrouted",
            ["subject", "event_id"],
            unique=False,
            sqlite_where=sa.text("routed_at IS NULL"),
            postgresql_where=sa.text("routed_at IS NULL"),
        )

    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offer", sa.Integer(), server_default="1", nullable=False))
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
        batch_op.create_index(
            batch_op.f("ix_proposals_supplier_id_location_id_state"),
            ["supplier_id", "location_id", "state"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_supplier_id_location_id_state"))
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
        batch_op.drop_column("offer")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_unrouted",
            sqlite_where=sa.text("routed_at IS NULL"),
            postgresql_where=sa.text("routed_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_outbox_delivered_at_occurred_at"),
            ["delivered_at", "occurred_at"],
            unique=False,
        )
        batch_op.drop_column("routed_at")

    with op.batch_alter_table("open_purchase_lines", schema=None) as batch_op:
        batch_op.drop_column("purchase_order_number")

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_column("unit_weight")
        batch_op.drop_column("unit_volume")

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("from_location_id")

    with op.batch_alter_table("transfer_lanes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfer_lanes_to_location_id"))
        batch_op.drop_index(batch_op.f("ix_transfer_lanes_from_location_id"))

    op.drop_table("transfer_lanes")
    op.drop_table("told_outlooks")
    with op.batch_alter_table("taken_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taken_batches_connection_settled_at"))

    op.drop_table("taken_batches")
    with op.batch_alter_table("supplier_conditions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supplier_conditions_supplier_id_location_id"))

    op.drop_table("supplier_conditions")
    op.drop_table("stale_supplier_orders")
    with op.batch_alter_table("stale_outlooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stale_outlooks_marked_at"))

    op.drop_table("stale_outlooks")
    op.drop_table("published_series")
    op.drop_table("polls")
    with op.batch_alter_table("outside_recommendations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_recommendations_item_id_location_id"))

    op.drop_table("outside_recommendations")
    with op.batch_alter_table("outside_forecasts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_forecasts_item_id_location_id"))

    op.drop_table("outside_forecasts")
    op.drop_table("order_messages")
    op.drop_table("merged_lines")
    with op.batch_alter_table("hand_offs", schema=None) as batch_op:
        batch_op.drop_index("ix_hand_offs_external_ref")
        batch_op.drop_index(batch_op.f("ix_hand_offs_connection_status_due_at"))

    op.drop_table("hand_offs")
    with op.batch_alter_table("forecast_scopes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_scopes_stopped_at_valid_until"))

    op.drop_table("forecast_scopes")
    with op.batch_alter_table("forecast_overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_overrides_item_id_location_id_expires_on"))
        batch_op.drop_index(batch_op.f("ix_forecast_overrides_author"))

    op.drop_table("forecast_overrides")
    with op.batch_alter_table("forecast_override_weeks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_override_weeks_author"))

    op.drop_table("forecast_override_weeks")
    op.drop_table("feed_arrivals")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_status")
        batch_op.drop_index(
            "ix_deliveries_open",
            sqlite_where=sa.text("status IN ('waiting', 'leased', 'failed')"),
            postgresql_where=sa.text("status IN ('waiting', 'leased', 'failed')"),
        )
        batch_op.drop_index(batch_op.f("ix_deliveries_connection_event_id"))

    op.drop_table("deliveries")
    op.drop_table("data_rhythms")
    op.drop_table("connections")
    with op.batch_alter_table("adopted_requisitions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adopted_requisitions_proposal_id"))

    op.drop_table("adopted_requisitions")
    with op.batch_alter_table("account_merges", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_account_merges_in_force",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.drop_table("account_merges")

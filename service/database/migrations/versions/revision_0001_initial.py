"""initial."""

import sqlalchemy as sa
from alembic import op

from service.database.types import Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("sourcing_location_id", sa.String(length=64), nullable=True),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(length=64), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_api_keys_key_sha256")),
    )
    op.create_table(
        "claims",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_claims_principal_idempotency_key"),
            ["principal", "idempotency_key"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_claims_state_leased_until"), ["state", "leased_until"], unique=False
        )

    op.create_table(
        "company",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=64), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("notice", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_company")),
    )
    op.create_table(
        "cross_references",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("canonical_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "native_id", name=op.f("pk_cross_references")),
    )
    op.create_table(
        "current_recommendations",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_current_recommendations")),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("asked_for", sa.Date(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decisions_recommendation_id"), ["recommendation_id"], unique=False
        )

    op.create_table(
        "demand_signals",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("opportunity_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("message_row_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_rule", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("quantity_basis", sa.String(length=64), nullable=False),
        sa.Column("window_start", sa.Date(), nullable=False),
        sa.Column("window_end", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("win_probability", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_demand_signals")),
    )
    with op.batch_alter_table("demand_signals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_demand_signals_account_id_item_id"),
            ["account_id", "item_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_demand_signals_item_id"), ["item_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_demand_signals_system_opportunity_id_line_id"),
            ["system", "opportunity_id", "line_id"],
            unique=True,
        )

    op.create_table(
        "dirty_keys",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("refit", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_dirty_keys")),
    )
    with op.batch_alter_table("dirty_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dirty_keys_marked_at"), ["marked_at"], unique=False)

    op.create_table(
        "exceptions",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("subject_key", sa.String(length=200), nullable=False),
        sa.Column("subject_version", sa.BigInteger(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("detail", sa.String(length=1000), nullable=False),
        sa.Column("remedy", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_exceptions")),
    )
    with op.batch_alter_table("exceptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exceptions_kind_subject_type_system_subject_key"),
            ["kind", "subject_type", "system", "subject_key"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            batch_op.f("ix_exceptions_state_opened_at"), ["state", "opened_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_exceptions_subject_type_system_subject_key"),
            ["subject_type", "system", "subject_key"],
            unique=False,
        )

    op.create_table(
        "forecast_runs",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("pool_run_id", sa.Uuid(), nullable=True),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_forecast_runs")),
    )
    with op.batch_alter_table("forecast_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_forecast_runs_kind_created_at"), ["kind", "created_at"], unique=False
        )

    op.create_table(
        "generations",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_generations")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "route", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "items",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("base_unit", sa.String(length=64), nullable=False),
        sa.Column("unit_decimals", sa.Integer(), nullable=False),
        sa.Column("item_group", sa.String(length=64), nullable=True),
        sa.Column("conversions", Json, nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_items")),
    )
    op.create_table(
        "locations",
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("week_start", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_locations")),
    )
    op.create_table(
        "log_in_attempts",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_log_in_attempts")),
    )
    with op.batch_alter_table("log_in_attempts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_log_in_attempts_attempted_at"), ["attempted_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_log_in_attempts_login_attempted_at"),
            ["login", "attempted_at"],
            unique=False,
        )

    op.create_table(
        "open_purchase_lines",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("supplier_id", sa.String(length=64), nullable=True),
        sa.Column("quantity_open", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("proposal_ref", sa.String(length=64), nullable=True),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "native_id", name=op.f("pk_open_purchase_lines")),
    )
    with op.batch_alter_table("open_purchase_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_open_purchase_lines_item_id_location_id"),
            ["item_id", "location_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_open_purchase_lines_proposal_ref"), ["proposal_ref"], unique=False
        )

    op.create_table(
        "open_sales_lines",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("quantity_open", sa.BigInteger(), nullable=False),
        sa.Column("requested_date", sa.Date(), nullable=False),
        sa.Column("opportunity_id", sa.String(length=64), nullable=True),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "native_id", name=op.f("pk_open_sales_lines")),
    )
    with op.batch_alter_table("open_sales_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_open_sales_lines_item_id_location_id"),
            ["item_id", "location_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_open_sales_lines_opportunity_id"), ["opportunity_id"], unique=False
        )

    op.create_table(
        "outbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_delivered_at_occurred_at"),
            ["delivered_at", "occurred_at"],
            unique=False,
        )

    op.create_table(
        "people",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_people")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("canonical", Json, nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("policy_hash", name=op.f("pk_policy_versions")),
    )
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_policy_versions_policy_version"), ["policy", "version"], unique=True
        )

    op.create_table(
        "proposal_events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("from_state", sa.String(length=64), nullable=True),
        sa.Column("to_state", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("details", Json, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_proposal_events")),
    )
    with op.batch_alter_table("proposal_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_events_proposal_id_occurred_at"),
            ["proposal_id", "occurred_at"],
            unique=False,
        )

    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("external_ref", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("supplier_id", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("recommended_quantity", sa.BigInteger(), nullable=False),
        sa.Column("planner_quantity", sa.BigInteger(), nullable=True),
        sa.Column("edited_against", sa.BigInteger(), nullable=True),
        sa.Column("accepted_quantity", sa.BigInteger(), nullable=True),
        sa.Column("requested_quantity", sa.BigInteger(), nullable=True),
        sa.Column("refused_quantity", sa.BigInteger(), nullable=True),
        sa.Column("ordered_quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=64), nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("required_date", sa.Date(), nullable=False),
        sa.Column("rationale", sa.String(length=500), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("policy_outcome", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("review_reason", sa.String(length=1000), nullable=True),
        sa.Column("declined_until", sa.Date(), nullable=True),
        sa.Column("erp_number", sa.String(length=64), nullable=True),
        sa.Column("purchase_order_number", sa.String(length=64), nullable=True),
        sa.Column("expected_date", sa.Date(), nullable=True),
        sa.Column("seen_in_erp_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("release_not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("previously_taken", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_proposals_external_ref")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_changed_at_proposal_id"),
            ["changed_at", "proposal_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_proposals_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_proposals_item_id_location_id_state"),
            ["item_id", "location_id", "state"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_state_created_at"), ["state", "created_at"], unique=False
        )
        batch_op.create_index(
            "uq_proposals_open_key",
            ["kind", "item_id", "location_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
            postgresql_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
        )

    op.create_table(
        "recommendations",
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("order_up_to_level", sa.BigInteger(), nullable=False),
        sa.Column("explanation", Json, nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recommendation_id", name=op.f("pk_recommendations")),
    )
    with op.batch_alter_table("recommendations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recommendations_item_id_location_id_created_at"),
            ["item_id", "location_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "sales_lines",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("opportunity_id", sa.String(length=64), nullable=True),
        sa.Column("order_line_id", sa.String(length=64), nullable=True),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "native_id", name=op.f("pk_sales_lines")),
    )
    with op.batch_alter_table("sales_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_lines_account_id_item_id"), ["account_id", "item_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sales_lines_item_id_location_id_sold_on"),
            ["item_id", "location_id", "sold_on"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_sales_lines_opportunity_id"), ["opportunity_id"], unique=False
        )

    op.create_table(
        "series_forecasts",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("demand_class", sa.String(length=64), nullable=False),
        sa.Column("history_weeks", sa.Integer(), nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("interval_mean", sa.Double(), nullable=False),
        sa.Column("interval_quantiles", Json, nullable=False),
        sa.Column("level_per_week", sa.Double(), nullable=False),
        sa.Column("week_quantiles", Json, nullable=False),
        sa.Column("backtest_error", sa.Double(), nullable=True),
        sa.Column("fitted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_series_forecasts")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_table(
        "signal_allocations",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "location_id", name=op.f("pk_signal_allocations")),
    )
    with op.batch_alter_table("signal_allocations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signal_allocations_item_id_location_id"),
            ["item_id", "location_id"],
            unique=False,
        )

    op.create_table(
        "signal_messages",
        sa.Column("message_row_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("opportunity_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_delivery_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_row_id", name=op.f("pk_signal_messages")),
    )
    with op.batch_alter_table("signal_messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signal_messages_system_message_id"),
            ["system", "message_id"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_signal_messages_system_opportunity_id_line_id"),
            ["system", "opportunity_id", "line_id"],
            unique=False,
        )

    op.create_table(
        "snapshot_members",
        sa.Column("snapshot_row_id", sa.Uuid(), nullable=False),
        sa.Column("member_key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_row_id", "member_key", name=op.f("pk_snapshot_members")),
    )
    op.create_table(
        "snapshots",
        sa.Column("snapshot_row_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("snapshot_id", sa.String(length=64), nullable=False),
        sa.Column("scope", Json, nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("last_part", sa.Integer(), nullable=True),
        sa.Column("unreadable", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("snapshot_row_id", name=op.f("pk_snapshots")),
    )
    with op.batch_alter_table("snapshots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_snapshots_system_kind_snapshot_id"),
            ["system", "kind", "snapshot_id"],
            unique=True,
        )

    op.create_table(
        "stock_positions",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("unusable", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("backorders", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_stock_positions")),
    )
    op.create_table(
        "supplier_terms",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("supplier_id", sa.String(length=64), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("review_period_days", sa.Integer(), nullable=False),
        sa.Column("minimum_order_quantity", sa.BigInteger(), nullable=False),
        sa.Column("order_multiple", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "item_id", "location_id", "supplier_id", name=op.f("pk_supplier_terms")
        ),
    )


def downgrade() -> None:
    op.drop_table("supplier_terms")
    op.drop_table("stock_positions")
    with op.batch_alter_table("snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_snapshots_system_kind_snapshot_id"))

    op.drop_table("snapshots")
    op.drop_table("snapshot_members")
    with op.batch_alter_table("signal_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_messages_system_opportunity_id_line_id"))
        batch_op.drop_index(batch_op.f("ix_signal_messages_system_message_id"))

    op.drop_table("signal_messages")
    with op.batch_alter_table("signal_allocations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_allocations_item_id_location_id"))

    op.drop_table("signal_allocations")
    op.drop_table("sessions")
    op.drop_table("series_forecasts")
    with op.batch_alter_table("sales_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_lines_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lines_item_id_location_id_sold_on"))
        batch_op.drop_index(batch_op.f("ix_sales_lines_account_id_item_id"))

    op.drop_table("sales_lines")
    with op.batch_alter_table("recommendations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendations_item_id_location_id_created_at"))

    op.drop_table("recommendations")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proposals_open_key",
            sqlite_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
            postgresql_where=sa.text("state IN ('in_review', 'approved', 'held', 'snoozed')"),
        )
        batch_op.drop_index(batch_op.f("ix_proposals_state_created_at"))
        batch_op.drop_index(batch_op.f("ix_proposals_item_id_location_id_state"))
        batch_op.drop_index(batch_op.f("ix_proposals_claim_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_changed_at_proposal_id"))

    op.drop_table("proposals")
    with op.batch_alter_table("proposal_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_events_proposal_id_occurred_at"))

    op.drop_table("proposal_events")
    with op.batch_alter_table("policy_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policy_versions_policy_version"))

    op.drop_table("policy_versions")
    op.drop_table("people")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_delivered_at_occurred_at"))

    op.drop_table("outbox")
    with op.batch_alter_table("open_sales_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_open_sales_lines_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_open_sales_lines_item_id_location_id"))

    op.drop_table("open_sales_lines")
    with op.batch_alter_table("open_purchase_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_open_purchase_lines_proposal_ref"))
        batch_op.drop_index(batch_op.f("ix_open_purchase_lines_item_id_location_id"))

    op.drop_table("open_purchase_lines")
    with op.batch_alter_table("log_in_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_in_attempts_login_attempted_at"))
        batch_op.drop_index(batch_op.f("ix_log_in_attempts_attempted_at"))

    op.drop_table("log_in_attempts")
    op.drop_table("locations")
    op.drop_table("items")
    op.drop_table("idempotency_keys")
    op.drop_table("generations")
    with op.batch_alter_table("forecast_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_runs_kind_created_at"))

    op.drop_table("forecast_runs")
    with op.batch_alter_table("exceptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exceptions_subject_type_system_subject_key"))
        batch_op.drop_index(batch_op.f("ix_exceptions_state_opened_at"))
        batch_op.drop_index(
            batch_op.f("ix_exceptions_kind_subject_type_system_subject_key"),
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.drop_table("exceptions")
    with op.batch_alter_table("dirty_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dirty_keys_marked_at"))

    op.drop_table("dirty_keys")
    with op.batch_alter_table("demand_signals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_signals_system_opportunity_id_line_id"))
        batch_op.drop_index(batch_op.f("ix_demand_signals_item_id"))
        batch_op.drop_index(batch_op.f("ix_demand_signals_account_id_item_id"))

    op.drop_table("demand_signals")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_recommendation_id"))

    op.drop_table("decisions")
    op.drop_table("current_recommendations")
    op.drop_table("cross_references")
    op.drop_table("company")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_state_leased_until"))
        batch_op.drop_index(batch_op.f("ix_claims_principal_idempotency_key"))

    op.drop_table("claims")
    op.drop_table("api_keys")
    op.drop_table("accounts")

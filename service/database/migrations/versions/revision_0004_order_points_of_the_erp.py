"""order points of the ERP."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_points",
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("location_id", sa.String(length=64), nullable=False),
        sa.Column("minimum_quantity", sa.BigInteger(), nullable=False),
        sa.Column("target_quantity", sa.BigInteger(), nullable=False),
        sa.Column("maximum_quantity", sa.BigInteger(), nullable=True),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("native_id", sa.String(length=64), nullable=False),
        sa.Column("external_key", sa.String(length=64), nullable=True),
        sa.Column("version_token", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provenance", sa.String(length=500), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "location_id", name=op.f("pk_order_points")),
    )


def downgrade() -> None:
    op.drop_table("order_points")

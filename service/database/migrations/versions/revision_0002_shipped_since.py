"""shipped since."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("open_sales_lines", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("shipped_since", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
        )

    with op.batch_alter_table("sales_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_lines_system_order_line_id"),
            ["system", "order_line_id"],
            unique=False,
            sqlite_where=sa.text("order_line_id IS NOT NULL"),
            postgresql_where=sa.text("order_line_id IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("sales_lines", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_sales_lines_system_order_line_id"),
            sqlite_where=sa.text("order_line_id IS NOT NULL"),
            postgresql_where=sa.text("order_line_id IS NOT NULL"),
        )

    with op.batch_alter_table("open_sales_lines", schema=None) as batch_op:
        batch_op.drop_column("shipped_since")

"""Selections with what they compared, valuations of listings, and appeals against gates."""

import sqlalchemy as sa
from alembic import op

from nftd.store.columns import UtcTime
from nftd.store.dialect import append_only_triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeal_by_source", "appeal", ["source", "id"], unique=False)
    for trigger in append_only_triggers(("appeal",)):
        op.execute(trigger)
    _create_valuations()


def _create_valuations() -> None:
    op.create_table(
        "appraisal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Float(), nullable=True),
        sa.Column("last_observation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "comparables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appraisal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("own_rows", sa.Integer(), nullable=False),
        sa.Column("widened", sa.Text(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("median", sa.Float(), nullable=True),
        sa.Column("mad", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("floor", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["appraisal"], ["appraisal.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "valuation",
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("appraisal", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("usd", sa.Float(), nullable=True),
        sa.Column("ask", sa.Float(), nullable=True),
        sa.Column("sales", sa.Integer(), nullable=True),
        sa.Column("buyers", sa.Integer(), nullable=True),
        sa.Column("washed", sa.Integer(), nullable=True),
        sa.Column("peers", sa.Integer(), nullable=True),
        sa.Column("comparables", sa.Integer(), nullable=True),
        sa.Column("deviation", sa.Float(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("likes", sa.Integer(), nullable=True),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("likes_place", sa.Integer(), nullable=True),
        sa.Column("likes_percentile", sa.Float(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["listing"], ["listing.id"]),
        sa.ForeignKeyConstraint(["appraisal"], ["appraisal.id"]),
        sa.ForeignKeyConstraint(["comparables"], ["comparables.id"]),
        sa.ForeignKeyConstraint(["band"], ["comparables.id"]),
        sa.PrimaryKeyConstraint("listing"),
        sqlite_with_rowid=False,
    )

"""Readings that resume, raw pages, budgets, rates; marks of listings, events and parties of observations.

Columns are added in place: the tables are not copied, so their triggers and rows stay as they are.
"""

import sqlalchemy as sa
from alembic import op

from nftd.store.columns import UtcTime
from nftd.store.dialect import append_only_triggers

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("mark", sa.Text(), nullable=True))
    op.create_index("listing_by_mark", "listing", ["market", "mark"], unique=False)
    op.add_column("source", sa.Column("address", sa.Text(), nullable=True))
    op.create_index("source_by_address", "source", ["address"], unique=False)
    for name in ("event", "buyer", "seller"):
        op.add_column("observation", sa.Column(name, sa.Text(), nullable=True))
    op.create_index(
        "observation_by_event",
        "observation",
        ["listing", "event"],
        unique=True,
        sqlite_where=sa.text("event IS NOT NULL"),
    )
    _create_pages()
    _create_readings()
    op.create_table(
        "rate",
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("usd", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("asset", "day", "source"),
    )
    for trigger in append_only_triggers(("reading_log",)):
        op.execute(trigger)


def _create_pages() -> None:
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("charset", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("fetched_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("page_by_key", "page", ["feed", "key", "id"], unique=False)
    op.create_table(
        "budget",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "month"),
    )


def _create_readings() -> None:
    op.create_table(
        "reading",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("caught_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("feed"),
    )
    op.create_table(
        "reading_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('read', 'nothing_new', 'blocked', 'changed', 'failed')", name="reading_log_outcome"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("reading_log_by_feed", "reading_log", ["feed", "id"], unique=False)

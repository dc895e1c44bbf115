"""The first shape of the store."""

import sqlalchemy as sa
from alembic import op

from nftd.store.dialect import append_only_triggers
from nftd.store.tables import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cycle",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_by_entity", "event", ["entity", "id"], unique=False)
    op.create_table(
        "listing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=True),
        sa.Column("series", sa.Text(), nullable=True),
        sa.Column("ask_base", sa.Text(), nullable=True),
        sa.Column("ask_decimals", sa.Integer(), nullable=True),
        sa.Column("ask_asset", sa.Text(), nullable=True),
        sa.Column("ask_shadow", sa.Float(), nullable=True),
        sa.Column("likes", sa.Integer(), nullable=True),
        sa.Column("supply", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("nsfw", sa.Boolean(), nullable=True),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("royalty_bps", sa.Integer(), nullable=True),
        sa.Column("media_url", sa.Text(), nullable=True),
        sa.Column("media_kind", sa.Text(), nullable=False),
        sa.Column("media_mime", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("token_id", sa.Text(), nullable=True),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("selection", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("market", "market_id"),
    )
    op.create_index("listing_by_state", "listing", ["state"], unique=False)
    op.create_table(
        "pin",
        sa.Column("cid", sa.Text(), nullable=False),
        sa.Column("pinner", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("proven_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("cid", "pinner"),
    )
    op.create_table(
        "recipe",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "score",
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("critic", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("raw", sa.Float(), nullable=False),
        sa.Column("percentile", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("image", "critic", "version"),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'leased', 'done', 'parked')", name="work_state"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stage", "key"),
    )
    op.create_index("work_to_claim", "work", ["stage", "state", "priority", "id"], unique=False)
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("shadow", sa.Float(), nullable=False),
        sa.Column("usd", sa.Text(), nullable=True),
        sa.Column("rate_source", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('ask', 'bid', 'sale')", name="observation_kind"),
        sa.ForeignKeyConstraint(
            ["listing"],
            ["listing.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("observation_by_listing", "observation", ["listing", "kind", "id"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("image_type", sa.Text(), nullable=True),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("phash", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("probabilities", sa.JSON(), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing"],
            ["listing.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("source_by_listing", "source", ["listing"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("kept_step", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recipe"],
            ["recipe.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "recipe", "take"),
    )
    op.create_table(
        "verdict",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("limit", sa.JSON(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("source", "gate"),
    )
    op.create_table(
        "iterate",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("losses", sa.JSON(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("run", "step"),
    )
    op.create_table(
        "artwork",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "step"],
            ["iterate.run", "iterate.step"],
        ),
        sa.ForeignKeyConstraint(
            ["run"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run"),
    )
    op.create_index("artwork_by_state", "artwork", ["state"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("artwork", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("image_dir_cid", sa.Text(), nullable=False),
        sa.Column("metadata_dir_cid", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artwork"],
            ["artwork.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("artwork", "id"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("artwork", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("ordered_run", sa.Text(), nullable=True),
        sa.CheckConstraint("verdict IN ('approve', 'reject', 'again', 'undo')", name="decision_verdict"),
        sa.ForeignKeyConstraint(["artwork", "draft"], ["draft.artwork", "draft.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["ordered_run"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "artwork", "draft", "verdict"),
    )
    op.create_index("decision_by_artwork", "decision", ["artwork", "id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("artwork", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict = 'approve'", name="approval_is_a_yes"),
        sa.ForeignKeyConstraint(
            ["decision", "artwork", "draft", "verdict"],
            ["decision.id", "decision.artwork", "decision.draft", "decision.verdict"],
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("artwork"),
        sa.UniqueConstraint("artwork", "draft"),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("artwork", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("typed_data", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["artwork", "draft"], ["approval.artwork", "approval.draft"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("artwork", "target"),
    )
    op.create_table(
        "signature",
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["publication.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("publication", "signer"),
    )
    for trigger in append_only_triggers():
        op.execute(trigger)

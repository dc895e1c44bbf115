"""The tables. Every row that matters is named by an id derived from what it is (`nftd.domain.make_id`).

The gate is drawn here: a publication can exist only beside an approval of the very same draft, an
approval only beside a decision that says `approve`, a signature only beside a publication. The database
enforces it by foreign keys, whatever the code above does.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from nftd.store.columns import UtcTime, metadata
from nftd.store.reading_tables import budget, page, rate, reading, reading_log
from nftd.store.valuation_tables import appraisal, comparables, valuation

__all__ = [
    "UtcTime",
    "appraisal",
    "budget",
    "comparables",
    "metadata",
    "page",
    "rate",
    "reading",
    "reading_log",
    "valuation",
]

cycle = Table(
    "cycle",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("summary", JSON),
)

listing = Table(
    "listing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("market", Text, nullable=False),
    Column("market_id", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("creator", Text),
    Column("series", Text),
    # Money is exact decimal text; `ask_shadow` is a float beside it, used for statistics only.
    Column("ask_base", Text),
    Column("ask_decimals", Integer),
    Column("ask_asset", Text),
    Column("ask_shadow", Float),
    Column("likes", Integer),
    Column("supply", Integer),
    Column("year", Integer),
    Column("nsfw", Boolean),
    Column("rights", JSON, nullable=False),
    Column("royalty_bps", Integer),
    Column("media_url", Text),
    Column("media_kind", Text, nullable=False),
    Column("media_mime", Text),
    Column("url", Text, nullable=False),
    Column("chain", Text),
    Column("contract", Text),
    Column("token_id", Text),
    Column("invented", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("raw", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("rank", Integer),
    Column("selection", JSON),
    # A digest of the work's entry on the market's listing page: while it stays, nothing of the work has changed.
    Column("mark", Text),
    UniqueConstraint("market", "market_id"),
    Index("listing_by_state", "state"),
    Index("listing_by_mark", "market", "mark"),
)

observation = Table(
    "observation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("listing", ForeignKey("listing.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("asset", Text, nullable=False),
    Column("shadow", Float, nullable=False),
    Column("usd", Text),
    Column("rate_source", Text),
    # The market's own id of a sale or bid; the same event is stored once.
    Column("event", Text),
    Column("buyer", Text),
    Column("seller", Text),
    CheckConstraint("kind IN ('ask', 'bid', 'sale')", name="observation_kind"),
    Index("observation_by_listing", "listing", "kind", "id"),
    Index("observation_by_event", "listing", "event", unique=True, sqlite_where=text("event IS NOT NULL")),
)

source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    Column("listing", ForeignKey("listing.id"), nullable=False),
    Column("image", Text),
    Column("image_type", Text),
    Column("work", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("phash", Text),
    Column("category", Text),
    Column("probabilities", JSON),
    Column("embedding", LargeBinary),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    # Where the picture was fetched; the listing may show another one since.
    Column("address", Text),
    Index("source_by_listing", "listing"),
    Index("source_by_address", "address"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("source", ForeignKey("source.id"), primary_key=True),
    Column("gate", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("value", JSON),
    Column("limit", JSON),
    Column("at", UtcTime, nullable=False),
)

appeal = Table(
    "appeal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", ForeignKey("source.id"), nullable=False),
    Column("gate", Text, nullable=False),
    Column("basis", Text, nullable=False),
    # What the picture shows, where the gate of categories was overturned.
    Column("category", Text),
    Column("reviewer", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("appeal_by_source", "source", "id"),
)

recipe = Table(
    "recipe",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content", Text, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", ForeignKey("source.id"), nullable=False),
    Column("recipe", ForeignKey("recipe.id"), nullable=False),
    Column("take", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    # The step whose state file holds where the dream stands.
    Column("kept_step", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("choice", JSON),
    UniqueConstraint("source", "recipe", "take"),
)

iterate = Table(
    "iterate",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("image", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("losses", JSON, nullable=False),
    Column("similarity", Float, nullable=False),
)

score = Table(
    "score",
    metadata,
    Column("image", Text, primary_key=True),
    Column("critic", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("raw", Float, nullable=False),
    Column("percentile", Float),
)

artwork = Table(
    "artwork",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", ForeignKey("run.id"), nullable=False, unique=True),
    Column("step", Integer, nullable=False),
    Column("image", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("draft", Text),
    Column("made_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["run", "step"], ["iterate.run", "iterate.step"]),
    Index("artwork_by_state", "state"),
)

draft = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("artwork", ForeignKey("artwork.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("image_dir_cid", Text, nullable=False),
    Column("metadata_dir_cid", Text, nullable=False),
    # The terms as they were configured, null without a minter: when these differ from today's, the draft is old.
    Column("terms", Text),
    Column("made_at", UtcTime, nullable=False),
    UniqueConstraint("artwork", "id"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("artwork", Text, nullable=False),
    Column("draft", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("basis", Text),
    Column("reviewer", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("ordered_run", ForeignKey("run.id")),
    CheckConstraint("verdict IN ('approve', 'reject', 'again', 'undo')", name="decision_verdict"),
    ForeignKeyConstraint(["artwork", "draft"], ["draft.artwork", "draft.id"], ondelete="RESTRICT"),
    UniqueConstraint("id", "artwork", "draft", "verdict"),
    Index("decision_by_artwork", "artwork", "id"),
)

approval = Table(
    "approval",
    metadata,
    Column("artwork", Text, primary_key=True),
    Column("draft", Text, nullable=False),
    Column("decision", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    CheckConstraint("verdict = 'approve'", name="approval_is_a_yes"),
    ForeignKeyConstraint(
        ["decision", "artwork", "draft", "verdict"],
        ["decision.id", "decision.artwork", "decision.draft", "decision.verdict"],
        ondelete="RESTRICT",
    ),
    UniqueConstraint("artwork", "draft"),
)

publication = Table(
    "publication",
    metadata,
    Column("id", Text, primary_key=True),
    Column("artwork", Text, nullable=False),
    Column("draft", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("token_id", Text, nullable=False),
    Column("typed_data", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    ForeignKeyConstraint(["artwork", "draft"], ["approval.artwork", "approval.draft"], ondelete="RESTRICT"),
    UniqueConstraint("artwork", "target"),
)

signature = Table(
    "signature",
    metadata,
    Column("publication", ForeignKey("publication.id", ondelete="RESTRICT"), primary_key=True),
    Column("signer", Text, primary_key=True),
    Column("signature", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

pin = Table(
    "pin",
    metadata,
    Column("cid", Text, primary_key=True),
    Column("pinner", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("file", Text),
    Column("proven_at", UtcTime),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("entity", Text, nullable=False),
    Column("old", Text),
    Column("new", Text, nullable=False),
    Column("reason", Text),
    Column("actor", Text, nullable=False),
    Column("cycle", Text),
    Index("event_by_entity", "entity", "id"),
)

work = Table(
    "work",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("attempt", Integer, nullable=False, default=0),
    Column("owner", Text),
    # Seconds since 1970: compared with the clock of the claiming process.
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("not_before", Float, nullable=False, default=0.0),
    Column("error", JSON),
    CheckConstraint("state IN ('ready', 'leased', 'done', 'parked')", name="work_state"),
    UniqueConstraint("stage", "key"),
    Index("work_to_claim", "stage", "state", "priority", "id"),
)

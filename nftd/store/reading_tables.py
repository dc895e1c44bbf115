"""The tables about reading sources: raw pages, where a reading stands, how readings went, requests, rates."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text

from nftd.store.columns import UtcTime, metadata

page = Table(
    "page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed", Text, nullable=False),
    # What was asked for: method, address, and the digest of what was posted.
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("charset", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    # The digest of the body's zlib stream.
    Column("blob", Text, nullable=False),
    # When this content was first seen, and when the site last said that it is still so.
    Column("first_at", UtcTime, nullable=False),
    Column("fetched_at", UtcTime, nullable=False),
    Index("page_by_key", "feed", "key", "id"),
)

budget = Table(
    "budget",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("requests", Integer, nullable=False),
)

reading = Table(
    "reading",
    metadata,
    Column("feed", Text, primary_key=True),
    # A digest of the source's rules: a cursor that other rules gave means nothing.
    Column("rules", Text, nullable=False),
    Column("cursor", Text),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("pages", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    # Whether all that is older than a page of known works is stored too: an earlier reading came to its end.
    Column("caught_up", Boolean, nullable=False),
)

reading_log = Table(
    "reading_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed", Text, nullable=False),
    Column("cycle", Text),
    Column("at", UtcTime, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    CheckConstraint("outcome IN ('read', 'nothing_new', 'blocked', 'changed', 'failed')", name="reading_log_outcome"),
    Index("reading_log_by_feed", "feed", "id"),
)

rate = Table(
    "rate",
    metadata,
    Column("asset", Text, primary_key=True),
    # An ISO date; the worth of one whole unit in dollars, exact decimal text.
    Column("day", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("usd", Text, nullable=False),
)

"""The tables of selection: how often it ran and by which rule, what it compared, what it said of each listing.

`valuation` keeps the last word on a listing in columns, not in JSON: a million of them are written at once.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, Table, Text

from nftd.store.columns import UtcTime, metadata

appraisal = Table(
    "appraisal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("cycle", Text),
    Column("policy", Text, nullable=False),
    # The thresholds and weights as they were configured.
    Column("rule", JSON, nullable=False),
    # How many listings were compared, how many of them got a score, and the lowest score that was selected.
    Column("compared", Integer, nullable=False),
    Column("scored", Integer, nullable=False),
    Column("floor", Float),
    # What is appended behind this one was not known yet.
    Column("last_observation", Integer, nullable=False),
)

comparables = Table(
    "comparables",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appraisal", ForeignKey("appraisal.id"), nullable=False),
    # What is compared: values of trades, values of asks, prices, likes.
    Column("kind", Text, nullable=False),
    Column("market", Text),
    Column("asset", Text),
    # A quarter such as 2026Q1, or of likes a band of ages in years such as 3-4.
    Column("period", Text),
    # How many rows the group itself has, what it was widened to where they are too few, and how many that gave.
    Column("own_rows", Integer, nullable=False),
    Column("widened", Text),
    Column("rows", Integer, nullable=False),
    # Of values: the median in whole units of the asset, and the median absolute deviation of their logarithms.
    Column("median", Float),
    Column("mad", Float),
    # Of the policy `report`: the limits of trimming, and the least that belongs to the top share.
    Column("low", Float),
    Column("high", Float),
    Column("floor", Float),
)

valuation = Table(
    "valuation",
    metadata,
    Column("listing", ForeignKey("listing.id"), primary_key=True),
    Column("appraisal", ForeignKey("appraisal.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # The best of the selected is 1.
    Column("rank", Integer),
    # Which kind of evidence gave the value, in whole units of the asset, and in dollars where dated rates are known.
    Column("tier", Text),
    Column("value", Float),
    Column("asset", Text),
    Column("usd", Float),
    Column("ask", Float),
    # Clean sales behind the value and their known buyers, sales that look like wash trades, works of the same hand.
    Column("sales", Integer),
    Column("buyers", Integer),
    Column("washed", Integer),
    Column("peers", Integer),
    Column("comparables", ForeignKey("comparables.id")),
    Column("deviation", Float),
    Column("place", Integer),
    Column("likes", Integer),
    Column("band", ForeignKey("comparables.id")),
    Column("likes_place", Integer),
    Column("likes_percentile", Float),
    Column("score", Float),
    # One tree in the order of ids: written in that order, its pages are written once.
    sqlite_with_rowid=False,
)

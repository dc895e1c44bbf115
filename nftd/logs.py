"""Logs go to stderr, so that stdout stays the command's result."""

from __future__ import annotations

import sys

import structlog


def to_stderr() -> None:
    """Send every log line to stderr, values quoted so that foreign text stays on its line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )

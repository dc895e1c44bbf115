"""Logs go to stderr, so that stdout stays the command's result."""

from __future__ import annotations

import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from scrapers.text import clean

LONGEST = 4000
"""Characters of one value; of a traceback, of one line of it."""


def to_stderr() -> None:
    """Send every log line to stderr, values cleaned and quoted so that foreign text stays text on its line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            cleaned,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def cleaned(_logger: WrappedLogger, _method: str, values: EventDict) -> EventDict:
    """Take control and bidirectional characters out of every value; a traceback keeps its lines."""
    return {name: _traceback(value) if name == "exception" else _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else clean(str(value), LONGEST)


def _traceback(value: object) -> str:
    return "\n".join(_indent(line) + clean(line, LONGEST) for line in str(value).split("\n"))


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" ")))

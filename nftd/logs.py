"""Logs go to stderr, so that stdout stays the command's result."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapers.text import clean

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

LONGEST = 4000
"""Characters of one value; of a traceback, of one line of it."""


def warning(event: str, **values: object) -> None:
    """Something that the reader of a log should know."""
    _logger().warning(event, **values)


def error(event: str, **values: object) -> None:
    """Something that failed; `exc_info` may be its exception."""
    _logger().error(event, **values)


def _logger() -> FilteringBoundLogger:
    """Values are cleaned and quoted, so that foreign text stays text on its line.

    Imported with the first line: it takes an eighth of a `status`, and most commands log nothing.
    """
    import structlog

    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            cleaned,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
    )
    return logger


def cleaned(_logger: WrappedLogger, _method: str, values: EventDict) -> EventDict:
    """Take control and bidirectional characters out of every value; a traceback keeps its lines."""
    return {name: _traceback(value) if name == "exception" else _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else clean(str(value), LONGEST)


def _traceback(value: object) -> str:
    return "\n".join(_indent(line) + clean(line, LONGEST) for line in str(value).split("\n"))


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" ")))

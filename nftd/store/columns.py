"""What all tables share: the register of tables, and how a time is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, MetaData, Text, TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, kept as ISO 8601 text that sorts by time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _text(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


@lru_cache(maxsize=64)
def _text(value: datetime) -> str:
    """The rows of one transaction share few times."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


metadata = MetaData()

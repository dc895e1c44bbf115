"""A session with all manners and short waits, as the sources get it."""

from collections.abc import Iterator

import pytest

from nftd.http import HttpLimits, HttpSession

LIMITS = HttpLimits(
    user_agent="nftd/test",
    read_seconds=1.0,
    total_seconds=1.5,
    back_off_seconds=0.0,
    interval_seconds=0.0,
    max_page_bytes=4_000_000,
)


@pytest.fixture
def session() -> Iterator[HttpSession]:
    with HttpSession(LIMITS, local=True) as opened:
        yield opened

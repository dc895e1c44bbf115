"""What the tests of nftd share."""

from collections.abc import Iterator

import pytest

from tests.nftd.http_server import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on loopback that answers as a test tells it."""
    with Site() as running:
        yield running

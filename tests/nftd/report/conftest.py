"""Reports that several tests look at: each takes seconds to draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from nftd.config import Settings
from nftd.report.write import write_report
from tests.nftd.report import market


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a market in which every word was chosen to break it."""
    folder = tmp_path_factory.mktemp("hostile")
    store = market.new_store(folder)
    market.fill_hostile(store)
    write_report(store, Settings(), folder / "out", market.NOW)
    store.close()
    return folder / "out"

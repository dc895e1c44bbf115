"""Whose works are left alone: creators, contracts and listings that the configuration names."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from nftd.config import OptOutSettings

CODE = "opted_out"


class OptOut:
    """The list, ready to be asked; names and contracts are compared without case."""

    def __init__(self, settings: OptOutSettings) -> None:
        self._creators = {_folded(name) for name in settings.creators}
        self._contracts = {name.strip().lower() for name in settings.contracts}
        self._listings = {name.strip() for name in settings.listings}

    def __bool__(self) -> bool:
        return bool(self._creators or self._contracts or self._listings)

    def match(self, row: Mapping[str, Any] | RowMapping) -> str | None:
        """Which entry a stored listing falls under, in words; None where it falls under none."""
        if row["creator"] and _folded(row["creator"]) in self._creators:
            return f"its creator {row['creator']!r} is on the opt-out list"
        for contract in _contracts(row):
            if contract in self._contracts:
                return f"its contract {contract} is on the opt-out list"
        for name in (row["id"], f"{row['market']}:{row['market_id']}", row["url"]):
            if name in self._listings:
                return f"{name} is on the opt-out list"
        return None


def _contracts(row: Mapping[str, Any] | RowMapping) -> list[str]:
    if not row["contract"]:
        return []
    contract = str(row["contract"]).lower()
    return [contract, f"{row['chain']}:{contract}".lower()] if row["chain"] else [contract]


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())

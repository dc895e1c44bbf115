"""Download a picture: from its own address, or by its content address from a gateway that has it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from nftd.http import HttpLimits, HttpSession
from nftd.ipfs_gateways import fetch_ipfs, is_ipfs
from nftd.net import is_this_machine
from scrapers.session import Page
from scrapers.text import clean

_PROOFS: Final = {
    "proven": "its bytes are proven by its ipfs:// address, from {gateway}",
    "unproven": "unproven: {gateway} says that it is the file of its ipfs:// address, and no gateway could prove it",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A file as it came; `proof` tells in words how far its bytes are those of its content address, if it has one."""

    page: Page
    proof: str | None = None


class Gateways:
    """The configured gateways and our way to them. Safe for several threads."""

    def __init__(self, gateways: Sequence[str], limits: HttpLimits) -> None:
        self._gateways = list(gateways)
        self._max_bytes = limits.max_download_bytes
        # A gateway on this machine is there because its owner wrote its address into the configuration.
        self._sessions = {is_here: HttpSession(limits, local=is_here) for is_here in (False, True)}

    def download(self, url: str, max_bytes: int | None = None, accept: tuple[str, ...] = ("image/",)) -> Page:
        """Fetch from a gateway; raises scrapers.errors.FetchError."""
        return self._sessions[_is_here(url)].download(url, max_bytes, accept)

    def picture(self, address: str, session: HttpSession) -> Picture:
        """Fetch the file of an ipfs:// address from the gateways, of any other through `session`."""
        if not is_ipfs(address):
            return Picture(session.download(address))
        found = fetch_ipfs(self, address, self._gateways, self._max_bytes)
        return Picture(found.page, _PROOFS[found.proof].format(gateway=clean(found.gateway, 200)))

    def host(self, address: str) -> str:
        """Who is asked first for this picture: pictures of one host are loaded one after the other."""
        first = self._gateways[0] if is_ipfs(address) and self._gateways else address
        with suppress(ValueError):
            return urlsplit(first).netloc.lower()
        return ""

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()


def _is_here(url: str) -> bool:
    with suppress(ValueError):
        host = urlsplit(url).hostname or ""
        return is_this_machine(host)
    return False

"""Files of `ipfs://` addresses through HTTP gateways, their bytes checked against the address.

A file is proven by its own bytes where the usual chunkers make the same address of them, else by a CAR: a gateway
that speaks the trustless protocol (https://specs.ipfs.tech/http-gateways/trustless-gateway/) sends the blocks, and
each is hashed. Where neither works the file is unproven, which its reader is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from urllib.parse import quote, unquote

from nftd.http import Answer
from nftd.unixfs_tree import ForgedBlock, TreeError, read_blocks, read_file
from publisher.cid import UNIXFS_V0_2015, UNIXFS_V1_2025, Profile, cid_of_bytes
from publisher.errors import BadBlock, BadCid, BadVarint
from publisher.multiformats import DAG_PB, RAW, Cid
from scrapers import errors
from scrapers.session import Page
from scrapers.text import clean

_SCHEME: Final = "ipfs://"
_CAR: Final = "application/vnd.ipld.car"
# What files are added with: Kubo's own choice, the same with version 1 addresses, and that of pinning services.
_PROFILES: Final = (UNIXFS_V0_2015, Profile("kubo-v1", 1, True, 256 * 1024, 174), UNIXFS_V1_2025)

Proof = Literal["proven", "unproven"]


class Downloads(Protocol):
    """What is needed of a session; robots.txt does not govern a gateway, which is there to be asked by programs."""

    def download(self, url: str, max_bytes: int | None = None, accept: tuple[str, ...] = ("image/",)) -> Page: ...


@dataclass(frozen=True, slots=True)
class IpfsAddress:
    """A root and the names that lead to a file below it."""

    cid: Cid
    path: tuple[str, ...] = ()

    def at(self, gateway: str) -> str:
        """The address of the file at a gateway, given as `https://host` with or without `/ipfs`."""
        base = gateway.rstrip("/").removesuffix("/ipfs")
        return "/".join([f"{base}/ipfs/{self.cid}", *(quote(name, safe="") for name in self.path)])


@dataclass(frozen=True, slots=True)
class IpfsFile:
    """A file, the gateway that gave it, and whether its bytes are those that the address names."""

    page: Page
    gateway: str
    proof: Proof


Check = Callable[[IpfsAddress, bytes], bool | None]


def is_ipfs(address: str) -> bool:
    return address[: len(_SCHEME)].lower() == _SCHEME


def parse_ipfs(address: str) -> IpfsAddress:
    """Read `ipfs://CID/path`, also with the doubled `ipfs/` that many tokens have; raises BadUrl.

    What follows a "?" is no part of the name. A "#" is: works are called "Name #7.png", and nobody links to a
    place inside a picture.
    """
    rest = address[len(_SCHEME) :].partition("?")[0].removeprefix("ipfs/")
    root, *names = rest.split("/")
    path = tuple(unquote(name) for name in names if name)
    try:
        cid = Cid.parse(root)
    except (BadCid, BadVarint) as error:
        raise _bad(address, str(error)) from error
    if not is_ipfs(address) or any(name in (".", "..") or "/" in name or "\0" in name for name in path):
        raise _bad(address, "a name in it is no file name")
    return IpfsAddress(cid, path)


def reproduces(target: IpfsAddress, body: bytes) -> bool | None:
    """Whether these bytes are what the address names; None where only the author's chunker could tell."""
    if target.path:
        return None
    if target.cid.codec == RAW:
        try:
            return target.cid.matches(body)
        except BadBlock:
            return None  # a hash function that is not known
    made = (cid_of_bytes(body, profile) for profile in _PROFILES)
    return True if target.cid.codec == DAG_PB and any(target.cid.same_content(cid) for cid in made) else None


def fetch_ipfs(
    session: Downloads,
    address: str,
    gateways: Sequence[str],
    max_bytes: int = 64 * 2**20,
    accept: tuple[str, ...] = ("image/",),
    check: Check = reproduces,
) -> IpfsFile:
    """The file of an address from the first gateway that proves it, else an unproven one.

    Raises BadUrl, BudgetSpent, the gateways' error where all say the same for good, else Unreachable.
    """
    target, failures = parse_ipfs(address), dict[str, errors.FetchError]()
    unproven: IpfsFile | None = None
    for gateway in gateways:
        try:
            if unproven:
                found = _proven_by_car(session, target, gateway, max_bytes) or unproven
            else:
                found = _from(session, target, gateway, max_bytes, accept, check)
        except errors.BudgetSpent:
            raise
        except errors.FetchError as error:
            failures[gateway] = error
            continue
        if found.proof == "proven":
            return found
        unproven = found
    if unproven is None:
        raise _failed(address, failures)
    return unproven


def _from(
    session: Downloads, target: IpfsAddress, gateway: str, max_bytes: int, accept: tuple[str, ...], check: Check
) -> IpfsFile:
    """The file from one gateway; what only blocks can prove is asked for as blocks first."""
    if target.path and (found := _proven_by_car(session, target, gateway, max_bytes)):
        return found
    page = session.download(target.at(gateway), max_bytes, accept)
    verdict = check(target, page.body)
    if verdict is False:
        raise _wrong(target, gateway, f"{len(page.body)} other bytes")
    if verdict:
        return IpfsFile(page, gateway, "proven")
    found = None if target.path else _proven_by_car(session, target, gateway, max_bytes)
    if found and found.page.body == page.body:
        return IpfsFile(page, gateway, "proven")  # with the type that the gateway told
    return found or IpfsFile(page, gateway, "unproven")


def _proven_by_car(session: Downloads, target: IpfsAddress, gateway: str, max_bytes: int) -> IpfsFile | None:
    """The file out of its blocks, None where the gateway sends no such archive; raises WrongBytes for a forged one."""
    url = f"{target.at(gateway)}?format=car&dag-scope=entity"
    try:
        archive = session.download(url, max_bytes + max_bytes // 16 + 2**20, (_CAR,))
        body = read_file(read_blocks(archive.body), target.cid, target.path, max_bytes)
    except ForgedBlock as error:
        raise _wrong(target, gateway, str(error)) from error
    except errors.BudgetSpent:
        raise
    except (TreeError, errors.FetchError):
        return None
    return IpfsFile(Answer(url, archive.status, "", None, body), gateway, "proven")


def _bad(address: str, why: str) -> errors.BadUrl:
    shown = clean(address, 200)
    return errors.BadUrl(f"{shown} is no IPFS address: {clean(why, 200)}", shown)


def _wrong(target: IpfsAddress, gateway: str, what: str) -> errors.WrongBytes:
    url = target.at(gateway)
    return errors.WrongBytes(f"{url} gave what the address does not name: {what}", url, gateway=gateway)


def _failed(address: str, failures: dict[str, errors.FetchError]) -> errors.FetchError:
    """One error for all gateways: that of the work where they agree for good, else one that invites another try."""
    shown, last = clean(address, 200), next(reversed(failures.values()), None)
    if last is None:
        return errors.BadUrl(f"{shown} needs a gateway: set http.ipfs_gateways", shown)
    if all(error.permanent for error in failures.values()):
        return last
    told = "; ".join(f"{gateway}: {error.code}" for gateway, error in failures.items())
    return errors.Unreachable(f"no gateway gave {shown} ({told})", shown, gateways=list(failures), last=str(last))

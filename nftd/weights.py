"""Fetching model weights: from which address, whether they are the right ones, and with whose consent."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from generator.errors import BadCheckpoint, UnknownDigest
from generator.weights import Entry, Installed, Origin, convert, look_up, manifest
from generator.weights.convert import UNKNOWN_LICENSE
from generator.weights.records import make_folder
from generator.weights.tensors import sha256_of
from nftd.errors import DataFolderError, NotFetched, UsageError
from nftd.http import Downloads, HttpLimits, Part, Tell
from nftd.net import is_this_machine
from scrapers import errors

PARTS: Final = "downloads"
CONSENTS: Final = "LICENSES-ACCEPTED.json"  # no name of weights has capitals
LARGEST: Final = 16 * 2**30  # of an address that a user gives: no model here is near it
_SLACK: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Address:
    """One place to try: its `url`, how many bytes at most it may give, and the digest that they must have."""

    url: str
    about: int
    most: int
    digest: str | None
    given: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What to fetch: `urls` replace the manifest's addresses; `accepted` is consent to the license."""

    name: str
    urls: tuple[str, ...] = ()
    accepted: bool = False
    accept_unknown: bool = False


def fetch(wish: Wish, folder: Path, limits: HttpLimits, tell: Tell = lambda _done, _all: None) -> Installed:
    """Load, check, convert and record a model of the manifest; what breaks off goes on the next time.

    Raises `UsageError` for a name that the manifest lacks or an address that cannot be one, `UnknownDigest` where
    nobody states what the bytes must be and the wish does not accept that, `BadCheckpoint` where they are others,
    `NotFetched` where no address gives anything.
    """
    entry = known_entry(wish.name)
    addresses = _addresses(wish, entry, look_up(folder, wish.name))
    problems: list[Exception] = []
    with usable(folder):
        parts = folder / PARTS
        make_folder(parts)
        for address in addresses:
            try:
                return _fetch_from(address, wish, folder, limits, tell)
            except (errors.FetchError, BadCheckpoint) as error:
                problems.append(error)
    raise _in_vain(wish.name, problems)


def require_checkable(wish: Wish, folder: Path) -> None:
    """Raise `UnknownDigest` or `UsageError`, as `fetch` would before it asks the network for anything."""
    _addresses(wish, known_entry(wish.name), look_up(folder, wish.name))


def known_entry(name: str) -> Entry:
    """The manifest's entry; raises `UsageError` with the names that there are."""
    if name not in manifest():
        raise UsageError(f"{name[:60]!r} is none of the known weights: {', '.join(manifest())}")
    return manifest()[name]


def import_file(
    file: Path, folder: Path, name: str, *, terms: str = "", accepted: bool = False, accept_unknown: bool = False
) -> Installed:
    """Convert and record a file that lies here; raises as `generator.weights.convert` does."""
    with usable(folder):
        return convert(file, folder, name, terms=terms, accepted=accepted, accept_unknown=accept_unknown)


def name_of_file(file: Path) -> str | None:
    """The name under which the manifest knows a file, by its digest; None for one that nobody vouches for."""
    digest = sha256_of(file)
    return next((name for name, entry in manifest().items() if digest in entry.digests), None)


def license_of(name: str, terms: str = "") -> str | None:
    """The license that a person must agree to; None where it is free."""
    entry = manifest().get(name)
    if entry:
        return None if entry.free else entry.license
    return None if terms else UNKNOWN_LICENSE


def consent(folder: Path, name: str) -> bool:
    """Whether the license of these weights was agreed to before."""
    return name in _consents(folder)


def agree(folder: Path, name: str, text: str) -> None:
    """Remember that the license of these weights was agreed to, so that it is asked once."""
    with usable(folder):
        make_folder(folder)
        found = _consents(folder) | {name: {"license": text, "at": datetime.now(UTC).isoformat(timespec="seconds")}}
        partial = folder / f"{CONSENTS}.part"
        partial.write_text(json.dumps(found, indent=2), encoding="utf-8")
        partial.replace(folder / CONSENTS)


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Say of a folder that cannot be written what to do about it."""
    try:
        yield
    except PermissionError as error:
        raise DataFolderError(
            f"{error.filename or folder} cannot be written ({error.strerror}): give this user the right, or name "
            "another folder as generator.weights"
        ) from None
    except BlockingIOError:
        raise DataFolderError(f"another process is loading into {folder / PARTS}: wait for it, or stop it") from None
    except (FileExistsError, NotADirectoryError) as error:
        raise DataFolderError(
            f"{error.filename} cannot be a folder ({error.strerror}): name another as generator.weights"
        ) from None


def _addresses(wish: Wish, entry: Entry, before: Installed | None) -> list[Address]:
    """Where to look, the surest first; raises where nothing could be checked and that was not accepted."""
    recorded = before.origin_digest if before and not entry.digests else None
    found = [replace(one, digest=one.digest or recorded) for one in _candidates(wish, entry)]
    if wish.accept_unknown:
        # Plain http proves nothing by itself: whoever stands in between can change what comes.
        sure = [one for one in found if one.digest or one.given or not one.url.startswith("http:")]
        return sure or found
    sure = [one for one in found if one.digest or (one.given and entry.digests)]
    if not sure:
        raise UnknownDigest(
            f"nobody publishes the SHA-256 of {entry.name}, so what comes cannot be checked against anything: "
            f"nftd weights fetch {entry.name} --accept-unknown takes it, records its digest and checks it from then on",
            name=entry.name,
        )
    return sure


def _candidates(wish: Wish, entry: Entry) -> Iterator[Address]:
    if not wish.urls:
        for one in entry.origins:
            yield from (_published(one, url) for url in one.urls)
        return
    about = max(one.bytes for one in entry.origins)
    # An address that a user gives may hold any of the published files.
    digest = next(iter(entry.digests)) if len(entry.digests) == 1 and not wish.accept_unknown else None
    for url in wish.urls:
        if urlsplit(url).scheme not in {"http", "https", "file"}:
            raise UsageError(f"{url[:200]!r} is no address of a file: https://, http:// or file:/// is needed")
        yield Address(url, about, LARGEST, digest, given=True)


def _published(origin: Origin, url: str) -> Address:
    most = origin.bytes if origin.sha256 else 2 * origin.bytes + _SLACK
    return Address(url, origin.bytes, most, origin.sha256)


def _fetch_from(address: Address, wish: Wish, folder: Path, limits: HttpLimits, tell: Tell) -> Installed:
    if address.url.startswith("file:"):
        return _taken(_local_file(address.url), address, wish, folder)
    key = hashlib.sha256((address.digest or address.url).encode()).hexdigest()[:12]
    part = Part(folder / PARTS / f"{wish.name}-{key}.part", address.most, checked=address.digest is not None)
    _require_room(folder, address.about, part.path)
    resumed = part.path.exists()
    local = address.given and is_this_machine(urlsplit(address.url).hostname or "")
    with Downloads(limits, local=local) as downloads:
        try:
            return _loaded(downloads, part, address, wish, folder, tell)
        except (errors.TooLarge, BadCheckpoint):
            if not resumed:
                raise
            # The bytes of two visits may not belong together: once more, all from one.
            return _loaded(downloads, part, address, wish, folder, tell)


def _loaded(downloads: Downloads, part: Part, address: Address, wish: Wish, folder: Path, tell: Tell) -> Installed:
    """Load and take a part; what turns out to be wrong is not kept for another try."""
    try:
        downloads.load(address.url, part, tell)
        made = _taken(part.path, address, wish, folder)
    except (errors.TooLarge, BadCheckpoint):
        part.remove()
        raise
    part.remove()
    return made


def _taken(file: Path, address: Address, wish: Wish, folder: Path) -> Installed:
    if address.digest and (found := sha256_of(file)) != address.digest:
        raise BadCheckpoint(
            f"{address.url} gave other bytes: their SHA-256 is {found}, it must be {address.digest}, {_why(wish.name)}",
            url=address.url,
            digest=found,
            wanted=address.digest,
        )
    return convert(
        file, folder, wish.name, origin=address.url, accepted=wish.accepted, accept_unknown=wish.accept_unknown
    )


def _why(name: str) -> str:
    """Who says what the digest must be."""
    if manifest()[name].digests:
        return "as published"
    return f"as recorded at the first fetch (to take others all the same: nftd weights import FILE --as {name})"


def _local_file(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        raise UsageError(f"{url[:200]!r} names a host: a file of this machine is file:///folder/name")
    return Path(url2pathname(parts.path))


def _require_room(folder: Path, about: int, part: Path) -> None:
    """The file itself, and beside it what is made of it, which is no larger."""
    there = part.stat().st_size if part.exists() else 0
    needed, free = 2 * about - there, shutil.disk_usage(folder).free
    if needed > free:
        raise DataFolderError(
            f"{folder} has room for {free / 1e9:.1f} GB, {needed / 1e9:.1f} GB are needed: make room, or name another "
            "folder as generator.weights"
        )


def _in_vain(name: str, problems: Sequence[Exception]) -> Exception:
    told = "; ".join(dict.fromkeys(_short(one) for one in problems))
    bad = next((one for one in problems if isinstance(one, BadCheckpoint)), None)
    if bad is not None:
        return BadCheckpoint(f"{name} was not installed: {told}", **bad.evidence)
    return NotFetched(
        f"{name} could not be fetched: {told}. Try again later (what was loaded is kept), or load the file elsewhere "
        f"and run nftd weights import FILE --as {name}"
    )


def _short(problem: Exception) -> str:
    """A problem with the host in place of its long address."""
    text = str(problem)
    url = problem.url if isinstance(problem, errors.FetchError) else ""
    return text.replace(url, urlsplit(url).hostname or url) if url else text


def _consents(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / CONSENTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

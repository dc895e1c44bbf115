"""Fetching weights from a real server on loopback: resumed, checked, from the first address that gives them."""

from __future__ import annotations

import email.utils
import hashlib
import re
import socket
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import torch

from generator.errors import BadCheckpoint, UnknownDigest
from generator.weights import Origin, find, load, manifest
from nftd import weights
from nftd.errors import DataFolderError, NotFetched, UsageError
from nftd.http import Downloads, HttpLimits, Part
from nftd.weights import PARTS, Wish, fetch
from scrapers import errors
from tests.nftd.http_server import Handler, Site, endless, hang, packed, status

LIMITS = HttpLimits("tests", connect_seconds=2, read_seconds=0.5, attempts=3, back_off_seconds=0.01)
NAME = "laion-vit-b-32"


def head(seed: int = 0, filling: int = 0) -> bytes:
    """A file of LAION's head as torch.save writes it; `filling` makes it longer."""
    import io

    numbers = torch.Generator().manual_seed(seed)
    tensors = {"weight": torch.randn(1, 512, generator=numbers), "bias": torch.zeros(1)}
    stream = io.BytesIO()
    torch.save({"state_dict": tensors, "filling": torch.randn(filling, generator=numbers)}, stream)
    return stream.getvalue()


@dataclass
class Shelf:
    """A file as a server gives it: with ranges, marks and failures as told; `asked` are the ranges asked for."""

    data: bytes
    mark: str | None = '"v1"'
    modified: bool = False
    ranges: bool = True
    lies: bool = False
    breaks_after: list[int] = field(default_factory=list)
    waits_for: threading.Event | None = None
    asked: list[str] = field(default_factory=list)

    def __call__(self, handler: Handler) -> None:
        wanted = handler.headers.get("Range", "")
        self.asked.append(wanted)
        begin = re.fullmatch(r"bytes=(\d+)-", wanted)
        stale = handler.headers.get("If-Range") not in (None, self.mark, self.date)
        start = int(begin[1]) if begin and self.ranges and not stale else 0
        if start >= len(self.data):
            handler.send(416, b"", {"Content-Range": f"bytes */{len(self.data)}"})
            return
        handler.send_response(206 if start else 200)
        if start:
            shown = start - 1 if self.lies else start
            handler.send_header("Content-Range", f"bytes {shown}-{len(self.data) - 1}/{len(self.data)}")
        handler.send_header("Content-Length", str(len(self.data) - start))
        handler.send_header("Content-Type", "application/octet-stream")
        if self.mark:
            handler.send_header("ETag", self.mark)
        if self.modified:
            handler.send_header("Last-Modified", self.date)
        handler.end_headers()
        most = self.breaks_after.pop(0) if self.breaks_after else len(self.data)
        handler.write(self.data[start : start + most])
        if start + most < len(self.data):
            if self.waits_for:
                self.waits_for.wait(30)
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True

    @property
    def date(self) -> str:
        return email.utils.formatdate(1_600_000_000, usegmt=True)


def drip(handler: Handler) -> None:
    """Announce a file and send a byte now and then, each well inside any read time-out."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while handler.write(b"x") and not handler.server.site.closing.wait(0.05):
        pass


def wish(*urls: str, accept_unknown: bool = True, name: str = NAME) -> Wish:
    return Wish(name, urls, accept_unknown=accept_unknown)


def publish(monkeypatch: pytest.MonkeyPatch, data: bytes, *urls: str) -> None:
    """Let the manifest state these bytes and addresses for the head."""
    digest = hashlib.sha256(data).hexdigest()
    origins = (Origin("head.pth", len(data), digest, urls),)
    monkeypatch.setitem(manifest(), NAME, replace(manifest()[NAME], origins=origins))  # type: ignore[arg-type]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / PARTS).glob("*"))


# --- one address ---------------------------------------------------------------------------------


def test_a_file_is_fetched_converted_and_recorded(site: Site, tmp_path: Path) -> None:
    data, told = head(), []
    url = site.route("/head.pth", Shelf(data))
    made = fetch(wish(url), tmp_path, LIMITS, lambda done, total: told.append((done, total)))
    assert made == find(tmp_path, NAME)
    assert (made.origin, made.origin_digest, made.known) == (url, hashlib.sha256(data).hexdigest(), False)
    assert load(made).keys() == {"weight", "bias"}
    assert told[0] == (0, len(data))
    assert told[-1] == (len(data), len(data))
    assert leftovers(tmp_path) == []
    assert site.headers[0]["User-Agent"] == "tests"
    assert site.headers[0]["Accept-Encoding"] == "identity"


def test_a_download_that_breaks_off_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    data = head(filling=50_000)
    shelf = Shelf(data, breaks_after=[70_000, 50_000])
    fetch(wish(site.route("/head.pth", shelf)), tmp_path, LIMITS)
    assert shelf.asked == ["", "bytes=70000-", "bytes=120000-"]


def test_the_next_command_goes_on_where_the_last_one_stopped(site: Site, tmp_path: Path) -> None:
    shelf = Shelf(head(filling=50_000), breaks_after=[70_000, 10, 10])
    url = site.route("/head.pth", shelf)
    with pytest.raises(NotFetched, match="what was loaded is kept"):
        fetch(wish(url), tmp_path, LIMITS)
    assert len(leftovers(tmp_path)) == 2
    fetch(wish(url), tmp_path, LIMITS)
    assert shelf.asked[3:] == ["bytes=70020-"]
    assert leftovers(tmp_path) == []


def test_a_file_that_changed_in_between_is_loaded_anew(site: Site, tmp_path: Path) -> None:
    url = site.route("/head.pth", Shelf(head(1, filling=50_000), breaks_after=[70_000, 10, 10]))
    with pytest.raises(NotFetched):
        fetch(wish(url), tmp_path, LIMITS)
    after = Shelf(head(2, filling=50_000), mark='"v2"')
    site.route("/head.pth", after)
    made = fetch(wish(url), tmp_path, LIMITS)
    assert after.asked == ["bytes=70020-"]
    assert made.origin_digest == hashlib.sha256(after.data).hexdigest()


@pytest.mark.parametrize(
    ("mark", "modified", "second"),
    [(None, True, "bytes=70000-"), ('W/"weak"', False, ""), (None, False, "")],
    ids=["date", "weak", "none"],
)
def test_without_a_digest_a_rest_is_joined_only_where_the_server_vouches_for_it(
    site: Site, tmp_path: Path, mark: str | None, modified: bool, second: str
) -> None:
    shelf = Shelf(head(filling=50_000), mark=mark, modified=modified, breaks_after=[70_000])
    fetch(wish(site.route("/head.pth", shelf)), tmp_path, LIMITS)
    assert shelf.asked == ["", second]


def test_with_a_digest_any_mirror_may_give_the_rest(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = head(filling=50_000)
    first, second = Shelf(data, mark=None, breaks_after=[70_000, 10, 10]), Shelf(data, mark='"other"')
    publish(monkeypatch, data)
    urls = site.route("/a", first), site.route("/b", second)
    made = fetch(wish(*urls, accept_unknown=False), tmp_path, LIMITS)
    assert second.asked == ["bytes=70020-"]
    assert (made.known, made.origin) == (True, urls[1])


def test_halves_that_do_not_belong_together_are_loaded_once_more(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = head(2, filling=50_000)
    publish(monkeypatch, right)
    site.route("/head.pth", Shelf(head(1, filling=50_000), mark=None, breaks_after=[70_000, 10, 10]))
    with pytest.raises(NotFetched):
        fetch(wish(f"{site.url}/head.pth", accept_unknown=False), tmp_path, LIMITS)
    shelf = Shelf(right, mark=None)
    site.route("/head.pth", shelf)
    assert fetch(wish(f"{site.url}/head.pth", accept_unknown=False), tmp_path, LIMITS).known
    assert shelf.asked == ["bytes=70020-", ""]


def test_a_server_without_ranges_gives_all_of_it_again(site: Site, tmp_path: Path) -> None:
    shelf = Shelf(head(filling=50_000), ranges=False, breaks_after=[70_000])
    made = fetch(wish(site.route("/head.pth", shelf)), tmp_path, LIMITS)
    assert made.origin_digest == hashlib.sha256(shelf.data).hexdigest()


def test_a_part_that_is_whole_is_taken_without_loading_it_again(site: Site, tmp_path: Path) -> None:
    data = head()
    url = site.route("/head.pth", Shelf(data))
    with pytest.raises(UnknownDigest):  # loaded, then not accepted: it is kept for whoever accepts it
        weights._fetch_from(
            weights.Address(url, 1, 10**6, None, given=True),
            wish(accept_unknown=False),
            made_parts(tmp_path),
            LIMITS,
            lambda *_: None,
        )
    shelf = Shelf(data)
    site.route("/head.pth", shelf)
    fetch(wish(url), tmp_path, LIMITS)
    assert shelf.asked == [f"bytes={len(data)}-"]


def made_parts(folder: Path) -> Path:
    (folder / PARTS).mkdir()
    return folder


# --- addresses that give something else ----------------------------------------------------------


def test_the_first_address_that_gives_the_right_bytes_wins(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = head()
    publish(monkeypatch, data)
    site.page("/login", "<html>Sign in to download")
    site.route("/gone", status(404))
    site.route("/full", status(429, Retry_After="60"))
    site.route("/other", Shelf(head(3)))
    site.route("/packed", packed(data, content_type="application/octet-stream"))
    site.route("/right", Shelf(data))
    paths = ("/login", "/gone", "/full", "/other", "/packed", "/right")
    made = fetch(wish(*(site.url + path for path in paths), accept_unknown=False), tmp_path, LIMITS)
    assert made.origin == f"{site.url}/right"
    assert [site.hits[path] for path in paths] == [1] * 6
    assert leftovers(tmp_path) == []


def test_wrong_bytes_everywhere_are_told_with_both_digests(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = head(1), head(2)
    publish(monkeypatch, right)
    with pytest.raises(BadCheckpoint) as caught:
        fetch(wish(site.route("/a", Shelf(wrong)), accept_unknown=False), tmp_path, LIMITS)
    for data in (right, wrong):
        assert hashlib.sha256(data).hexdigest() in str(caught.value)
    assert leftovers(tmp_path) == []
    assert not (tmp_path / f"{NAME}.json").exists()


def test_no_address_is_told_with_the_reason_of_each(site: Site, tmp_path: Path) -> None:
    site.route("/hang", hang)
    with pytest.raises(NotFetched) as caught:
        fetch(wish(f"{site.url}/hang", f"{site.url}/missing", "https://nowhere.invalid/x"), tmp_path, LIMITS)
    said = str(caught.value)
    for part in ("did not answer in time", "does not exist (404)", "nowhere.invalid has no address"):
        assert part in said
    assert f"nftd weights import FILE --as {NAME}" in said
    assert leftovers(tmp_path) == []


def test_an_endless_answer_is_cut_off_and_not_kept(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "LARGEST", 3_000_000)
    with pytest.raises(NotFetched, match="longer than the limit"):
        fetch(wish(site.route("/x", endless)), tmp_path, LIMITS)
    assert leftovers(tmp_path) == []


def test_a_range_from_elsewhere_is_not_joined(site: Site, tmp_path: Path) -> None:
    shelf = Shelf(head(filling=50_000), breaks_after=[70_000], lies=True)
    with pytest.raises(NotFetched, match="answers with bytes from 69999, asked was for those from 70000"):
        fetch(wish(site.route("/x", shelf)), tmp_path, LIMITS)


def test_a_server_that_drips_single_bytes_is_cut_off(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nftd.http.download.PIECE_SECONDS", 0.3)
    with pytest.raises(NotFetched, match="did not answer in time"):
        fetch(wish(site.route("/x", drip)), tmp_path, replace(LIMITS, attempts=1))


def test_the_address_of_a_manifest_cannot_lead_onto_this_machine(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = head()
    publish(monkeypatch, data, site.route("/head.pth", Shelf(data)))
    with pytest.raises(NotFetched, match="is not a public address"):
        fetch(Wish(NAME), tmp_path, LIMITS)
    assert not site.hits


# --- which addresses -----------------------------------------------------------------------------


def test_a_file_that_nobody_vouches_for_is_not_even_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UnknownDigest, match="nftd weights fetch wikiart_16384 --accept-unknown"):
        fetch(Wish("wikiart_16384", accepted=True), tmp_path, LIMITS)
    assert not list(tmp_path.iterdir())


def test_plain_http_is_used_only_where_the_digest_is_known(site: Site, tmp_path: Path) -> None:
    entry = manifest()["wikiart_16384"]
    unknown = weights._addresses(Wish(entry.name, accept_unknown=True), entry, None)
    assert [one.url.partition(":")[0] for one in unknown] == ["https"]
    before = fetch(wish(site.route("/head.pth", Shelf(head()))), tmp_path, LIMITS)
    recorded = weights._addresses(Wish(entry.name), entry, before)
    assert [one.url.partition(":")[0] for one in recorded] == ["https", "http"]
    assert {one.digest for one in recorded} == {before.origin_digest}


def test_bytes_recorded_at_the_first_fetch_are_demanded_from_then_on(site: Site, tmp_path: Path) -> None:
    url = site.route("/head.pth", Shelf(head(1)))
    first = fetch(wish(url), tmp_path, LIMITS)
    assert fetch(wish(url, accept_unknown=False), tmp_path, LIMITS).origin_digest == first.origin_digest
    site.route("/head.pth", Shelf(head(2)))
    with pytest.raises(BadCheckpoint, match=f"it must be {first.origin_digest}, as recorded at the first fetch"):
        fetch(wish(url, accept_unknown=False), tmp_path, LIMITS)
    assert find(tmp_path, NAME).origin_digest == first.origin_digest


def test_a_file_on_this_machine_is_an_address_too(tmp_path: Path) -> None:
    (tmp_path / "a head.pth").write_bytes(head())
    made = fetch(wish((tmp_path / "a head.pth").as_uri()), tmp_path / "to", LIMITS)
    assert made.origin.endswith("/a%20head.pth")
    assert (tmp_path / "a head.pth").exists()


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/x", "head.pth", "file://server/share/x", "javascript:x", "https://me:secret@host.invalid/x"],
)
def test_other_addresses_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises((UsageError, NotFetched)) as caught:
        fetch(wish(url), tmp_path, LIMITS)
    assert "secret" not in str(caught.value)


def test_a_name_that_is_not_known_lists_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wikiart_16384, imagenet_16384"):
        fetch(Wish("nosuch"), tmp_path, LIMITS)


# --- the folder ----------------------------------------------------------------------------------


def test_two_commands_do_not_load_the_same_part_at_once(site: Site, tmp_path: Path) -> None:
    part = Part(tmp_path / "x.part", 10**6, checked=False)
    url = site.route("/x", Shelf(b"x" * 10))
    with Downloads(LIMITS, local=True) as one, Downloads(LIMITS, local=True) as other:

        def while_loading(done: int, total: int | None) -> None:
            with pytest.raises(BlockingIOError):
                other.load(url, part, lambda *_: None)

        one.load(url, part, while_loading)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="cannot be a folder"):
        fetch(wish("https://nowhere.invalid/x"), tmp_path / "file" / "weights", LIMITS)


def test_too_little_room_is_told_before_anything_is_loaded(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": 1000})())
    with pytest.raises(DataFolderError, match=r"room for 0\.0 GB"):
        fetch(wish(site.route("/x", Shelf(head()))), tmp_path, LIMITS)
    assert not site.hits


def test_a_file_that_announces_too_much_is_refused_at_once(site: Site, tmp_path: Path) -> None:
    part = Part(tmp_path / "x.part", 10, checked=False)
    with Downloads(LIMITS, local=True) as downloads, pytest.raises(errors.TooLarge, match="announces 11 bytes"):
        downloads.load(site.route("/x", Shelf(b"x" * 11)), part, lambda *_: None)

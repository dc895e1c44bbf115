"""The bundled gallery, read over its real server as any visitor would."""

import hashlib
import json
import socket
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image

import nftd.sample
from nftd.sample.server import SITE, Gallery

FOLDER = Path(nftd.sample.__file__).parent
MANIFEST: dict[str, Any] = tomllib.loads((FOLDER / "MANIFEST.toml").read_text("utf-8"))
PICTURES: list[dict[str, Any]] = MANIFEST["picture"]
STATED = {
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "https://creativecommons.org/licenses/by-nc/4.0/": "CC-BY-NC-4.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
}
MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF", "image/gif": b"GIF89a"}


@pytest.fixture(scope="module")
def gallery() -> Iterator[Gallery]:
    with Gallery() as gallery:
        yield gallery


@pytest.fixture(scope="module")
def web(gallery: Gallery) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gallery.url, trust_env=False) as client:
        yield client


def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "lxml")


def pages() -> list[Path]:
    return sorted(SITE.rglob("*.html"))


def work_pages() -> list[Path]:
    return sorted((SITE / "works").iterdir())


def json_ld(path: Path) -> dict[str, Any]:
    block = soup_of(path).find("script", type="application/ld+json")
    assert isinstance(block, Tag)
    found = json.loads(block.get_text())
    assert isinstance(found, dict)
    return found


def picture_of(trap: str) -> dict[str, Any]:
    return next(picture for picture in PICTURES if picture.get("trap") == trap)


def page_of(trap: str) -> Path:
    return SITE / "works" / f"{picture_of(trap)['market_id']}.html"


def trap_of(data: dict[str, Any]) -> str | None:
    return next((picture.get("trap") for picture in PICTURES if picture["market_id"] == data["sku"]), None)


def follow_next(web: httpx.Client) -> list[BeautifulSoup]:
    found, path = [], "/"
    while path:
        soup = BeautifulSoup(web.get(path).raise_for_status().text, "lxml")
        found.append(soup)
        step = soup.select_one('link[rel="next"]')
        path = str(step["href"]) if step else ""
    return found


def test_following_rel_next_from_the_first_page_finds_sixty_works_on_five_pages(web: httpx.Client) -> None:
    listings = follow_next(web)
    works = [str(link["href"]) for soup in listings for link in soup.select(".card a")]
    assert [len(soup.select(".card")) for soup in listings] == [12] * 5
    assert len(set(works)) == 60
    assert {Path(work).name for work in works} == {path.name for path in work_pages()}


def test_each_listing_page_lists_its_works_as_a_schema_org_item_list_too() -> None:
    for path in sorted(SITE.glob("*.html")):
        data = json_ld(path)
        assert data["@type"] == "ItemList"
        links = [str(link["href"]) for link in soup_of(path).select(".card a")]
        assert [item["url"] for item in data["itemListElement"]] == links


def test_each_category_has_twelve_works() -> None:
    assert set(Counter(picture["category"] for picture in PICTURES).values()) == {12}
    assert {picture["category"] for picture in PICTURES} == {"animals", "faces", "people", "objects", "scenery"}


def test_every_page_says_in_words_and_in_a_meta_tag_that_prices_are_invented() -> None:
    assert len(pages()) == 65
    for path in pages():
        soup = soup_of(path)
        tag = soup.select_one('meta[name="nftd:prices"]')
        assert tag is not None, path
        assert tag["content"] == "invented", path
        assert "Prices and likes on this page are invented" in soup.get_text(), path
        assert len(soup.find_all("h1")) == 1, path


@pytest.mark.parametrize("path", work_pages(), ids=lambda path: path.stem)
def test_a_work_page_describes_its_work_in_schema_org_terms(path: Path) -> None:
    data = json_ld(path)
    picture = next(picture for picture in PICTURES if picture["market_id"] == path.stem)
    assert data["@type"] == ["VisualArtwork", "Product"]
    assert data["sku"] == path.stem
    assert (data["name"], data["creator"]["name"]) == (picture["title"], picture["creator"])
    assert data["isPartOf"]["name"]
    assert 2017 <= int(data["dateCreated"]) <= 2021
    assert data["artEdition"] >= 1
    assert STATED[data["license"]] == picture.get("stated_license", picture["license"])
    assert data["image"]["contentUrl"] == "../" + picture["file"]
    assert Decimal(data["offers"]["price"]) > 0
    assert data["offers"]["priceCurrency"] in {"ETH", "XTZ", "HIVE"}
    heading = soup_of(path).find("h1")
    assert heading is not None
    assert heading.get_text() == data["name"]


def test_enough_works_in_each_currency_for_percentiles_to_mean_something() -> None:
    counts = Counter(json_ld(path)["offers"]["priceCurrency"] for path in work_pages())
    assert counts == {"ETH": 26, "XTZ": 20, "HIVE": 14}


def test_most_works_have_likes_and_some_have_none() -> None:
    stated = [json_ld(path).get("interactionStatistic") for path in work_pages()]
    likes = [counter["userInteractionCount"] for counter in stated if counter]
    assert 4 <= stated.count(None) <= 8
    assert all(counter["interactionType"].endswith("/LikeAction") for counter in stated if counter)
    assert all(isinstance(count, int) and count > 0 for count in likes)


def selected_by_the_report_rule(currency: str) -> set[str | None]:
    """The rule as the report states it, written out once more in plain Python: strict trim, top quarter, likes."""
    works = [data for data in map(json_ld, work_pages()) if data["offers"]["priceCurrency"] == currency]
    prices = sorted(float(data["offers"]["price"]) for data in works)
    low, high = quantile(prices, 0.05), quantile(prices, 0.95)
    kept = [data for data in works if low < float(data["offers"]["price"]) < high]
    limit = quantile(sorted(float(data["offers"]["price"]) for data in kept), 0.75)
    likes = sorted(float(like) for data in kept if (like := likes_of(data)) is not None)
    chosen = [data for data in kept if float(data["offers"]["price"]) >= limit]
    median = quantile(likes, 0.5)
    return {trap_of(data) or data["name"] for data in chosen if (likes_of(data) or median) >= median}


def likes_of(data: dict[str, Any]) -> int | None:
    counter = data.get("interactionStatistic")
    return counter["userInteractionCount"] if counter else None


def quantile(values: list[float], share: float) -> float:
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("ETH", {"Tiger", "Blue Girl", "Alpenglow", "broken-image", "rights-denied", "image-is-html"}),
        ("XTZ", {"Emperor Penguin", "Ballerina", "Northern Lights over the Lake", "text-poster", "flagged-nsfw"}),
        ("HIVE", {"Gramophone", "Yoga", "near-duplicate"}),
    ],
)
def test_the_report_rule_chooses_eight_good_works_and_the_traps_meant_to_be_refused(
    currency: str, expected: set[str]
) -> None:
    assert selected_by_the_report_rule(currency) == expected


def test_every_link_and_picture_of_every_page_answers(gallery: Gallery, web: httpx.Client) -> None:
    targets = set()
    for path in pages():
        base = urljoin(gallery.url, path.relative_to(SITE).as_posix())
        for tag in soup_of(path).select("[href], [src]"):
            targets.add(urljoin(base, str(tag.get("href") or tag.get("src"))))
    local = {target for target in targets if target.startswith(gallery.url)}
    assert len(local) > 120
    assert {target: web.get(target).status_code for target in local} == dict.fromkeys(local, 200)


def test_no_page_loads_anything_from_elsewhere_and_only_license_links_lead_out() -> None:
    for path in pages():
        for tag in soup_of(path).select("[href], [src], [srcset], [action]"):
            target = str(tag.get("href") or tag.get("src") or tag.get("action"))
            if urlsplit(target).scheme or target.startswith("//"):
                assert tag.name == "a", (path, target)
                assert "license" in tag.get_attribute_list("rel"), (path, target)
    for style in SITE.rglob("*.css"):
        assert "url(" not in style.read_text("utf-8")
        assert "@import" not in style.read_text("utf-8")


def test_no_page_names_a_host_or_port_of_its_own() -> None:
    for path in pages():
        text = path.read_text("utf-8")
        assert "127.0.0.1" not in text, path
        assert "localhost" not in text, path
        assert not urlsplit(json_ld(path)["url"]).netloc if path.parent.name == "works" else True


def test_pages_run_no_script() -> None:
    for path in pages():
        soup = soup_of(path)
        assert {tag.get("type") for tag in soup.find_all("script")} <= {"application/ld+json"}, path
        assert not [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")], path


def test_the_manifest_lists_every_picture_with_its_digest_license_and_origin() -> None:
    assert {picture["file"] for picture in PICTURES} == {f"images/{path.name}" for path in (SITE / "images").iterdir()}
    for picture in PICTURES:
        assert hashlib.sha256((SITE / picture["file"]).read_bytes()).hexdigest() == picture["sha256"]
        assert picture["license"] in {"CC0-1.0", "Apache-2.0"}
        assert picture["changes"]
        sources = picture.get("sources", [])
        assert sources or picture["creator"] == "nftd procedural"
        for source in sources:
            assert source["package"] in MANIFEST["packages"]
            assert len(source["sha256"]) == 64
        licenses = {source["source_license"] for source in sources}
        assert licenses <= ({"Apache-2.0"} if picture["license"] == "Apache-2.0" else {"CC-PDDC"})


def test_the_apache_license_lies_beside_the_pictures_that_need_it() -> None:
    assert any(picture["license"] == "Apache-2.0" for picture in PICTURES)
    assert "Apache License" in (FOLDER / "LICENSES" / "Apache-2.0.txt").read_text("utf-8")
    assert "Noto Emoji" in (FOLDER / "NOTICE").read_text("utf-8")


def test_the_whole_folder_is_smaller_than_three_megabytes() -> None:
    kept = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in kept) <= 3_000_000


def test_pictures_are_sent_as_what_they_are(web: httpx.Client) -> None:
    for picture in PICTURES:
        answer = web.get(picture["file"])
        kind = answer.headers["content-type"]
        if picture.get("trap") == "image-is-html":
            assert kind.startswith("text/html")
        else:
            assert answer.content.startswith(MAGIC[kind]), picture["file"]
            assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_hostile_title_is_text_in_the_page_and_nothing_else() -> None:
    path = page_of("hostile-title")
    title = """<img src=x onerror=alert(1)> '; DROP TABLE listing;--  $(reboot)"""
    assert json_ld(path)["name"] == title
    assert "<img src=x" not in path.read_text("utf-8")
    shown = soup_of(path)
    assert len(shown.find_all("img")) == 1
    assert [heading.get_text() for heading in shown.find_all("h1")] == [title]


def test_the_broken_picture_breaks_off_and_the_animation_has_several_frames() -> None:
    broken = SITE / picture_of("broken-image")["file"]
    with Image.open(broken) as image, pytest.raises(OSError, match="truncated"):
        image.load()
    with Image.open(SITE / picture_of("animation")["file"]) as image:
        assert getattr(image, "n_frames", 1) == 8


def test_every_other_picture_decodes_at_a_size_worth_dreaming_from() -> None:
    for picture in PICTURES:
        if picture.get("trap") in {"broken-image", "image-is-html", "animation"}:
            continue
        with Image.open(SITE / picture["file"]) as image:
            image.load()
            assert 480 <= min(image.size) <= max(image.size) <= 640, picture["file"]


def test_the_near_duplicate_is_another_file_that_looks_the_same() -> None:
    original = next(picture for picture in PICTURES if picture["title"] == "Tiger" and "trap" not in picture)
    twin = picture_of("near-duplicate")
    assert original["sha256"] != twin["sha256"]
    assert original["market_id"] < twin["market_id"]
    small = []
    for picture in (original, twin):
        with Image.open(SITE / picture["file"]) as image:
            small.append(np.asarray(image.convert("L").resize((16, 16))).astype(float))
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.98


def raw_answer(gallery: Gallery, target: str) -> bytes:
    """Ask for a target exactly as written: HTTP clients tidy paths up before they send them."""
    port = urlsplit(gallery.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(f"GET {target} HTTP/1.1\r\nHost: gallery\r\nConnection: close\r\n\r\n".encode())
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "target",
    [
        "/../MANIFEST.toml",
        "/../server.py",
        "/works/../../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "/%2e%2e%2f%2e%2e%2fdomain.py",
        "/images/..%5c..%5cserver.py",
        "//etc/passwd",
        "/etc/passwd",
        "/images/",
        "/works",
        "/index.html%00.jpg",
        "/nowhere.html",
    ],
)
def test_what_is_not_a_file_of_the_site_answers_404(gallery: Gallery, target: str) -> None:
    answer = raw_answer(gallery, target)
    assert answer.startswith(b"HTTP/1.1 404 "), answer[:200]
    assert answer.endswith(b"\r\n\r\nNot found\n")


def test_two_servers_on_different_ports_serve_the_same_pages() -> None:
    with Gallery() as first, Gallery() as second:
        assert first.url != second.url
        for path in ("", "page-3.html", "works/g-001.html"):
            answers = [httpx.get(gallery.url + path, trust_env=False).content for gallery in (first, second)]
            assert answers[0] == answers[1]


def test_the_server_listens_on_loopback_only_and_stops_with_its_block() -> None:
    with Gallery() as gallery:
        assert urlsplit(gallery.url).hostname == "127.0.0.1"
        assert httpx.head(gallery.url, trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(gallery.url, trust_env=False)


def test_importing_the_server_loads_no_heavy_library_and_no_maker() -> None:
    code = (
        "import sys, nftd.sample.server\n"
        "heavy = {'numpy', 'cv2', 'PIL', 'torch', 'pandas', 'httpx', 'bs4', 'nftd.sample.make'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_run_as_a_module_it_prints_its_address_and_serves() -> None:
    command = [sys.executable, "-m", "nftd.sample.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            url = child.stdout.readline().split()[0]
            assert "Works for sale" in httpx.get(url, trust_env=False).text
        finally:
            child.terminate()

"""Files of ipfs:// addresses: from several gateways, and only with the bytes that the address names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nftd.http import HttpSession
from nftd.ipfs_gateways import IpfsAddress, fetch_ipfs, is_ipfs, parse_ipfs, reproduces
from publisher.cid import UNIXFS_V0_2015, UNIXFS_V1_2025, Profile, cid_of_path
from publisher.multiformats import Cid
from scrapers import errors
from tests.nftd import http_server as server
from tests.nftd.ipfs import ODD, Gateway, car, section, single, tree
from tests.nftd.memory_pages import MemoryPages
from tests.nftd.test_http_manners import CHALLENGES, LIMITS, html

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture
def session() -> Iterator[HttpSession]:
    with HttpSession(LIMITS, local=True) as opened:
        yield opened


@pytest.fixture
def one() -> Iterator[Gateway]:
    with Gateway() as running:
        yield running


@pytest.fixture
def two() -> Iterator[Gateway]:
    with Gateway() as running:
        yield running


# --- addresses ---------------------------------------------------------------------------------------

V0, V1 = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"


@pytest.mark.parametrize(
    ("address", "at"),
    [
        (f"ipfs://{V0}", f"/ipfs/{V0}"),
        (f"ipfs://{V1}/", f"/ipfs/{V1}"),
        (f"IPFS://{V1}/a/b.png", f"/ipfs/{V1}/a/b.png"),
        (f"ipfs://ipfs/{V0}/1.png", f"/ipfs/{V0}/1.png"),
        (f"ipfs://{V0}/Art #7.png", f"/ipfs/{V0}/Art%20%237.png"),
        (f"ipfs://{V0}/Art%20%237.png?filename=x.png", f"/ipfs/{V0}/Art%20%237.png"),
        (f"ipfs://{V0}/é/%C3%A9", f"/ipfs/{V0}/%C3%A9/%C3%A9"),
    ],
)
def test_an_address_becomes_a_path_at_a_gateway(address: str, at: str) -> None:
    assert is_ipfs(address)
    for gateway in ("https://g.example", "https://g.example/", "https://g.example/ipfs", "https://g.example/ipfs/"):
        assert parse_ipfs(address).at(gateway) == "https://g.example" + at


@pytest.mark.parametrize(
    "address",
    ["ipfs://", "ipfs://x", f"ipfs://{V0}/../secret", f"ipfs://{V0}/%2e%2e/a", f"ipfs://{V0}/a%2Fb", f"ipfs://{V0}/%00",
     f"https://{V0}", f"ipfs:{V0}", "ipfs://me:pw@host/", f"ipfs://{V0}\r\nX: 1", f"ipfs://{'b' * 600}"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(errors.BadUrl):
        parse_ipfs(address)


@given(st.text(max_size=80))
def test_no_text_as_address_gives_another_error_or_leaves_the_gateways_folder(text: str) -> None:
    for address in (f"ipfs://{text}", f"ipfs://{V0}/{text}"):
        try:
            at = parse_ipfs(address).at("https://g.example")
        except errors.BadUrl:
            continue
        assert at.startswith("https://g.example/ipfs/")
        assert at.isascii()
        assert "/../" not in f"{at}/"


# --- the check by the bytes alone --------------------------------------------------------------------


@pytest.mark.parametrize("profile", [UNIXFS_V0_2015, UNIXFS_V1_2025, Profile("kubo-v1", 1, True, 256 * 1024, 174)])
@pytest.mark.parametrize("size", [0, 10, 300_000, 3_000_000])
def test_a_file_of_the_usual_chunkers_is_recognized(tmp_path: Path, profile: Profile, size: int) -> None:
    body = (bytes(range(251)) * (size // 251 + 1))[:size]
    (tmp_path / "a").write_bytes(body)
    cid = cid_of_path(tmp_path / "a", profile)
    assert reproduces(IpfsAddress(cid), body) is True
    assert reproduces(IpfsAddress(cid.to_v1()), body) is True
    raw = cid.codec == 0x55
    assert reproduces(IpfsAddress(cid), body + b"x") is (False if raw else None)


def test_the_address_that_kubo_gives_hello_world_is_recognized() -> None:
    """`echo hello world | ipfs add`, from IPFS's own documentation, in both versions."""
    hello = b"hello world\n"
    assert reproduces(parse_ipfs("ipfs://QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"), hello) is True
    assert reproduces(parse_ipfs("ipfs://QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"), b"other") is None


def test_what_bytes_cannot_tell_is_not_told() -> None:
    _, root = single(PICTURE)
    assert reproduces(IpfsAddress(root), PICTURE) is None, "another chunker"
    assert reproduces(IpfsAddress(root, ("a.png",)), PICTURE) is None, "a name in a folder"
    unknown = Cid(1, 0x55, bytes([0x11, 20]) + bytes(20))  # sha1
    assert reproduces(IpfsAddress(unknown), PICTURE) is None


# --- gateways ----------------------------------------------------------------------------------------


def test_a_file_is_proven_by_its_own_bytes_in_one_request(one: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE, UNIXFS_V0_2015)
    one.serve(str(cid), PICTURE)
    found = fetch_ipfs(session, f"ipfs://{cid}", [one.url])
    assert (found.page.body, found.page.content_type, found.proof, found.gateway) == (
        PICTURE, "image/png", "proven", one.url,
    )  # fmt: skip
    assert one.asked == ["file"]


def test_a_file_of_another_chunker_is_proven_by_its_blocks(one: Gateway, session: HttpSession) -> None:
    blocks, cid = single(PICTURE)
    one.serve(str(cid), PICTURE, car(cid, blocks))
    found = fetch_ipfs(session, f"ipfs://{cid}", [one.url])
    assert (found.page.body, found.page.content_type, found.proof) == (PICTURE, "image/png", "proven")
    assert one.asked == ["file", "car"]


def test_a_file_in_a_folder_is_proven_by_its_blocks_in_one_request(one: Gateway, session: HttpSession) -> None:
    blocks, root = tree({"Art #1.png": PICTURE, "b.png": b"other"})
    one.serve(f"{root}/Art%20%231.png", archive=b"")
    one.cars[f"{root}/Art #1.png"] = car(root, blocks)
    found = fetch_ipfs(session, f"ipfs://{root}/Art #1.png", [one.url])
    assert (found.page.body, found.proof) == (PICTURE, "proven")
    assert one.asked == ["car"]
    assert one.headers[0]["Accept"] == "application/vnd.ipld.car"
    assert one.requests[0].endswith("?format=car&dag-scope=entity")


def test_wrong_bytes_send_us_to_the_next_gateway(one: Gateway, two: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE, Profile("one chunk", 1, True, 2**20, 1024))
    one.serve(str(cid), PICTURE[:-1])
    two.serve(str(cid), PICTURE)
    found = fetch_ipfs(session, f"ipfs://{cid}", [one.url, two.url])
    assert (found.page.body, found.proof, found.gateway) == (PICTURE, "proven", two.url)
    with pytest.raises(errors.Unreachable) as caught:
        fetch_ipfs(session, f"ipfs://{cid}", [one.url])
    assert "wrong_bytes" in str(caught.value)


def test_a_forged_block_sends_us_to_the_next_gateway(one: Gateway, two: Gateway, session: HttpSession) -> None:
    blocks, root = tree({"a.png": PICTURE})
    good = car(root, blocks)
    forged = good.replace(PICTURE[:1000], b"\0" * 1000)
    assert forged != good
    one.serve(f"{root}/a.png", b"forged file", forged)
    two.serve(f"{root}/a.png", archive=good)
    found = fetch_ipfs(session, f"ipfs://{root}/a.png", [one.url, two.url])
    assert (found.page.body, found.gateway) == (PICTURE, two.url)
    assert one.asked == ["car"], "a gateway that forges is not asked for the file"


def test_blocks_overrule_other_bytes_of_the_same_gateway(one: Gateway, session: HttpSession) -> None:
    blocks, cid = single(PICTURE)
    one.serve(str(cid), b"something else", car(cid, blocks))
    found = fetch_ipfs(session, f"ipfs://{cid}", [one.url])
    assert (found.page.body, found.proof) == (PICTURE, "proven")


def test_a_file_that_nobody_proves_says_so(one: Gateway, two: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE)
    for gateway in (one, two):
        gateway.serve(str(cid), PICTURE)
    found = fetch_ipfs(session, f"ipfs://{cid}", [one.url, two.url])
    assert (found.page.body, found.proof, found.gateway) == (PICTURE, "unproven", one.url)
    assert (one.asked, two.asked) == (["file", "car"], ["car"]), "the file itself is not fetched twice"


def test_a_later_gateway_proves_what_an_earlier_one_could_not(one: Gateway, two: Gateway, session: HttpSession) -> None:
    blocks, root = tree({"a.png": PICTURE})
    one.serve(f"{root}/a.png", b"\x89PNG forged")
    two.serve(f"{root}/a.png", archive=car(root, blocks))
    found = fetch_ipfs(session, f"ipfs://{root}/a.png", [one.url, two.url])
    assert (found.page.body, found.proof) == (PICTURE, "proven")


@pytest.mark.parametrize("archive", [b"", b"<html>no</html>", b"\xff" * 99, -1, 70])
def test_an_archive_that_cannot_be_read_proves_nothing(
    one: Gateway, session: HttpSession, archive: bytes | int
) -> None:
    blocks, cid = single(PICTURE)
    one.serve(str(cid), PICTURE, car(cid, blocks)[:archive] if isinstance(archive, int) else archive)
    assert fetch_ipfs(session, f"ipfs://{cid}", [one.url]).proof == "unproven"


def test_an_archive_of_another_file_proves_nothing(one: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE)
    others, other = single(b"other" * 900)
    one.serve(str(cid), PICTURE, car(other, others))
    assert fetch_ipfs(session, f"ipfs://{cid}", [one.url]).proof == "unproven"


def test_a_gateway_that_is_down_or_refuses_is_passed_over(one: Gateway, two: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE, UNIXFS_V0_2015)
    two.serve(str(cid), PICTURE)
    for code in (404, 429, 500):
        one.route(f"/ipfs/{cid}", server.status(code))
        assert fetch_ipfs(session, f"ipfs://{cid}", [one.url, two.url]).gateway == two.url
    for route in (server.redirect("http://10.0.0.1/"), server.truncated, html(CHALLENGES["Anubis"])):
        one.route(f"/ipfs/{cid}", route)
        assert fetch_ipfs(session, f"ipfs://{cid}", [one.url, two.url]).gateway == two.url
    assert fetch_ipfs(session, f"ipfs://{cid}", ["http://127.0.0.1:9", "no gateway", two.url]).gateway == two.url


def test_a_gateway_that_refuses_does_not_stand_for_the_source(one: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE)
    one.route(f"/ipfs/{cid}", server.status(429))
    with pytest.raises(errors.Unreachable) as caught:
        fetch_ipfs(session, f"ipfs://{cid}", [one.url])
    assert not isinstance(caught.value, errors.Blocked)
    assert not caught.value.permanent


def test_what_all_gateways_say_for_good_is_said_for_good(one: Gateway, two: Gateway, session: HttpSession) -> None:
    with pytest.raises(errors.Gone):
        fetch_ipfs(session, f"ipfs://{V0}", [one.url, two.url])
    one.page(f"/ipfs/{V1}", "<title>Index of</title>")
    with pytest.raises(errors.WrongContentType):
        fetch_ipfs(session, f"ipfs://{V1}", [one.url])
    with pytest.raises(errors.BadUrl, match="ipfs_gateways"):
        fetch_ipfs(session, f"ipfs://{V1}", [])


def test_a_spent_budget_ends_the_search(one: Gateway, two: Gateway) -> None:
    blocks, cid = single(PICTURE)
    one.serve(str(cid), PICTURE, car(cid, blocks))
    for budget in (0, 1):
        with (
            HttpSession(LIMITS, local=True, feed="f", pages=MemoryPages(), budget=budget) as session,
            pytest.raises(errors.BudgetSpent),
        ):
            fetch_ipfs(session, f"ipfs://{cid}", [one.url, two.url])
    assert not two.hits


def test_a_file_over_the_limit_is_refused_in_either_form(one: Gateway, session: HttpSession) -> None:
    blocks, root = tree({"a.png": PICTURE})
    one.serve(f"{root}/a.png", PICTURE, car(root, blocks))
    assert fetch_ipfs(session, f"ipfs://{root}/a.png", [one.url], len(PICTURE)).proof == "proven"
    with pytest.raises(errors.TooLarge):
        fetch_ipfs(session, f"ipfs://{root}/a.png", [one.url], len(PICTURE) - 1)


def test_a_check_of_the_callers_own_decides(one: Gateway, session: HttpSession) -> None:
    _, cid = single(PICTURE)
    one.serve(str(cid), PICTURE)
    assert fetch_ipfs(session, f"ipfs://{cid}", [one.url], check=lambda _target, _body: True).proof == "proven"
    with pytest.raises(errors.Unreachable):
        fetch_ipfs(session, f"ipfs://{cid}", [one.url], check=lambda _target, _body: False)


def test_blocks_that_come_twice_are_no_fault(one: Gateway, session: HttpSession) -> None:
    """A gateway may send duplicates (`dups=y`), as a file of equal chunks has them."""
    blocks, cid = single(b"\x89PNG" + bytes(5000), ODD)
    archive = car(cid, blocks) + b"".join(section(block.cid, block.data) for block in blocks)
    one.serve(str(cid), b"\x89PNG" + bytes(5000), archive)
    assert fetch_ipfs(session, f"ipfs://{cid}", [one.url]).proof == "proven"

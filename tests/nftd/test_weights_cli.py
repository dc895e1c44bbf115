"""nftd weights as a person types it: what it prints, asks, refuses and exits with."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from generator.weights import KINDS, find, manifest
from generator.weights.records import is_name
from nftd.cli.app import app
from nftd.cli.failure import exit_code_of, sentence_of
from tests.nftd.http_server import Site
from tests.nftd.test_weights_fetch import Shelf, head

ROOT = Path(__file__).parents[2]
NFTD = (sys.executable, "-c", "from nftd.cli import main; main()")


def nftd(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed, as `main` does it."""
    result: Result = CliRunner().invoke(app, ["--data", str(folder), "weights", *arguments])
    error = result.exception
    if error is None or isinstance(error, SystemExit):
        return result.exit_code, result.output
    code = exit_code_of(error)  # type: ignore[arg-type]
    assert code is not None, repr(error)
    return code, result.output + sentence_of(error)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "head.pth").write_bytes(head())
    return tmp_path / "head.pth"


def test_everything_known_is_listed_with_its_state(tmp_path: Path) -> None:
    code, said = nftd(tmp_path, "list")
    assert code == 0
    for name, entry in manifest().items():
        assert any(line.startswith(name) and "absent" in line and entry.what in line for line in said.splitlines())


def test_listing_makes_no_folder_and_loads_no_torch(tmp_path: Path) -> None:
    code = "import sys; from nftd.cli import main\ntry: main()\nfinally: print('torch' in sys.modules)"
    command = [sys.executable, "-c", code, "--data", str(tmp_path / "data"), "weights", "list", "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.endswith("False\n")
    assert not (tmp_path / "data").exists()


def test_a_file_is_imported_listed_and_verified(tmp_path: Path, file: Path) -> None:
    code, said = nftd(tmp_path, "import", str(file), "--as", "laion-vit-b-32", "--accept-unknown")
    model = find(tmp_path / "weights", "laion-vit-b-32")
    assert code == 0
    for shown in (model.digest, model.origin_digest, str(model.file), "published by nobody"):
        assert shown in said
    rows = json.loads(nftd(tmp_path, "list", "--json")[1])["weights"]
    row = next(row for row in rows if row["name"] == model.name)
    assert (row["state"], row["digest"], row["known"]) == ("installed", model.digest, False)
    assert nftd(tmp_path, "verify") == (0, f"{model.name:<20} whole  {model.digest}\n")


def test_damage_is_verified_with_exit_code_1(tmp_path: Path, file: Path) -> None:
    nftd(tmp_path, "import", str(file), "--as", "mine", "--accept", "--accept-unknown")
    model = find(tmp_path / "weights", "mine")
    data = bytearray(model.file.read_bytes())
    data[-1] ^= 1
    model.file.write_bytes(data)
    code, said = nftd(tmp_path, "verify", "--json")
    (row,) = json.loads(said)["weights"]
    assert (code, row["ok"]) == (1, False)
    assert "SHA-256" in row["problem"]


@pytest.mark.parametrize("arguments", [("verify",), ("verify", "--json")])
def test_nothing_installed_is_exit_code_4(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert nftd(tmp_path, *arguments)[0] == 4


def test_a_model_that_is_not_installed_fails_its_verification(tmp_path: Path) -> None:
    code, said = nftd(tmp_path, "verify", "clip-vit-b-32")
    assert code == 1
    assert "run nftd weights fetch clip-vit-b-32" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fetch", "nosuch"), "is none of the known weights"),
        (("fetch", "wikiart_16384"), "--accept-unknown"),
        (
            ("fetch", "clip-vit-b-32", "clip-vit-b-16", "--from", "https://nowhere.invalid/x"),
            "--from goes with one name",
        ),
        (("fetch", "clip-vit-b-32", "--from", "x.pt"), "is no address of a file"),
        (("import", "nosuch.pt"), "is no file"),
        (("import", "head.pth"), "say --as NAME"),
        (("import", "head.pth", "--as", "../x"), "lower case letters"),
        (("import", "head.pth", "--as", "laion-vit-b-32"), "--accept-unknown"),
        (("import", "head.pth", "--as", "mine", "--accept-unknown"), "say --accept"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_code_2(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = nftd(tmp_path / "data", *arguments)
    assert code == 2
    assert said in printed
    assert not list(tmp_path.glob("data/weights/*.safetensors"))


def test_a_hostile_file_is_refused_with_exit_code_1(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> object:
            return os.system, (f"touch {tmp_path / 'ran'}",)

    torch.save({"weight": Harm()}, tmp_path / "harm.pt")
    code, said = nftd(tmp_path, "import", str(tmp_path / "harm.pt"), "--as", "laion-vit-b-32", "--accept-unknown")
    assert code == 1
    assert "posix.system" in said
    assert not (tmp_path / "ran").exists()


def test_a_fetch_tells_what_came_and_is_not_repeated(site: Site, tmp_path: Path) -> None:
    url = site.route("/head.pth", Shelf(head()))
    code, said = nftd(tmp_path, "fetch", "laion-vit-b-32", "--from", url, "--accept-unknown")
    assert (code, f"from {url}" in said) == (0, True)
    assert nftd(tmp_path, "fetch", "laion-vit-b-32") == (
        0,
        "laion-vit-b-32 is installed already: --again loads it once more\n",
    )
    assert site.hits["/head.pth"] == 1


def test_a_license_is_agreed_to_once(tmp_path: Path, file: Path) -> None:
    first = nftd(tmp_path, "import", str(file), "--as", "mine", "--accept", "--accept-unknown")
    second = nftd(tmp_path, "import", str(file), "--as", "mine")
    assert (first[0], second[0]) == (0, 0)
    assert find(tmp_path / "weights", "mine").accepted
    assert "its license is unknown" in first[1]


@pytest.mark.parametrize(("answer", "taken"), [(b"n\n", False), (b"y\n", True)])
def test_a_person_on_a_terminal_is_asked(tmp_path: Path, file: Path, answer: bytes, taken: bool) -> None:
    ours, theirs = pty.openpty()
    command = [*NFTD, "--data", str(tmp_path), "weights", "import", str(file), "--as", "mine"]
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        said = b""
        while b"Use it?" not in said:
            said += os.read(ours, 1000)
        os.write(ours, answer)
        assert child.wait(30) == 2  # refused by the person, or else by the digest that nobody publishes
    os.close(ours)
    assert (tmp_path / "weights" / "LICENSES-ACCEPTED.json").exists() == taken
    assert b"its license is unknown" in said


def test_a_fetch_that_is_killed_goes_on_with_the_same_command(site: Site, tmp_path: Path) -> None:
    data = head(filling=500_000)
    killed = threading.Event()
    shelf = Shelf(data, breaks_after=[len(data) // 2], waits_for=killed)
    command = [*NFTD, "--data", str(tmp_path), "weights", "fetch", "laion-vit-b-32", "--accept-unknown"]
    command += ["--from", site.route("/head.pth", shelf)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as child:
        parts = tmp_path / "weights" / "downloads"
        while not any(part.stat().st_size >= len(data) // 2 for part in parts.glob("*.part")):
            assert child.poll() is None, child.stderr and child.stderr.read()
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    killed.set()
    assert not list(tmp_path.glob("weights/*.safetensors"))
    assert "partly" in nftd(tmp_path, "list")[1]
    code, said = nftd(tmp_path, *command[6:])
    assert code == 0, said
    assert shelf.asked[1].startswith("bytes=")
    assert int(shelf.asked[1][6:-1]) >= len(data) // 2
    assert nftd(tmp_path, "verify")[0] == 0


def test_the_documents_hold_the_manifest() -> None:
    page = (ROOT / "docs" / "weights.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if (line.startswith("| `") and "MB" in line) or "kB" in line]
    assert len(rows) == sum(len(entry.origins) for entry in manifest().values())
    for name, entry in manifest().items():
        for origin in entry.origins:
            row = next(row for row in rows if f"`{name}`" in row and f"`{origin.file}`" in row)
            for part in (entry.kind, entry.what, entry.license, origin.sha256 or "nobody states it"):
                assert part in row


def test_the_manifest_is_sound() -> None:
    for name, entry in manifest().items():
        assert is_name(name)
        assert entry.kind in KINDS
        assert entry.shapes
        for origin in entry.origins:
            assert origin.sha256 is None or len(origin.sha256) == 64
            assert origin.urls
            assert all(url.startswith(("https://", "http://")) for url in origin.urls)
            assert origin.sha256 or not all(url.startswith("http:") for url in origin.urls) or len(entry.origins) > 1

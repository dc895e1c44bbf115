"""Fetching packages with commands that are made here, and what a kill leaves of the prepared pictures."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from generator.mini.train import prepare
from generator.mini.train.item import Item
from generator.mini.train.pictures.packages import SOURCES, TOOLS, Source, SourceRefused, ToolMissing, fetch
from generator.mini.train.prepare import IMAGES, ITEMS, PARTS, join_images, load_images, load_items

WORDS = "may be used by everybody"
PACKAGE = Source("@some/pictures", "npm", "pictures", "MIT", "package/LICENSE", WORDS)


def tar_of(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return held.getvalue()


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole search path for commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def npm(folder: Path, archive: bytes) -> None:
    """An npm that packs the given bytes and notes what it was asked."""
    (folder / "archive").write_bytes(archive)
    command(folder, "npm", f'echo "$@" >> {folder}/asked\n/bin/cp {folder}/archive some-pictures-1.0.0.tgz')


def test_a_package_is_fetched_once_and_its_license_read_each_time(tmp_path: Path, commands: Path) -> None:
    npm(commands, tar_of({"package/LICENSE": b"It  may be\nused by everybody.", "package/a.svg": b"<svg/>"}))
    folder = fetch(PACKAGE, tmp_path / "data")
    assert folder == tmp_path / "data" / "some-pictures"
    assert (folder / "package" / "a.svg").read_bytes() == b"<svg/>"
    assert fetch(PACKAGE, tmp_path / "data") == folder
    assert (commands / "asked").read_text("utf-8") == "pack --silent @some/pictures@latest\n"
    (folder / "package" / "LICENSE").write_text("It may be used by nobody.", "utf-8")
    with pytest.raises(SourceRefused, match=r"@some/pictures: package/LICENSE no longer says .* read the license"):
        fetch(PACKAGE, tmp_path / "data")
    (folder / "package" / "LICENSE").unlink()
    with pytest.raises(SourceRefused, match="no package/LICENSE"):
        fetch(PACKAGE, tmp_path / "data")


def test_a_pinned_package_is_asked_for_by_its_version(tmp_path: Path, commands: Path) -> None:
    npm(commands, tar_of({"package/LICENSE": WORDS.encode()}))
    fetch(Source("a", "npm", "faces", "MIT", "package/LICENSE", WORDS, version="9.4.3"), tmp_path / "data")
    assert (commands / "asked").read_text("utf-8") == "pack --silent a@9.4.3\n"


def test_what_a_killed_download_left_is_not_used(tmp_path: Path, commands: Path) -> None:
    npm(commands, tar_of({"package/LICENSE": WORDS.encode(), "package/new": b""}))
    data = tmp_path / "data"
    (data / "downloads" / "some-pictures").mkdir(parents=True)
    (data / "downloads" / "some-pictures" / "some-pictures-9.0.0.tgz").write_bytes(b"half")
    (data / "some-pictures.partial" / "package").mkdir(parents=True)
    (data / "some-pictures.partial" / "package" / "old").touch()
    folder = fetch(PACKAGE, data)
    assert {path.name for path in (folder / "package").iterdir()} == {"LICENSE", "new"}


@pytest.mark.parametrize("script", ["echo 'no network' >&2; exit 1", "exit 0"])
def test_a_package_that_does_not_come_is_told(tmp_path: Path, commands: Path, script: str) -> None:
    command(commands, "npm", script)
    with pytest.raises(SourceRefused, match="@some/pictures did not come: 'npm pack --silent' tells why above"):
        fetch(PACKAGE, tmp_path / "data")
    assert not (tmp_path / "data" / "some-pictures").exists()


@pytest.mark.parametrize("name", ["../outside", "/nftd-outside", "package/../../../outside"])
def test_an_archive_writes_nothing_outside_its_folder(tmp_path: Path, commands: Path, name: str) -> None:
    npm(commands, tar_of({"package/LICENSE": WORDS.encode(), name: b"x"}))
    try:
        fetch(PACKAGE, tmp_path / "data")
    except tarfile.FilterError:
        assert not (tmp_path / "data" / "some-pictures").exists()  # nothing half unpacked counts as fetched
    assert not [path for path in tmp_path.rglob("outside") if "some-pictures" not in str(path)]
    assert not Path("/nftd-outside").exists()


def test_a_wheel_is_fetched_without_building_and_unpacked_inside(tmp_path: Path, commands: Path) -> None:
    with zipfile.ZipFile(commands / "archive", "w") as wheel:
        wheel.writestr("some/LICENSE", WORDS)
        wheel.writestr("../outside", "x")
    command(commands, "python3", f'echo "$@" > {commands}/asked\n/bin/cp {commands}/archive some-1.0-py3-none-any.whl')
    fetch(Source("some", "pypi", "teacher", "MIT", "some/LICENSE", WORDS), tmp_path / "data")
    assert not list(tmp_path.rglob("outside"))
    assert "--only-binary=:all:" in (commands / "asked").read_text("utf-8")


@pytest.mark.parametrize(("registry", "tool"), [("debian", "apt-get"), ("npm", "npm"), ("pypi", "python3")])
def test_a_missing_command_is_named_with_what_to_do(tmp_path: Path, commands: Path, registry: str, tool: str) -> None:
    source = Source("thing", registry, "pictures", "MIT", "LICENSE", WORDS)  # type: ignore[arg-type]
    with pytest.raises(ToolMissing, match=f"thing takes {tool}, which is not here: {TOOLS[tool]}"):
        fetch(source, tmp_path / "data")
    assert list(commands.iterdir()) == []


@pytest.mark.parametrize("reader", ["resvg_py", "OpenEXR", "node"])
def test_what_will_read_a_source_is_missed_before_it_is_downloaded(
    tmp_path: Path, commands: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    npm(commands, b"")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    source = Source("thing", "npm", "pictures", "MIT", "LICENSE", WORDS, reader=reader)
    with pytest.raises(ToolMissing, match=f"thing takes {reader}"):
        fetch(source, tmp_path / "data")
    assert not (commands / "asked").exists()


def test_every_reader_is_known_and_no_folder_is_shared() -> None:
    assert {source.reader for source in SOURCES} - {""} == {"resvg_py", "OpenEXR", "node"}
    assert len({source.folder for source in SOURCES}) == len(SOURCES)
    assert all(os.sep not in source.folder and not source.folder.startswith(".") for source in SOURCES)
    for source in SOURCES:
        if source.reader == "node":
            assert source.version, f"{source.package} runs code and draws by a seed: pin it"


# --- the prepared pictures --------------------------------------------------------------------------


def pairs(count: int, shade: int) -> Iterator[tuple[Item, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]]:
    for number in range(count):
        yield Item("made", f"{shade} {number}", ("x",), None), np.full((4, 128, 128), shade + number % 3, np.uint8)


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_exact_duplicates_are_left_out_and_the_first_keeps_its_name(tmp_path: Path) -> None:
    prepare._write(tmp_path, "pictures", pairs(5, 10))
    rows = json.loads((tmp_path / f"pictures-{ITEMS}").read_text("utf-8"))
    assert [row["concept"] for row in rows] == ["10 0", "10 1", "10 2"]
    assert np.load(tmp_path / f"pictures-{IMAGES}")[:, 0, 0, 0].tolist() == [10, 11, 12]


@pytest.mark.parametrize("step", ["write_text", "replace"])
def test_a_part_is_done_only_when_all_of_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, step, killed)
        with pytest.raises(KeyboardInterrupt):
            prepare._write(tmp_path, "pictures", pairs(2, 10))
    assert not (tmp_path / f"pictures-{IMAGES}").exists()  # the mark that the stage looks for
    prepare._write(tmp_path, "pictures", pairs(3, 20))
    assert len(np.load(tmp_path / f"pictures-{IMAGES}")) == len(
        json.loads((tmp_path / f"pictures-{ITEMS}").read_text("utf-8"))
    )


@pytest.mark.parametrize("step", ["write_text", "replace"])
def test_the_joined_pictures_stand_there_only_with_their_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    for number, part in enumerate(PARTS):
        prepare._write(tmp_path, part, pairs(2 + number, 40 * (number + 1)))
    with monkeypatch.context() as patch:
        patch.setattr(Path, step, killed)
        with pytest.raises(KeyboardInterrupt):
            join_images(tmp_path)
    assert not (tmp_path / IMAGES).exists()
    join_images(tmp_path)
    assert [item.concept for item in load_items(tmp_path)] == ["40 0", "40 1", "80 0", "80 1", "80 2"]
    assert load_images(tmp_path)[:, 3, 5, 5].tolist() == [40, 41, 80, 81, 82]

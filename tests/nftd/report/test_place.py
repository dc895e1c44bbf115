"""The folder of a report: replaced as a whole, and never at the cost of somebody's files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from nftd.errors import UsageError
from nftd.report import place
from nftd.report.place import Place

OLD = {"index.html": b"old", "summary.json": json.dumps({"made_by": "nftd report"}).encode(), "table-2-XTZ.csv": b"old"}
NEW = {**OLD, "index.html": b"new", "table-2-XTZ.csv": b"new", "figure-5-categories.svg": b"new"}
ROOT = Path(__file__).parents[3]

# Dies at the point named by the arguments: at the n-th file, just before or just after the folders change places.
DYING = """
import os, signal, sys
from pathlib import Path
from nftd.report import place
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
where, number = sys.argv[2], int(sys.argv[3])
write, exchange, left = place._write, place._exchange, [number]
def dying_write(path, data):
    left[0] -= 1
    if where == "file" and left[0] < 0:
        path.write_bytes(data[:1])
        die()
    write(path, data)
def dying_exchange(one, other):
    if where == "before": die()
    done = exchange(one, other)
    if where == "after": die()
    return done
place._write, place._exchange = dying_write, dying_exchange
files = {name: b"new" for name in ("index.html", "table-2-XTZ.csv", "figure-3.svg")}
place.Place(Path(sys.argv[1])).put(files | {"summary.json": b'{"made_by": "nftd report"}'})
"""


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    Place(tmp_path / "a" / "b").put(OLD)
    assert content(tmp_path / "a" / "b") == OLD
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_an_empty_folder_and_an_earlier_report_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    assert Place(out).earlier is None
    Place(out).put(NEW)
    again = Place(out)
    assert again.earlier == {"made_by": "nftd report"}
    again.put(OLD)  # the figure that the newer one had is gone with it
    assert content(out) == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert out.stat().st_mode & 0o777 == 0o750


def test_a_link_keeps_pointing_at_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    Place(tmp_path / "link").put(OLD)
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == OLD


def test_what_is_no_folder_for_a_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        Place(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot be made"):
        Place(tmp_path / "file" / "below")
    with pytest.raises(UsageError, match="mount point"):
        Place(Path("/"))


@pytest.mark.parametrize("name", ["notes.txt", "index.html", "summary.json"])
def test_a_folder_with_files_of_others_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="is not empty and holds no earlier report"):
        Place(tmp_path)
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["notes.txt", "table-7.csv", "figure-3.svg.bak", "table-2-../x.csv".replace("/", "_")])
def test_a_file_that_somebody_put_beside_a_report_is_not_lost(tmp_path: Path, name: str) -> None:
    Place(tmp_path / "out").put(OLD)
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(UsageError, match="is of no report and would be lost"):
        Place(tmp_path / "out")
    assert (tmp_path / "out" / name).read_text() == "mine"


@pytest.mark.parametrize(("mode", "told"), [(0o755, "is not writable"), (0o700, "is not open to this user")])
def test_a_folder_that_may_not_be_written_is_refused(mode: int, told: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # the folders of pytest are closed to others
        assert told in said_to_somebody_else(Path(folder), mode)


def said_to_somebody_else(folder: Path, mode: int) -> str:
    """What a process is told that has no more rights in a folder than others: root may write anywhere."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            is_root = os.getuid() == 0
            folder.chmod(mode if is_root else (mode & 0o055) << 3)
            if is_root:
                os.setuid(65534)
            Place(folder / "out")
        except UsageError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as told:
        return told.read()


@pytest.mark.parametrize(
    ("where", "number", "newest"),
    [("file", 0, False), ("file", 1, False), ("file", 3, False), ("before", 0, False), ("after", 0, True)],
)
def test_a_killed_report_leaves_the_old_one_whole(tmp_path: Path, where: str, number: int, newest: bool) -> None:
    out = tmp_path / "out"
    Place(out).put(OLD)
    done = subprocess.run([sys.executable, "-c", DYING, str(out), where, str(number)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (content(out) == OLD) is not newest
    assert {data for name, data in content(out).items() if name != "summary.json"} == {b"new" if newest else b"old"}
    Place(out).put(NEW)
    assert content(out) == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "what the killed one left is swept"


def test_where_folders_cannot_change_places_two_renames_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_exchange", lambda _one, _other: False)
    out = tmp_path / "out"
    Place(out).put(OLD)
    Place(out).put(NEW)
    assert content(out) == NEW
    out.rename(tmp_path / ".out.nftd-old")  # a kill between the two renames
    assert Place(out).earlier == {"made_by": "nftd report"}
    assert content(out) == NEW


def test_two_reports_at_once_leave_one_of_them_whole(tmp_path: Path) -> None:
    first, second = Place(tmp_path / "out"), Place(tmp_path / "out")
    with first._beside() as made:
        (made / "index.html").write_bytes(b"first")
        second.put(NEW)
        assert (made / "index.html").exists(), "what another one writes is not swept"
    assert content(tmp_path / "out") == NEW

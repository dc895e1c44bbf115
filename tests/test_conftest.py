"""The rules of conftest.py, seen from outside: small suites that run under a copy of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

INI = """[pytest]
testpaths = tests
markers = slow: long
addopts = -m "not slow" -p no:cacheprovider
"""
SOME_TESTS = """
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_works(n): pass

@pytest.mark.skip(reason="no such machine")
def test_left_out(): pass

@pytest.mark.slow
def test_long(): pass
"""
NETWORK_TESTS = """
import os, socket, subprocess, sys
import pytest

def test_swallows_what_the_network_says():
    try:
        socket.create_connection(("example.com", 80), timeout=1)
    except Exception:
        pass

def test_connects_to_an_address():
    with socket.socket() as peer:
        peer.connect(("192.0.2.1", 9))

def test_sends_a_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.sendto(b"x", ("192.0.2.1", 9))

def test_uses_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost", "::ffff:127.0.0.1"):
            socket.create_connection((host, server.getsockname()[1]), timeout=5).close()

def test_uses_a_unix_socket(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)

def test_asks_for_a_name_that_cannot_exist():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("gallery.invalid", 80)
"""
DATA_TESTS = """
import os
from pathlib import Path

def test_first():
    folder = Path(os.environ["NFTD_DATA"])
    assert not folder.is_relative_to(Path.home())
    assert "NFTD_CONFIG" not in os.environ
    folder.mkdir()

def test_second():
    assert not Path(os.environ["NFTD_DATA"]).exists()
"""


@dataclass
class Suite:
    root: Path

    def run(self, tests: str, *arguments: str, must_run: str = "") -> tuple[int, str]:
        folder = self.root / "tests"
        folder.mkdir()
        shutil.copy(CONFTEST, folder)
        (self.root / "pytest.ini").write_text(INI)
        (folder / "must_run.txt").write_text(must_run)
        (folder / "test_it.py").write_text(tests)
        command = [sys.executable, "-m", "pytest", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=150, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_skipped_test_that_must_run_fails_the_whole_suite(suite: Suite, processes: str) -> None:
    code, out = suite.run(SOME_TESTS, "-n", processes, must_run="tests/test_it.py\n")

    assert code == 1
    assert "must_run.txt: tests/test_it.py::test_left_out was skipped" in out
    assert "2 passed, 1 skipped" in out


def test_a_test_that_must_run_and_is_not_there_fails_the_whole_suite(suite: Suite) -> None:
    code, out = suite.run(SOME_TESTS, must_run="tests/test_it.py::test_work  # a start, not a name\n")

    assert code == 1
    assert "must_run.txt: tests/test_it.py::test_work: no test of this name ran" in out


def test_the_suite_passes_when_what_must_run_ran(suite: Suite) -> None:
    code, out = suite.run(SOME_TESTS, must_run="# why\ntests/test_it.py::test_works\n")

    assert code == 0
    assert "must_run" not in out


@pytest.mark.parametrize("selection", [["tests/test_it.py"], ["-k", "works"], ["-m", "slow"]])
def test_a_selection_of_tests_need_not_run_them_all(suite: Suite, selection: list[str]) -> None:
    code, out = suite.run(SOME_TESTS, *selection, must_run="tests/elsewhere/\n")

    assert code == 0
    assert "must_run" not in out


def test_every_way_to_the_network_fails_its_test_and_loopback_does_not(suite: Suite) -> None:
    code, out = suite.run(NETWORK_TESTS, "-rA")

    assert code == 1
    assert set(re.findall(r"^ERROR .*::(\w+)", out, re.M)) == {
        "test_swallows_what_the_network_says",
        "test_connects_to_an_address",
        "test_sends_a_datagram",
    }
    assert "the name server for example.com" in out
    assert "192.0.2.1 port 9" in out
    passed = set(re.findall(r"^PASSED .*::(\w+)", out, re.M))
    assert {
        "test_uses_loopback",
        "test_uses_a_unix_socket",
        "test_asks_for_a_name_that_cannot_exist",
    } <= passed


def test_each_test_has_an_empty_data_folder_away_from_home(suite: Suite) -> None:
    code, out = suite.run(DATA_TESTS)

    assert code == 0, out

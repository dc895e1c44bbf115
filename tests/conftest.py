"""What every test runs under: no network but loopback, no home folder, repeatable examples, few threads.

The whole suite also fails when a test named in `must_run.txt` was skipped or did not run: a test that a
machine leaves out proves nothing there.
"""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import itertools
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
MUST_RUN = Path(__file__).with_name("must_run.txt")

if "PYTEST_XDIST_WORKER" in os.environ:
    # Set before torch or numpy starts its pool: two workers with two threads each fight over two cores.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

hypothesis.settings.register_profile("ci", derandomize=True, max_examples=50, deadline=None, database=None)
hypothesis.settings.register_profile("slow", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("ci")


# --- places: nothing of the user's is read or written ---------------------------------------------

HOME = tempfile.TemporaryDirectory(prefix="nftd-test-")
DATA_NUMBERS = itertools.count(1)
os.environ.pop("NFTD_CONFIG", None)
for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
    os.environ[f"XDG_{kind}_HOME"] = str(Path(HOME.name) / kind.lower())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each test a data folder of its own (not made yet), wherever the program looks for its default."""
    os.environ["NFTD_DATA"] = str(Path(HOME.name) / f"data-{next(DATA_NUMBERS)}")


PYTHONS_OWN_RECURSION_LIMIT = sys.getrecursionlimit()


@pytest.fixture(autouse=True)
def recursion_limit() -> None:
    """Some packages raise the limit when a test imports them; nftd keeps Python's, against hostile nesting."""
    sys.setrecursionlimit(PYTHONS_OWN_RECURSION_LIMIT)


# --- network: loopback and Unix sockets only ------------------------------------------------------


class NetworkBlocked(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that no code takes it for a dead host."""


ATTEMPTS: list[str] = []


def is_loopback(host: str) -> bool:
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    address = numeric(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def numeric(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def block(what: str) -> None:
    ATTEMPTS.append(what)
    raise NetworkBlocked(f"a test tried to reach {what}: tests use loopback only, serve it from 127.0.0.1")


def guard_peer(method: Callable[..., Any], position: int) -> Callable[..., Any]:
    def guarded(self: socket.socket, *args: Any) -> Any:
        peer = args[position] if self.family in (socket.AF_INET, socket.AF_INET6) else None
        if isinstance(peer, tuple) and not is_loopback(str(peer[0])):
            block(f"{peer[0]} port {peer[1]}")
        return method(self, *args)

    return guarded


def guard_name(function: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any = None, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name and name.rstrip(".").endswith(".invalid"):  # RFC 6761: no such name, and nobody need be asked
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not is_loopback(name) and numeric(name) is None and name != socket.gethostname():
            block(f"the name server for {name}")
        return function(host, *args, **kwargs)

    return guarded


for method_name, position in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
    setattr(socket.socket, method_name, guard_peer(getattr(socket.socket, method_name), position))
for function_name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, function_name, guard_name(getattr(socket, function_name)))


def leave_network() -> None:
    """Move this thread, and the children it starts, into a network namespace with nothing but loopback.

    The guards above see only this interpreter. Child processes are held by the kernel where it allows that
    without a user namespace, that is for root on Linux (as CI runs); elsewhere they keep their network.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    new_network = 0x40000000  # CLONE_NEWNET of sched.h
    if not hasattr(libc, "unshare") or libc.unshare(new_network) != 0:
        return
    up_and_running, set_flags = 0x41, 0x8914  # IFF_UP | IFF_RUNNING, SIOCSIFFLAGS of linux/if.h and sockios.h
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, set_flags, struct.pack("16sH22x", b"lo", up_and_running))


leave_network()


@pytest.fixture(autouse=True)
def no_network_attempt() -> Iterator[None]:
    """Fail a test whose code tried the network, even when it swallowed the error."""
    ATTEMPTS.clear()
    yield
    tried = list(ATTEMPTS)
    if tried:
        pytest.fail(f"the network was tried: {', '.join(tried)}", pytrace=False)


# --- must_run.txt ---------------------------------------------------------------------------------


class MustRun:
    """Watches a whole run for the tests that may not be left out.

    A line of the file is a node id or the start of one (a folder, a module, a test): at least one test below
    it must have run, and none may have been skipped.
    """

    def __init__(self, lines: list[str]) -> None:
        self.wanted = lines
        self.ran: set[str] = set()
        self.skipped: set[str] = set()
        self.faults: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.skipped.add(report.nodeid)
        elif report.when == "call":
            self.ran.add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        code = pytest.ExitCode
        if exitstatus in (code.OK, code.TESTS_FAILED, code.NO_TESTS_COLLECTED):
            self.faults = [fault for line in self.wanted for fault in self.faults_of(line)]
        if self.faults:
            session.exitstatus = code.TESTS_FAILED

    def faults_of(self, wanted: str) -> list[str]:
        faults = [f"{node} was skipped" for node in sorted(self.skipped) if is_below(node, wanted)]
        if not faults and not any(is_below(node, wanted) for node in self.ran):
            faults.append(f"{wanted}: no test of this name ran")
        return faults

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for fault in self.faults:
            terminalreporter.write_line(f"must_run.txt: {fault}", red=True)


def is_below(node: str, wanted: str) -> bool:
    rest = node.removeprefix(wanted)
    return rest != node and (rest == "" or wanted.endswith("/") or rest[0] in "/:[")


def is_whole_suite(config: pytest.Config) -> bool:
    chosen = ("keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly", "maxfail")
    return (
        config.args_source is not pytest.Config.ArgsSource.ARGS
        and config.getoption("markexpr") in ("", "not slow")
        and not any(config.getoption(name, None) for name in chosen)
    )


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if is_whole_suite(config) and not is_worker and MUST_RUN.exists():
        lines = [line.partition("#")[0].strip() for line in MUST_RUN.read_text(encoding="utf-8").splitlines()]
        config.pluginmanager.register(MustRun([line for line in lines if line]), "must_run")

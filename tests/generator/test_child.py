"""The process that decodes: what it may do, what becomes of it, and what its death says of a picture."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Thread, Timer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import wire
from generator.decode import decode
from generator.decoded import Decoded
from generator.decoder import Decoder, decode_apart
from generator.errors import NoDecoder
from generator.intake import examine
from generator.limits import IntakeLimits

from .drawings import drawing, encoded
from .specimens import giant_png

LIMITS = IntakeLimits()
PICTURE = encoded(drawing())
on_linux = pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="asks Linux about processes")


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


@pytest.fixture(scope="module")
def slow_picture() -> bytes:
    """36 megapixels that take a second or more."""
    picture = drawing(3, 600, 600).resize((6000, 6000))
    return encoded(picture, "JPEG", progressive=True, subsampling=0, quality=85)


def child_of(decoder: Decoder) -> int:
    assert decoder.pid is not None
    return decoder.pid


def lives(pid: int) -> bool:
    """Whether a process runs; one that is dead and only waits for its parent does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def gone(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)


def ask(decoder: Decoder, data: bytes, limits: IntakeLimits = LIMITS) -> tuple[Thread, list[Decoded]]:
    """Ask in another thread; the answer will be in the list."""
    answers: list[Decoded] = []
    thread = Thread(target=lambda: answers.append(decoder.decode(data, limits)))
    thread.start()
    return thread, answers


def wait_until_asked(decoder: Decoder) -> None:
    until = time.monotonic() + 10
    while (decoder._child is None or decoder._child.clean) and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(0.05)  # the question itself takes less


# --- what it does ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_it_says_what_decoding_here_would_say(kind: str, decoder: Decoder) -> None:
    for data in (encoded(drawing(), kind), encoded(drawing(), kind)[:900], encoded(drawing(), kind) + b"behind"):
        apart, here = decoder.decode(data, LIMITS), decode(data, LIMITS)
        assert apart.verdict == here.verdict
        assert (apart.format, apart.width, apart.height) == (here.format, here.width, here.height)
        assert (apart.pixels is None) == (here.pixels is None)
        assert here.pixels is None or np.array_equal(np.asarray(apart.pixels), here.pixels)


def test_one_process_decodes_them_all_and_starts_at_the_first(decoder: Decoder) -> None:
    assert decoder.pid is None
    decoder.decode(PICTURE, LIMITS)
    first = decoder.pid
    for cut in range(0, 2000, 100):
        decoder.decode(PICTURE[: len(PICTURE) - cut], LIMITS)
    assert decoder.pid == first is not None


def test_what_the_header_refuses_reaches_no_process(decoder: Decoder) -> None:
    for data in (b"", b"<svg/>", giant_png()):
        assert not decoder.decode(data, LIMITS).verdict.ok
    assert decoder.pid is None


def test_it_costs_a_small_picture_a_few_milliseconds(decoder: Decoder) -> None:
    small = encoded(drawing(width=128, height=128))
    decoder.decode(small, LIMITS)
    apart, here = [], []
    for _ in range(40):
        begun = time.perf_counter()
        decoder.decode(small, LIMITS)
        between = time.perf_counter()
        decode(small, LIMITS)
        apart.append(between - begun)
        here.append(time.perf_counter() - between)
    assert statistics.median(apart) - statistics.median(here) < 0.01


def test_threads_take_turns(decoder: Decoder) -> None:
    pictures = [drawing(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: decoder.decode(encoded(one), LIMITS).pixels, pictures * 3))
    for picture, pixels in zip(pictures * 3, found, strict=True):
        assert pixels is not None
        assert np.array_equal(pixels, np.asarray(picture))


@on_linux
def test_it_may_open_nothing_start_nothing_and_knows_no_secret(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NFTD_RARIBLE_API_KEY", "sesame-0123")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:word@proxy.example")
    decoder.decode(PICTURE, LIMITS)
    home = Path(f"/proc/{child_of(decoder)}")
    limits = {line[:26].strip(): line[26:46].strip() for line in (home / "limits").read_text().splitlines()}
    assert limits["Max open files"] == "3"
    assert limits["Max file size"] == limits["Max core file size"] == limits["Max processes"] == "0"
    assert limits["Max address space"] == str(LIMITS.memory)
    assert 1 <= int(limits["Max cpu time"]) < 60
    assert {one.partition("=")[0] for one in (home / "environ").read_text().split("\0") if one} <= {
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LD_LIBRARY_PATH",
    }  # fmt: skip
    assert sorted(os.listdir(home / "fd")) == ["0", "1", "2"]
    maps = (home / "maps").read_text()
    assert "PIL" in maps
    assert not any(name in maps for name in ("torch", "cv2", "_ssl"))
    assert os.readlink(home / "cwd") == "/"


# --- its death is a verdict -----------------------------------------------------------------------


@on_linux
def test_killed_in_the_middle_of_a_picture(decoder: Decoder) -> None:
    decoder.decode(PICTURE, LIMITS)
    first = child_of(decoder)
    os.kill(first, signal.SIGSTOP)
    thread, answers = ask(decoder, PICTURE)
    wait_until_asked(decoder)
    os.kill(first, signal.SIGKILL)
    thread.join(10)
    assert (answers[0].verdict.reason, answers[0].verdict.value) == ("decoder_died", "SIGKILL")
    assert (answers[0].format, answers[0].width, answers[0].height) == ("PNG", 320, 280)
    assert decoder.decode(PICTURE, LIMITS).verdict.ok
    assert decoder.pid != first
    assert not Path(f"/proc/{first}").exists()  # no zombie


def test_killed_while_it_decodes_a_large_picture(decoder: Decoder, slow_picture: bytes) -> None:
    decoder.decode(PICTURE, LIMITS)
    first = child_of(decoder)
    thread, answers = ask(decoder, slow_picture)
    wait_until_asked(decoder)
    os.kill(first, signal.SIGKILL)
    thread.join(10)
    assert answers[0].verdict.reason == "decoder_died"
    assert decoder.decode(PICTURE, LIMITS).verdict.ok


def test_killed_between_two_pictures_it_costs_none_of_them(decoder: Decoder) -> None:
    decoder.decode(PICTURE, LIMITS)
    first = child_of(decoder)
    os.kill(first, signal.SIGKILL)
    assert gone(first, 5)
    assert decoder.decode(PICTURE, LIMITS).verdict.ok
    assert decoder.pid != first


def test_one_that_stands_still_is_too_slow(decoder: Decoder) -> None:
    limits = replace(LIMITS, max_seconds=0.5)
    decoder.decode(PICTURE, limits)
    first = child_of(decoder)
    os.kill(first, signal.SIGSTOP)
    begun = time.monotonic()
    verdict = decoder.decode(PICTURE, limits).verdict
    assert (verdict.reason, verdict.limit) == ("too_slow", 0.5)
    assert time.monotonic() - begun < 3
    assert gone(first, 5)
    assert decoder.decode(PICTURE, limits).verdict.ok


def test_a_picture_that_takes_too_long_is_too_slow(decoder: Decoder, slow_picture: bytes) -> None:
    found = decoder.decode(slow_picture, replace(LIMITS, max_seconds=0.05))
    assert (found.verdict.reason, found.width, found.height) == ("too_slow", 6000, 6000)
    assert decoder.decode(PICTURE, LIMITS).verdict.ok
    assert decoder.decode(slow_picture, replace(LIMITS, max_seconds=60.0)).verdict.ok


def test_a_picture_that_takes_too_much_memory_is_refused(decoder: Decoder) -> None:
    limits = replace(LIMITS, max_pixels=10**9, max_memory=400 * 2**20)
    verdict = decoder.decode(giant_png(), limits).verdict
    assert (verdict.reason, verdict.limit) == ("too_much_memory", 400.0 * 2**20)
    assert decoder.decode(PICTURE, limits).verdict.ok


def test_the_largest_picture_has_the_memory_that_it_needs(decoder: Decoder, slow_picture: bytes) -> None:
    found = decoder.decode(slow_picture, replace(LIMITS, max_seconds=60.0))
    assert found.pixels is not None
    assert found.pixels.shape == (6000, 6000, 3)


def test_the_whole_of_intake_lives_through_it(slow_picture: bytes) -> None:
    limits = replace(LIMITS, max_seconds=0.05)
    assert [verdict.reason for verdict in examine(slow_picture, limits).verdicts] == ["too_slow"]
    assert [verdict.reason for verdict in examine(PICTURE).verdicts][:2] == ["decoded", "large_enough"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_what_asks_the_whole_program_to_stop_harms_no_picture(name: str, decoder: Decoder) -> None:
    decoder.decode(PICTURE, LIMITS)
    first = child_of(decoder)
    os.kill(first, signal.Signals[name])
    assert decoder.decode(PICTURE, LIMITS).verdict.ok
    assert decoder.pid == first


def test_an_interrupted_question_is_not_answered_by_the_next_one(decoder: Decoder) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    decoder.decode(PICTURE, LIMITS)
    os.kill(child_of(decoder), signal.SIGSTOP)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        with pytest.raises(KeyboardInterrupt):
            decoder.decode(PICTURE, LIMITS)
    finally:
        signal.signal(signal.SIGUSR1, before)
    found = decoder.decode(encoded(drawing(7)), LIMITS).pixels
    assert found is not None
    assert np.array_equal(found, np.asarray(drawing(7)))


def test_where_none_can_be_started_that_is_an_error_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python/here")
    with pytest.raises(NoDecoder, match="does not start"):
        Decoder().decode(PICTURE, LIMITS)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(NoDecoder, match=r"import generator\.child"):
        Decoder().decode(PICTURE, LIMITS)


# --- it ends with its parent ----------------------------------------------------------------------

PARENT = """
import os, sys, threading, time
from generator.decoder import DECODER, decode_apart
from generator.limits import IntakeLimits
decode_apart(open(sys.argv[1], "rb").read(), IntakeLimits())
sibling = os.fork() if "fork" in sys.argv else -1
if sibling == 0:
    time.sleep(30)
    os._exit(0)
print(DECODER.pid, sibling, flush=True)
if "busy" in sys.argv:
    decode_apart(open(sys.argv[2], "rb").read(), IntakeLimits(max_seconds=60.0))
if "wait" in sys.argv:
    time.sleep(30)
"""


def parent(*arguments: str) -> tuple[subprocess.Popen[str], int, int]:
    process = subprocess.Popen([sys.executable, "-c", PARENT, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid, sibling = process.stdout.readline().split()
    return process, int(pid), int(sibling)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "picture.png"
    path.write_bytes(PICTURE)
    return str(path)


@on_linux
def test_it_ends_when_its_parent_ends(file: str) -> None:
    process, pid, _ = parent(file)
    assert process.wait(10) == 0
    assert gone(pid, 2)


@on_linux
@pytest.mark.parametrize("how", ["wait", "fork"])
def test_it_ends_when_its_parent_is_killed_even_if_a_fork_of_that_lives_on(how: str, file: str) -> None:
    process, pid, sibling = parent(file, "-", how, "wait")
    assert lives(pid)
    process.kill()
    process.wait(10)
    try:
        assert gone(pid, 2)
        assert sibling < 0 or lives(sibling)
    finally:
        if sibling > 0:
            with suppress(ProcessLookupError):
                os.kill(sibling, signal.SIGKILL)


@on_linux
def test_it_ends_soon_when_its_parent_is_killed_while_it_decodes(
    file: str, slow_picture: bytes, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(slow_picture)
    process, pid, _ = parent(file, str(slow), "busy")
    time.sleep(0.2)
    process.kill()
    process.wait(10)
    assert gone(pid, 10)


@on_linux
def test_a_fork_of_the_parent_has_a_child_of_its_own() -> None:
    decode_apart(PICTURE, LIMITS)
    fork = os.fork()
    if fork == 0:
        with suppress(BaseException):
            os._exit(0 if decode_apart(PICTURE, LIMITS).verdict.ok else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
    assert decode_apart(PICTURE, LIMITS).verdict.ok


# --- its words are foreign too --------------------------------------------------------------------


def answer(found: Decoded) -> bytes:
    out = BytesIO()
    wire.send_answer(out, found)
    return out.getvalue()


@given(st.binary(max_size=300))
def test_nonsense_is_no_answer(words: bytes) -> None:
    with pytest.raises(wire.Broken):
        wire.read_answer(BytesIO(words), LIMITS)


@given(st.integers(0, 400), st.integers(0, 255))
def test_an_answer_changed_on_the_way_is_none_or_one_of_the_right_shape(place: int, byte: int) -> None:
    words = bytearray(answer(decode(encoded(drawing(width=48, height=44)), LIMITS)))
    words[place] = byte
    try:
        found = wire.read_answer(BytesIO(bytes(words)), LIMITS)
    except wire.Broken:
        return
    assert found.pixels is None or found.pixels.shape == (found.height, found.width, 3)


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ((2**32 - 1, 0), b""),
        ((2, 2**60), b"{}"),
        ((4, 12), b"null"),
        ((64, 2**40), b'{"verdict":{"ok":1,"reason":"","value":0,"limit":0},"width":1,"h'),
    ],
)
def test_no_memory_is_set_aside_for_what_is_only_announced(lengths: tuple[int, int], words: bytes) -> None:
    with pytest.raises(wire.Broken):
        wire.read_answer(BytesIO(wire.LENGTHS.pack(*lengths) + words), LIMITS)


def test_more_pixels_than_allowed_are_no_answer() -> None:
    whole = answer(decode(PICTURE, LIMITS))
    with pytest.raises(wire.Broken, match="320 x 280"):
        wire.read_answer(BytesIO(whole), replace(LIMITS, max_pixels=1000))


def test_its_words_move_no_cursor() -> None:
    found = decode(PICTURE, LIMITS)
    evil = replace(found, verdict=replace(found.verdict, ok=False, reason="\x1b[2Jx\n", value="\x07" * 9), pixels=None)
    told = wire.read_answer(BytesIO(answer(evil)), LIMITS).verdict
    assert (told.reason, told.value, told.gate) == ("[2Jx", "", "decode")

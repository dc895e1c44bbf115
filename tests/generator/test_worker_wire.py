"""The words between a worker and its parent: all that is said arrives, and nothing else is taken for words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import GeneratorError, NonFiniteLoss, OutOfMemory, WorkerLost
from generator.mini.errors import BadWeights
from generator.nouns import ImagePrompt, Prompt, Recipe, RunOrder, Step
from generator.worker_wire import (
    HEAD,
    KNOWN,
    MAGIC,
    Ended,
    Inbox,
    Message,
    Silent,
    error_message,
    order_message,
    read_error,
    read_order,
    read_step,
    step_message,
    write_whole,
)

RECIPE = Recipe(
    "mini", (("w", "00"),), "clip", (Prompt("ein “Bild”\n", 0.1 + 0.2),), 64, 20, 4, 0.15,
    images=(ImagePrompt("ab" * 32),),
)  # fmt: skip
ORDER = RunOrder("r-1", RECIPE, 2**63 - 1, b"\x89PNG", b"state", (("ab" * 32, b"png"),), (("a", "b"),), 2)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """(read, write); a test may close its writing end."""
    source, sink = os.pipe()
    yield source, sink
    os.close(source)
    try:
        os.close(sink)
    except OSError:
        return


def carried(message: Message) -> Message:
    """What arrives on the other side of a pipe, whose capacity the message may exceed."""
    source, sink = os.pipe()
    sender = threading.Thread(target=write_whole, args=(sink, message.to_bytes()))
    sender.start()
    try:
        return Inbox(source).take(10)
    finally:
        sender.join()
        os.close(source)
        os.close(sink)


@pytest.mark.parametrize("order", [ORDER, replace(ORDER, resume=None), replace(ORDER, resume=b"", images=(), run="")])
def test_an_order_arrives_as_it_was_given(order: RunOrder) -> None:
    assert read_order(carried(order_message(order))) == order


@given(st.binary(max_size=50), FLOATS, st.dictionaries(st.text(max_size=5), FLOATS, max_size=3), st.text(max_size=9))
def test_a_step_arrives_to_the_bit(png: bytes, similarity: float, losses: dict[str, float], memory: str) -> None:
    step = Step(3, png, b"embedding", losses, similarity, b"state", memory)
    assert read_step(carried(step_message(step))) == step


def test_a_step_larger_than_a_pipe_arrives() -> None:
    step = Step(1, os.urandom(2_000_000), b"", {}, 0.0, os.urandom(3_000_000), "")
    assert read_step(carried(step_message(step))) == step


@pytest.mark.parametrize("kind", sorted(KNOWN.values(), key=lambda one: one.code))
def test_every_error_arrives_as_itself(kind: type[GeneratorError]) -> None:
    sent = BadWeights("f", "a", "b") if kind is BadWeights else kind("no\x1b[2J", step=3, losses={"total": 0.5})
    found = read_error(carried(error_message(sent)))
    assert type(found) is kind
    assert (str(found), found.evidence) == (str(sent), sent.evidence)
    assert (found.code, found.permanent) == (kind.code, kind.permanent)


def test_every_error_of_the_tree_is_known() -> None:
    assert {NonFiniteLoss, OutOfMemory, WorkerLost, BadWeights} <= set(KNOWN.values())
    assert len(KNOWN) == len({kind.code for kind in KNOWN.values()})


def test_evidence_that_json_has_no_words_for_becomes_text() -> None:
    found = read_error(carried(error_message(OutOfMemory("no", path=os.PathLike, numbers=(1, 2)))))
    assert found.evidence == {"path": str(os.PathLike), "numbers": [1, 2]}


def test_an_error_that_nobody_knows_is_one_of_the_tree_all_the_same() -> None:
    assert type(read_error(Message("error", {"code": "new", "says": "x", "evidence": {}}))) is GeneratorError


def test_what_comes_in_pieces_is_one_message(pipe: tuple[int, int]) -> None:
    inbox, data = Inbox(pipe[0]), Message("step", {"a": 1}, (b"x" * 100, b"")).to_bytes()
    for byte in data[:-1]:
        os.write(pipe[1], bytes([byte]))
    with pytest.raises(Silent, match="nothing was said"):
        inbox.take(0.01)
    os.write(pipe[1], data[-1:] + data)
    assert inbox.take(1) == inbox.take(1) == Message("step", {"a": 1}, (b"x" * 100, b""))


@given(st.binary(max_size=60))
def test_nonsense_and_half_a_message_are_no_message(data: bytes) -> None:
    source, sink = os.pipe()
    try:
        os.write(sink, data)
        os.close(sink)
        with pytest.raises(Ended):
            Inbox(source).take(1)
    finally:
        os.close(source)


@pytest.mark.parametrize("words", [b"null", b"[1]", b"{}", b'["a", 3]', b"\xff"])
def test_words_of_another_shape_are_no_message(words: bytes, pipe: tuple[int, int]) -> None:
    os.write(pipe[1], HEAD.pack(MAGIC, len(words), 0) + words)
    with pytest.raises(Ended, match="no sense"):
        Inbox(pipe[0]).take(1)


def test_who_does_not_listen_is_waited_for_so_long_and_no_longer(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    with pytest.raises(Silent, match="nothing was heard"):
        write_whole(pipe[1], b"x" * 2**22, 0.05)


def test_who_has_gone_hears_nothing() -> None:
    source, sink = os.pipe()
    os.close(source)
    with pytest.raises(Ended):
        write_whole(sink, b"x", 1)
    os.close(sink)

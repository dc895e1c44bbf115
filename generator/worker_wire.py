"""What the process that computes and the one that asks it say to each other over two pipes.

A message is a kind, words as JSON and byte strings: a head with their lengths, then all of them. No pickle: nothing
that is said can be executed.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.errors import GeneratorError
from generator.mini.errors import BadWeights
from generator.nouns import Recipe, RunOrder, Step

HEAD: Final = struct.Struct(">4sIB")
LENGTH: Final = struct.Struct(">Q")
MAGIC: Final = b"nftd"
CHUNK: Final = 2**20
NO_BYTES: Final = b""


class Silent(Exception):
    """The other side said nothing for too long."""


class Ended(Exception):
    """The other side has gone, or cannot be understood."""


class Garbled(Ended):
    """What the other side says makes no sense."""


@dataclass(frozen=True, slots=True)
class Message:
    """A kind, words that JSON can hold, and byte strings."""

    kind: str
    words: Mapping[str, Any] = field(default_factory=dict)
    blobs: tuple[bytes, ...] = ()

    def to_bytes(self) -> bytes:
        words = json.dumps([self.kind, self.words], separators=(",", ":")).encode()
        lengths = b"".join(LENGTH.pack(len(blob)) for blob in self.blobs)
        return b"".join((HEAD.pack(MAGIC, len(words), len(self.blobs)), lengths, words, *self.blobs))


class Inbox:
    """Messages out of a pipe. A wait that was interrupted loses nothing: what came is kept for the next one."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._held = bytearray()
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)

    def take(self, seconds: float | None = None) -> Message:
        """The next message. Raises `Silent` where it is not there in time, else `Ended`."""
        until = None if seconds is None else time.monotonic() + seconds
        while (message := self._whole()) is None:
            left = None if until is None else max(0.0, until - time.monotonic())
            if not self._poll.poll(None if left is None else int(left * 1000) + 1):
                raise Silent(f"nothing was said for {seconds:.0f} s")
            chunk = os.read(self._handle, CHUNK)
            if not chunk:
                raise Ended("it ended")
            self._held += chunk
        return message

    def _whole(self) -> Message | None:
        """The first message of what came, once all of it is there."""
        if len(self._held) < HEAD.size:
            return None
        magic, words, blobs = HEAD.unpack_from(self._held)
        if magic != MAGIC:
            raise Garbled("what it says makes no sense")
        begin = HEAD.size + blobs * LENGTH.size
        if len(self._held) < begin:
            return None
        lengths = [LENGTH.unpack_from(self._held, HEAD.size + i * LENGTH.size)[0] for i in range(blobs)]
        if len(self._held) < begin + words + sum(lengths):
            return None
        return self._cut(begin, words, lengths)

    def _cut(self, begin: int, words: int, lengths: list[int]) -> Message:
        parts, place = [], begin
        for length in (words, *lengths):
            parts.append(bytes(self._held[place : place + length]))
            place += length
        del self._held[:place]
        try:
            kind, told = json.loads(parts[0])
            return Message(str(kind), dict(told), tuple(parts[1:]))
        except (ValueError, TypeError) as error:
            raise Garbled(f"what it says makes no sense: {error}") from error


def write_whole(handle: int, data: bytes, seconds: float | None = None) -> None:
    """All of the bytes into a pipe; with a time its end must not block. Raises `Silent` or `Ended`."""
    rest = memoryview(data)
    until = None if seconds is None else time.monotonic() + seconds
    waits = select.poll()
    waits.register(handle, select.POLLOUT)
    while rest:
        left = None if until is None else max(0.0, until - time.monotonic())
        if not waits.poll(None if left is None else int(left * 1000) + 1):
            raise Silent(f"nothing was heard for {seconds:.0f} s")
        try:
            rest = rest[os.write(handle, rest) :]
        except BlockingIOError:
            continue
        except OSError as error:
            raise Ended(str(error)) from error


def order_message(order: RunOrder) -> Message:
    """An order as a message."""
    words = {
        "run": order.run,
        "recipe": order.recipe.to_json(),
        "seed": order.seed,
        "resumes": order.resume is not None,
        "images": [digest for digest, _ in order.images],
        "labels": [list(pair) for pair in order.labels],
        "rung": order.rung,
    }
    return Message("run", words, (order.source_png, order.resume or NO_BYTES, *(png for _, png in order.images)))


def read_order(message: Message) -> RunOrder:
    """What `order_message` wrote."""
    words = message.words
    source, resume, *images = message.blobs
    return RunOrder(
        run=words["run"],
        recipe=Recipe.from_json(words["recipe"]),
        seed=words["seed"],
        source_png=source,
        resume=resume if words["resumes"] else None,
        images=tuple(zip(words["images"], images, strict=True)),
        labels=tuple((name, text) for name, text in words["labels"]),
        rung=words["rung"],
    )


def step_message(step: Step) -> Message:
    """An iterate as a message; floats survive JSON to the bit."""
    words = {"step": step.step, "losses": step.losses, "similarity": step.similarity, "memory": step.memory}
    return Message("step", words, (step.png, step.embedding, step.state))


def read_step(message: Message) -> Step:
    """What `step_message` wrote."""
    words = message.words
    png, embedding, state = message.blobs
    return Step(words["step"], png, embedding, words["losses"], words["similarity"], state, words["memory"])


def error_message(error: GeneratorError) -> Message:
    """An error that we know; of its evidence what JSON has no words for becomes text."""
    evidence = json.loads(json.dumps(error.evidence, default=str))
    return Message("error", {"code": error.code, "says": str(error), "evidence": evidence})


def read_error(message: Message) -> GeneratorError:
    """The same class with the same words; sequences in its evidence come as lists."""
    kind = KNOWN.get(message.words["code"], GeneratorError)
    error: GeneratorError = Exception.__new__(kind)  # a class may want other arguments than its words
    error.args = (message.words["says"],)
    error.evidence = dict(message.words["evidence"])
    return error


def _classes(root: type[GeneratorError]) -> list[type[GeneratorError]]:
    return [one for child in root.__subclasses__() for one in (child, *_classes(child))]


KNOWN: Final = {one.code: one for one in _classes(GeneratorError)} | {BadWeights.code: BadWeights}

"""The process that computes: it holds the models of one device, and answers one request after the other.

It reads requests from its standard input and answers on its standard output (`generator.worker_wire`). It ends with
its parent, whatever that dies of; who stops the parent decides, so it is deaf to polite signals itself. It knows no
database, and no folder but that of the weights.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Final

from generator.errors import GeneratorError
from generator.executor import LocalExecutor
from generator.ram import guard
from generator.worker_wire import Ended, Inbox, Message, error_message, read_order, step_message, write_whole

DEAF_TO: Final = ("SIGINT", "SIGTERM", "SIGHUP")
PR_SET_PDEATHSIG: Final = 1  # sys/prctl.h
AHEAD: Final = 1  # messages that wait for the parent while the next step is computed


def main(arguments: Sequence[str]) -> None:
    """Answer until the input ends.

    The arguments are preset, device, precision, folder of weights, how many share the device, and the parent's id.
    """
    preset, device, precision, weights, share, parent = arguments
    _die_with(int(parent))
    for name in DEAF_TO:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    source, sink = _take_pipes()
    requests, say = _heard(source), _speaker(sink)
    executor = LocalExecutor(preset, device, Path(weights) if weights else None, precision)
    if device == "cpu" and int(share) > 1:
        _share_cores(int(share))
    while True:
        _serve(executor, requests.get(), say)


def _die_with(parent: int) -> None:
    """Be killed when the parent dies: also in the middle of a step, and also where this process hangs."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):  # Linux; elsewhere the end of the input must do
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _take_pipes() -> tuple[int, int]:
    """Standard input and output for messages alone: what a library prints must not get between them."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


def _heard(source: int) -> Queue[Message]:
    """The requests; when their source ends, the parent has gone, and this process ends at once."""
    requests: Queue[Message] = Queue()

    def listen() -> None:
        inbox = Inbox(source)
        try:
            while True:
                requests.put(inbox.take())
        finally:
            os._exit(0)

    Thread(target=listen, name="requests", daemon=True).start()
    return requests


def _speaker(sink: int) -> Callable[[Message], None]:
    """Sends beside the work: a step of full size has megabytes, and the parent stores one before it reads the next."""
    messages: Queue[Message] = Queue(AHEAD)

    def speak() -> None:
        try:
            while True:
                write_whole(sink, messages.get().to_bytes())
        except Ended:
            os._exit(0)

    Thread(target=speak, name="answers", daemon=True).start()
    return messages.put


def _serve(executor: LocalExecutor, request: Message, say: Callable[[Message], None]) -> None:
    try:
        if executor.device.type == "cpu":
            guard()
        for answer in _ANSWERS[request.kind](executor, request):
            say(answer)
        last = Message("done")
    except GeneratorError as error:
        last = error_message(error)
    except Exception as error:  # noqa: BLE001 - the parent raises it, and replaces this process
        words = {"says": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        last = Message("fault", words)
    say(replace(last, words={**last.words, "resident": resident_bytes()}))


def _share_cores(share: int) -> None:
    """Threads of several processes on the same cores only wait for each other."""
    import torch

    torch.set_num_threads(max(1, torch.get_num_threads() // share))


def resident_bytes() -> int:
    """Memory that this process holds; its peak where the system does not tell more."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _run(executor: LocalExecutor, request: Message) -> Iterator[Message]:
    return map(step_message, executor.run(read_order(request)))


def _embed(executor: LocalExecutor, request: Message) -> Iterator[Message]:
    yield Message("answer", {}, (executor.embed(request.blobs[0]),))


def _categorize(executor: LocalExecutor, request: Message) -> Iterator[Message]:
    found = executor.categorize(request.blobs[0], request.words["phrases"])
    words = {"name": found.name, "probabilities": found.probabilities, "abstained": found.abstained_reason}
    yield Message("answer", words, (found.embedding,))


def _unsafe_share(executor: LocalExecutor, request: Message) -> Iterator[Message]:
    yield Message("answer", {"share": executor.unsafe_share(request.blobs[0])})


def _settle(executor: LocalExecutor, request: Message) -> Iterator[Message]:
    yield Message("answer", {"precision": executor.settle(request.words["wanted"])})


_ANSWERS: Final[dict[str, Callable[[LocalExecutor, Message], Iterator[Message]]]] = {
    "run": _run,
    "embed": _embed,
    "categorize": _categorize,
    "unsafe_share": _unsafe_share,
    "settle": _settle,
}

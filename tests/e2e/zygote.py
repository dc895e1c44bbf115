"""A process that has imported everything heavy, and forks a child for each command of nftd.

Importing torch, OpenCV and pandas takes seconds, a cycle on small pictures a fraction of one: so a test can afford
many real runs of the real program, each in a process of its own that may be killed, and whose workers are forked in
their turn. Nothing of torch is run before the forks: a thread pool would not survive it.

`python -m tests.e2e.zygote` reads one JSON request a line and answers each with one JSON line:
{"do": "start", "argv", "cwd", "env", "out", "err", "hook": [module, function, arguments] or null} -> {"pid"};
{"do": "wait", "pid"} -> {"code"}, negative for a signal.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, NoReturn

import generator.workers
from tests.e2e.forked import fork_worker

HEAVY = (
    "alembic.command",
    "cv2",
    "generator.classify",
    "generator.critics",
    "generator.dream",
    "generator.executor",
    "generator.intake",
    "generator.mini.load",
    "generator.optimizers",
    "generator.worker",
    "generator.workers",
    "nftd.cli.app",
    "nftd.cli.progress",
    "nftd.cycle",
    "nftd.explain",
    "nftd.queue",
    "nftd.review",
    "nftd.store.database",
    "pandas",
    "publisher.voucher",
    "scrapers.sites.page",
    "scrapers.valuation",
    "torch",
    "torch.fx.experimental.symbolic_shapes",  # torch.autograd.grad loads it at its first use
)


def main() -> None:
    for name in HEAVY:
        importlib.import_module(name)
    _warm_up()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"start": _start, "wait": _wait}[request.pop("do")](**request)
        print(json.dumps(answer), flush=True)


def _warm_up() -> None:
    """Fill the caches that the first page and the first statements fill in every process."""
    from nftd.store import work
    from nftd.store.database import Store
    from scrapers.document import Document
    from tests.nftd.rooms import add_artwork
    from tests.scrapers.shelf import page

    document = Document(page("https://gallery.example/", "<html><p>nothing</p></html>"))
    document.links(None), document.works({}), document.next_page(None), document.address
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with store.write() as connection:
            add_artwork(connection, store)
            work.enqueue(connection, "warm", "up")
            held = work.claim(connection, "warm", "zygote", 1.0, 1.0)
            assert held is not None
            work.renew(connection, held, 1.0, 1.0)
            work.finish(connection, held)
        store.close()


def _start(**request: Any) -> dict[str, int]:
    pid = os.fork()
    if pid == 0:
        _be_nftd(**request)
    return {"pid": pid}


def _wait(pid: int) -> dict[str, int]:
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


def _be_nftd(argv: list[str], cwd: str, env: dict[str, str], out: str, err: str, hook: list[Any] | None) -> NoReturn:
    """Become `nftd argv...`, as its console script would run it."""
    code = 1
    try:
        _redirect(out, err)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started deaf to it
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = ["nftd", *argv]
        generator.workers.start_process = fork_worker
        if hook:
            module, function, arguments = hook
            getattr(importlib.import_module(module), function)(**arguments)
        code = _run()
    except BaseException:  # noqa: BLE001 - a child must end here, whatever happened: it shares its parent's stack
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _redirect(out: str, err: str) -> None:
    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        handle = os.open(path, flags | (os.O_CREAT | os.O_TRUNC if number else 0), 0o600)
        os.dup2(handle, number)
        os.close(handle)


def _run() -> int:
    from nftd.cli import main as nftd

    try:
        nftd()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return 0


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()


if __name__ == "__main__":
    main()

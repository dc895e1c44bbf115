#!/usr/bin/env python3
"""Set up nftd in .venv beside this file, then run a command there.

    python3 bootstrap.py nftd once     one cycle on the bundled gallery
    python3 bootstrap.py pytest        all tests (brings the test tools too)

Any command of .venv/bin can follow, with its arguments. The set-up runs when .venv is missing or when
pyproject.toml or constraints.txt changed; otherwise the command starts at once.
"""

import importlib.util
import os
import re
import shutil
import sys

if sys.version_info < (3, 11):  # noqa: UP036 (this file is started with whatever python3 is)
    sys.exit("nftd needs Python 3.11 or newer, this is {}.{}: name a newer one".format(*sys.version_info))

import fcntl
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMP = VENV / "nftd-set-up.json"
TEST_TOOLS = ("pytest", "py.test", "ruff", "mypy", "lint-imports")
TORCH_BLOCK = "# --- torch"  # constraints.txt: this line and those below it belong to the pinned torch

# Measured with the versions of constraints.txt.
SIZE = "about 135 MB"
TEST_SIZE = "about 165 MB, test tools among them"
TORCH_SIZE = """\
  and PyTorch: about 3 GB where the index has its CUDA build first (Linux on x86-64), else 200 MB.
  No GPU? Stop here (Ctrl-C), run `python3 -m venv .venv`, then let .venv/bin/pip install the CPU build
  of torch with the line that https://pytorch.org/get-started/locally/ shows for it. It will be kept."""


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__, file=sys.stdout if arguments else sys.stderr)
        sys.exit(0 if arguments else 2)
    test = arguments[0] in TEST_TOOLS
    if not is_ready(test):
        with only_one() as lock:
            if not is_ready(test):  # the set-up that held the lock may have done it
                set_up(test or bool(stamp().get("test")), lock.fileno())
    run(*arguments)


def run(command: str, *arguments: str) -> None:
    """Become the command: its exit code and the signals it gets are its own."""
    program = BIN / command
    if not program.is_file():
        sys.exit(f"there is no command {command!r} in {BIN}")
    path = os.pathsep.join((str(BIN), os.environ.get("PATH", os.defpath)))
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
    os.execve(program, [str(program), *arguments], environment)  # noqa: S606 (what the user asked for)


def set_up(test: bool, lock: int) -> None:
    say(f"setting up {VENV}")
    if not has_python() or stamp().get("root", str(ROOT)) != str(ROOT):  # scripts in a moved one are broken
        make_venv(lock)
    STAMP.unlink(missing_ok=True)
    remove_half_installed()
    install(".[test]" if test else ".", TEST_SIZE if test else SIZE, lock)
    STAMP.write_text(json.dumps({"root": str(ROOT), "test": test, "digest": digest()}), encoding="utf-8")
    say(f"nftd is ready: {BIN / 'nftd'}")


def make_venv(lock: int) -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(f"{sys.executable} has no venv: install it first (Debian, Ubuntu: apt install python3-venv)")
    if not call([sys.executable, "-m", "venv", "--clear", str(VENV)], lock):
        sys.exit(f"nftd: {VENV} could not be made, the lines above say why")


def install(project: str, size: str, lock: int) -> None:
    torch = suitable_torch()
    say(f"downloading what is missing of {size}")
    say(f"  torch {torch} is kept" if torch else TORCH_SIZE)
    constraints = VENV / "constraints.txt"
    constraints.write_text(constraints_for(torch), encoding="utf-8")
    python = str(BIN / "python")
    if not call([python, "-m", "pip", "--version"], lock, stdout=subprocess.DEVNULL):
        call([python, "-m", "ensurepip", "--upgrade"], lock)  # a .venv made without pip, or killed while made
    flags = ["--disable-pip-version-check", "--no-input", *([] if sys.stderr.isatty() else ["--quiet"])]
    pip = [python, "-m", "pip", "install", *flags, "--constraint", str(constraints), "--editable", project]
    if not call(pip, lock):
        sys.exit("nftd: the set-up failed, the lines above say why; the same command tries again")


def is_ready(test: bool) -> bool:
    done = stamp()
    return has_python() and bool(done.get("test") or not test) and done.get("digest") == digest()


def stamp() -> dict[str, Any]:
    try:
        return dict(json.loads(STAMP.read_bytes()))
    except (OSError, ValueError):
        return {}


def digest() -> str:
    """What .venv was made from: the two files, the Python in it, the place."""
    files = (ROOT / "pyproject.toml", ROOT / "constraints.txt", VENV / "pyvenv.cfg")
    parts = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return hashlib.sha256("\n".join([*parts, str(ROOT)]).encode()).hexdigest()


def has_python() -> bool:
    return (BIN / "python").exists() and (VENV / "pyvenv.cfg").exists()


def remove_half_installed() -> None:
    """Let pip install again what a killed pip left: it writes the file INSTALLER near the end."""
    for info in VENV.glob("lib/python3*/site-packages/*.dist-info"):
        if not (info / "INSTALLER").exists():
            shutil.rmtree(info)


def suitable_torch() -> str | None:
    for info in VENV.glob("lib/python3*/site-packages/torch-*.dist-info"):
        version = info.name.removeprefix("torch-").removesuffix(".dist-info")
        if (2, 6) <= tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < (3, 0):
            return version
    return None


def constraints_for(torch: str | None) -> str:
    """Beside another torch than the pinned one, leave out what only torch asks for: each pins its own."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    is_pinned = torch is None or f"torch=={torch.partition('+')[0]}" in text.splitlines()
    return text if is_pinned else text.partition(TORCH_BLOCK)[0]


def only_one() -> TextIO:
    """Wait for any other set-up of this checkout, and for a pip that outlived its bootstrap."""
    lock = (ROOT / ".venv.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another set-up is at work here: waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def call(command: list[str], lock: int, stdout: int = 2) -> bool:
    """Run a step with its output on stderr: stdout belongs to the command that the user asked for."""
    done = subprocess.run(command, cwd=ROOT, stdout=stdout, pass_fds=(lock,), check=False)  # noqa: S603 (ours)
    return done.returncode == 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:  # a folder that may not be written, a full disk
        sys.exit(f"nftd: {error}")

"""Run nftd for tests: real processes, forked from a zygote that has imported what is heavy."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
Hook = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended; `code` is negative for a signal."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What `--json` printed: exactly one document, nothing else."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line on stderr."""
        lines = self.err.splitlines()
        assert len(lines) == 1, f"one line was expected on stderr:\n{self.err}"
        return lines[0]


class Launcher:
    """A context manager around the zygote."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.zygote"],
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Launcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, **request: Any) -> dict[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the zygote is dead: what it said is on stderr"
        answer: dict[str, int] = json.loads(line)
        return answer


@dataclass(frozen=True, slots=True)
class Child:
    """A command that runs."""

    pid: int
    launcher: Launcher
    out: Path
    err: Path

    def wait(self) -> Result:
        code = self.launcher.ask(do="wait", pid=self.pid)["code"]
        return Result(code, self.out.read_text("utf-8"), self.err.read_text("utf-8"))


@dataclass(slots=True)
class Home:
    """Where one nftd lives: below `folder` its configuration, its data and the folder that it is started in."""

    folder: Path
    launcher: Launcher
    number: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        for name in ("home", "cwd", "output"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def env(self) -> dict[str, str]:
        """Nothing of the environment that the tests run in, but where programs are."""
        places = {"NFTD_CONFIG": str(self.config), "NFTD_DATA": str(self.data), "HOME": str(self.folder / "home")}
        return {"PATH": os.environ["PATH"], **places, **ONE_THREAD}

    def start(
        self, *argv: str, hook: Hook | None = None, env: dict[str, str] | None = None, terminal: str | None = None
    ) -> Child:
        """Begin a command; its errors and progress go to a file, or to the terminal of this name."""
        number = next(self.number)
        out, err = (self.folder / "output" / f"{number}.{name}" for name in ("out", "err"))
        err.touch()
        request = {"argv": argv, "cwd": str(self.folder / "cwd"), "env": env or self.env, "hook": hook}
        answer = self.launcher.ask(do="start", out=str(out), err=terminal or str(err), **request)
        return Child(answer["pid"], self.launcher, out, err)

    def nftd(self, *argv: str, hook: Hook | None = None, env: dict[str, str] | None = None) -> Result:
        """Run one command to its end."""
        return self.start(*argv, hook=hook, env=env).wait()

    def ok(self, *argv: str) -> Result:
        """Run one command that must succeed."""
        result = self.nftd(*argv)
        assert result.code == 0, f"nftd {' '.join(argv)} ended with {result.code}:\n{result.err}\n{result.out}"
        return result

    def json(self, *argv: str) -> Any:
        """What a command that must succeed says with `--json`."""
        return self.ok(*argv, "--json").json

    def configure(self, url: str, **changes: dict[str, Any]) -> None:
        """Write a configuration for a quick cycle on the gallery at `url`; `changes` are keys by table."""
        tables: dict[str, dict[str, Any]] = {
            "sources.g": {"start": url, "local": True},
            "http": {"timeout_seconds": 1.0},
            "selection": {"top_share": 1.0, "creator_cap": 1000},
            "categories.all": {"prompt": "a painting of a garden", "phrases": ["a picture"]},
            "generator": {"size": 64, "iterations": 2, "cutouts": 1},
            "limits": {"runs_per_cycle": 3},
        }
        for name, keys in changes.items():
            tables[name] = {**tables.get(name, {}), **keys}
        self.config.write_text("\n".join(_table(name, keys) for name, keys in tables.items()), "utf-8")


def _table(name: str, keys: dict[str, Any]) -> str:
    # JSON's strings, numbers, lists and true or false are TOML's as well.
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join([f"[{name}]", *lines, ""])

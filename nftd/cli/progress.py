"""Progress of a cycle: bars on a terminal, plain lines elsewhere; always on stderr.

Titles come from outside: they are printed as text, so that brackets in them are no markup.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from nftd.stages.watch import Silence

WIDTH = 56


class Bars:
    """A bar for the stage and, while dreaming, one for the steps."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[stage]:<8}", style="bold"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[what]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._stage = self._progress.add_task("", stage="", what="", total=0, visible=False)
        self._steps = self._progress.add_task("", stage="", what="", total=0, visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, name: str, items: int) -> None:
        self._progress.reset(self._stage, total=items, visible=items > 0, stage=name, what="")
        self._progress.update(self._steps, visible=False)

    def item(self, name: str) -> None:
        self._progress.update(self._stage, what=_short(name))

    def step(self, step: int, steps: int) -> None:
        self._progress.update(self._steps, completed=step, total=steps, visible=True, stage="step")

    def done(self) -> None:
        self._progress.advance(self._stage)

    def refused(self, name: str, reason: str, explanation: str) -> None:
        line = Text.assemble(("refused ", "yellow"), (reason, "bold"), f"  {_short(name)}  ", (explanation, "dim"))
        self._progress.console.print(line, soft_wrap=True)


class Lines(Silence):
    """One line a stage and a refusal, for logs and pipes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def stage(self, name: str, items: int) -> None:
        if items:
            print(f"{name}: {items}", file=sys.stderr, flush=True)

    def refused(self, name: str, reason: str, explanation: str) -> None:
        print(f"refused {reason}: {_short(name)}: {explanation}", file=sys.stderr, flush=True)


@contextmanager
def dream_progress(quiet: bool) -> Iterator[Callable[[dict[str, Any], int], None] | None]:
    """What is told each step of a single dream: a bar when a person watches, else a line a step; None when quiet."""
    if quiet:
        yield None
    elif not sys.stderr.isatty():
        yield _line
    else:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.fields[stage]}", style="bold"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[what]}", markup=False),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", stage="loading", what="", total=None)
            yield lambda step, steps: bar.update(
                task, completed=step["step"], total=steps, stage="dreaming", what=_numbers(step)
            )


def _line(step: dict[str, Any], steps: int) -> None:
    print(f"step {step['step']:>3} of {steps}  {_numbers(step)}", file=sys.stderr, flush=True)


def _numbers(step: dict[str, Any]) -> str:
    return f"loss {step['loss']:.4f}  match {step['similarity']:.3f}"


def progress() -> Bars | Lines:
    """Bars when a person watches."""
    return Bars() if sys.stderr.isatty() else Lines()


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"

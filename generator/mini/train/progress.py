"""A training stage that can be stopped and resumed at any point, with a progress line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

SAVE_SECONDS = 60.0
REPORT_STEPS = 50

State = dict[str, Any]


class Stage:
    """Runs `steps` steps, keeping the state of everything named in a file that is saved every minute."""

    def __init__(self, name: str, work: Path, steps: int, parts: Mapping[str, Any], rng: torch.Generator) -> None:
        self.name = name
        self.path = work / f"{name}.pt"
        self.steps = steps
        self.parts = parts
        self.rng = rng
        self.done = 0
        self._averages: dict[str, float] = {}

    def resume(self) -> None:
        """Continue from the saved file, if there is one."""
        if self.path.exists():
            saved: State = torch.load(self.path, weights_only=True)
            for key, part in self.parts.items():
                part.load_state_dict(saved[key])
            self.rng.set_state(saved["rng"])
            self.done = int(saved["done"])

    def save(self) -> None:
        """Write the state, replacing the last one whole."""
        state: State = {key: part.state_dict() for key, part in self.parts.items()}
        partial = self.path.with_suffix(".partial")
        torch.save({**state, "rng": self.rng.get_state(), "done": self.done}, partial)
        partial.replace(self.path)

    def run(self, step: Callable[[int], Mapping[str, float]]) -> None:
        """Call `step` with its number until all are done; saves at the end and every minute."""
        for number in self._steps():
            self._report(number, step(number))

    def _steps(self) -> Iterator[int]:
        saved = time.monotonic()
        while self.done < self.steps:
            yield self.done
            self.done += 1
            if time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()

    def _report(self, number: int, losses: Mapping[str, float]) -> None:
        for key, value in losses.items():
            self._averages[key] = 0.95 * self._averages.get(key, value) + 0.05 * value
        if number % REPORT_STEPS == 0:
            shown = " ".join(f"{key} {value:.4f}" for key, value in self._averages.items())
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self.name} {number}/{self.steps} {shown}\n")

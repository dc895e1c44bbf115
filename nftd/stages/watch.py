"""How a cycle tells what it is doing; the terminal, a log or nobody may listen."""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """All text may come from outside: whoever prints it escapes it for the place it goes to."""

    def stage(self, name: str, items: int) -> None:
        """A stage begins with so many items."""

    def item(self, name: str) -> None:
        """One item is being worked on."""

    def step(self, step: int, steps: int) -> None:
        """A dream has made another step."""

    def done(self) -> None:
        """The item is finished."""

    def refused(self, name: str, reason: str, explanation: str) -> None:
        """Something was refused or failed: one clear line."""


class Silence:
    """Nobody listens."""

    def stage(self, name: str, items: int) -> None:
        pass

    def item(self, name: str) -> None:
        pass

    def step(self, step: int, steps: int) -> None:
        pass

    def done(self) -> None:
        pass

    def refused(self, name: str, reason: str, explanation: str) -> None:
        pass

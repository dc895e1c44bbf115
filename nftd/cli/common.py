"""What the commands share: global options, the store, and how things are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nftd.config import Settings
    from nftd.store.database import Store

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


@dataclass(slots=True)
class Globals:
    """The options before the command."""

    config: Path | None = None
    data: Path | None = None

    def settings(self) -> Settings:
        from nftd import config

        return config.load(config.find_file(self.config))

    def folder(self, settings: Settings) -> Path:
        from nftd import config

        return config.data_folder(settings, config.find_file(self.config), self.data)


@contextmanager
def open_store(context: typer.Context) -> Iterator[tuple[Store, Settings]]:
    """The store in the configured data folder, at the newest revision."""
    from nftd.store.database import Store

    chosen: Globals = context.obj
    settings = chosen.settings()
    store = Store(chosen.folder(settings))
    try:
        yield store, settings
    finally:
        store.close()


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def say(line: str = "") -> None:
    """A line for people. Foreign text in it was cleaned when it was read; markup means nothing here."""
    print(line)


def note(line: str) -> None:
    """A line beside the result, on stderr."""
    print(line, file=sys.stderr)

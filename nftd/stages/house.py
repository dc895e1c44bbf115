"""What every stage may use: the store, the settings, the network, the models, and who listens."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from nftd.config import Settings
from nftd.feeds import Feed, Feeds
from nftd.optout import OptOut
from nftd.stages.hashes import Hashes
from nftd.stages.tally import Tally
from nftd.stages.watch import Silence, Watch
from nftd.store.database import Store

if TYPE_CHECKING:
    from generator.executor import LocalExecutor
    from generator.nsfw import NudityDetector
    from generator.text_ocr import TextReader

OWNER = "cycle:"


class House:
    """One cycle's tools. Models are loaded, and the bundled gallery opened, when first asked for."""

    def __init__(self, store: Store, settings: Settings, cycle: str, watch: Watch | None = None) -> None:
        self.store = store
        self.settings = settings
        self.cycle = cycle
        self.watch: Watch = watch or Silence()
        self.tally = Tally()
        # Counts of failures change outside of transactions, which keep all others apart.
        self.counting = Lock()
        # Digest and type of what was fetched from an address in this cycle, perhaps not written yet.
        self.pictures: dict[str, tuple[str, str]] = {}
        self.owner = f"{OWNER}{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._open = ExitStack()

    @cached_property
    def feeds(self) -> Feeds:
        return self._open.enter_context(Feeds(self.settings, self.store))

    @cached_property
    def optout(self) -> OptOut:
        return OptOut(self.settings.optout)

    @cached_property
    def hashes(self) -> Hashes:
        return Hashes(self.store)

    @cached_property
    def text_reader(self) -> TextReader | None:
        """What reads text in pictures, where it is switched on; raises ExtraMissing where it is not installed."""
        if self.settings.intake.text_reader != "rapidocr":
            return None
        from generator.text_ocr import TextReader

        return TextReader()

    @cached_property
    def nudity_detector(self) -> NudityDetector | None:
        """What finds nudity in pictures, where it is switched on; raises ExtraMissing where it is not installed."""
        if self.settings.intake.nudity_detector != "nudenet":
            return None
        from generator.nsfw import NudeNet

        return NudeNet()

    def feed(self, name: str) -> Feed:
        return self.feeds.get(name)

    @cached_property
    def executor(self) -> LocalExecutor:
        from generator.executor import LocalExecutor

        return LocalExecutor(self.settings.generator.preset, self.settings.generator.device)

    def close(self) -> None:
        self._open.close()

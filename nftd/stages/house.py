"""What every stage may use: the store, the settings, the network, the models, and who listens."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from generator.devices import AUTO
from generator.presets import weight_digests
from generator.workers import Workers
from nftd.config import Settings
from nftd.feeds import Feed, Feeds
from nftd.optout import OptOut
from nftd.recipes import chosen_preset, weights_folder
from nftd.stages.hashes import Hashes
from nftd.stages.tally import Tally
from nftd.stages.watch import Silence, Watch
from nftd.store.database import Store

if TYPE_CHECKING:
    from generator.nsfw import NudityDetector
    from generator.text_ocr import TextReader

OWNER = "cycle:"


class House:
    """One cycle's tools. Models are loaded, and the bundled gallery opened, when first asked for."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        cycle: str,
        watch: Watch | None = None,
        executor: Workers | None = None,
    ) -> None:
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
        self._given = executor
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
    def weights(self) -> tuple[tuple[str, str], ...]:
        """The models in force, as recipes name them: file and sha256."""
        return weight_digests(self.settings.generator.preset, weights_folder(self.settings, self.store.root))

    @cached_property
    def executor(self) -> Workers:
        """What dreams and looks: what the caller keeps from cycle to cycle, else this cycle's own."""
        return self._given or self._open.enter_context(workers_for(self.settings, self.store.root))

    @cached_property
    def exact(self) -> Settings:
        """The settings with a precision that a recipe can name: what "auto" means is asked of the device's worker."""
        chosen = chosen_preset(self.settings)
        if chosen.precision != AUTO or len(chosen.precisions) == 1:
            return self.settings
        found = {"precision": self.executor.settle(AUTO)}
        return self.settings.model_copy(update={"generator": self.settings.generator.model_copy(update=found)})

    def close(self) -> None:
        self._open.close()


def workers_for(settings: Settings, data: Path) -> Workers:
    """Worker processes for the configured devices and preset, not started yet; `data` is the data folder."""
    chosen = settings.generator
    precision = chosen_preset(settings).precision
    return Workers(chosen.preset, chosen.devices, weights_folder(settings, data), precision)

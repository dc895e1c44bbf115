"""The configuration file that ships with nftd."""

from __future__ import annotations

from pathlib import Path

from nftd.errors import ConfigError
from nftd.store.blobs import write_durably

# An installed package carries the file inside; a checkout has it at the top.
_PLACES = (Path(__file__).with_name("default-config.toml"), Path(__file__).parents[1] / "config.toml")


def shipped_config() -> str:
    """The text of the shipped `config.toml`."""
    place = next(path for path in _PLACES if path.is_file())
    return place.read_text(encoding="utf-8")


def write_config(path: Path) -> Path:
    """Write the shipped file to `path`; never over another one."""
    if path.exists():
        raise ConfigError(f"{path} exists: edit it, or give another with --config")
    write_durably(path.absolute(), shipped_config().encode())
    return path

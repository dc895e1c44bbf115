"""The configuration file that ships with nftd."""

from __future__ import annotations

from pathlib import Path

from nftd.errors import ConfigError
from nftd.store.blobs import write_durably

# In a checkout this is a link to the file at the top; a package carries the file itself.
_SHIPPED = Path(__file__).with_name("default-config.toml")


def shipped_config() -> str:
    """The text of the shipped `config.toml`."""
    return _SHIPPED.read_text(encoding="utf-8")


def write_config(path: Path) -> Path:
    """Write the shipped file to `path`; never over another one."""
    if path.exists():
        raise ConfigError(f"{path} exists: edit it, or give another with --config")
    write_durably(path.absolute(), shipped_config().encode())
    return path

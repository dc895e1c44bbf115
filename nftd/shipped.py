"""The configuration file that ships with nftd, and the same for live markets."""

from __future__ import annotations

import re
from pathlib import Path

from nftd.errors import ConfigError
from nftd.store.blobs import write_durably

# In a checkout this is a link to the file at the top; a package carries the file itself.
_SHIPPED = Path(__file__).with_name("default-config.toml")
# What live markets need other than as it ships: a pattern, and what takes its place.
_LIVE = (
    (r"as it ships: the bundled gallery,", "for live markets: Tezos' free works,"),
    (r"nothing that leaves this machine\.", "the bundled gallery off."),
    (r"(?m)^(\[sources\.sample\][^\n]*\nenabled = )true ", r"\1false"),
    (r"(?m)^contact = \"\"( +)# ", r"\g<0>FILL THIS IN: "),
)
_TEZTOK = re.compile(r"(?m)^# \[sources\.teztok\](?:\n|.)*?\n(?=\n)")


def shipped_config() -> str:
    """The text of the shipped `config.toml`."""
    return _SHIPPED.read_text(encoding="utf-8")


def live_config() -> str:
    """The shipped file with the recommended live source switched on and the bundled gallery off."""
    text, count = _TEZTOK.subn(lambda block: re.sub(r"(?m)^# ", "", block[0]), shipped_config())
    for pattern, instead in _LIVE:
        text, found = re.subn(pattern, instead, text)
        count *= found
    if count != 1:
        raise ValueError("the shipped configuration does not have the lines that live markets change")
    return text


def write_config(path: Path, *, live: bool = False) -> Path:
    """Write the shipped file to `path`, or the one for live markets; never over another one."""
    if path.exists():
        raise ConfigError(f"{path} exists: edit it, or give another with --config")
    write_durably(path.absolute(), (live_config() if live else shipped_config()).encode())
    return path

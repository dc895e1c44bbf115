"""Secrets, from where a service manager puts them; never from the configuration, never into a log."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from nftd.errors import ConfigError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST = 4096


def credential(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The secret `name`: the file of that name in $CREDENTIALS_DIRECTORY (systemd), else $NFTD_<NAME>, else None.

    White space around it is no part of it. `ConfigError`, without the secret, where it cannot be read or be a key.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} cannot be the name of a credential")
    variable = f"NFTD_{name.upper()}"
    folder = environ.get("CREDENTIALS_DIRECTORY")
    found = _file(Path(folder) / name) if folder else None
    return _checked(name, environ.get(variable) if found is None else found)


def _file(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"the credential {path.name} cannot be read ({error.strerror}): check its rights") from None
    except UnicodeDecodeError:
        raise ConfigError(f"the credential {path.name} is not text: write the key into it as it is") from None


def _checked(name: str, text: str | None) -> str | None:
    secret = (text or "").strip()
    if len(secret) > _LONGEST or (not (secret.isascii() and secret.isprintable()) and secret):
        raise ConfigError(f"the credential {name} is no key: printable ASCII is needed, at most {_LONGEST} characters")
    return secret or None


def credential_of(kind: str) -> str:
    """The name of the key that a type of source takes: rarible_api_key for rarible."""
    plain = re.sub("[^a-z0-9]", "_", kind.lower())[:50]
    return f"{plain if plain[:1].isalpha() else f'source_{plain}'}_api_key"

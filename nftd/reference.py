"""The configuration as a table: every key, its default and its meaning, read from the model itself.

Tables that a person names (sources, categories) come first as a whole, with the ones that are there by default,
then key by key for one of your own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nftd.config import Settings

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def rows() -> list[dict[str, Any]]:
    """Every key with default and meaning; `NAME` stands for a name of your own."""
    return [
        {"key": key, "default": _default(field), "meaning": field.description or ""}
        for key, field in _keys(Settings, "")
    ]


def _keys(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        section = _section(field.annotation)
        named = get_origin(field.annotation) is dict
        if section is None or named:
            yield prefix + name, field
        if section is not None:
            yield from _keys(section, f"{prefix}{name}.NAME." if named else f"{prefix}{name}.")


def _section(annotation: Any) -> type[BaseModel] | None:
    candidate = get_args(annotation)[1] if get_origin(annotation) is dict else annotation
    return candidate if isinstance(candidate, type) and issubclass(candidate, BaseModel) else None


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else toml(field.get_default(call_default_factory=True))


def toml(value: Any) -> str:
    """A value as TOML writes it; of a section the keys that differ from its own defaults."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(name)} = {toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml(one) for one in value)}]"
    # JSON's strings are TOML's but for DEL, which only JSON allows as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else toml(name)


def current(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every key with the value in force."""
    yield from _flat(settings.model_dump(mode="json"), "")


def _flat(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{_key(name)}.")
        else:
            yield prefix + _key(name), toml(value)

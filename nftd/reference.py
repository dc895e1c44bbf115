"""The configuration as a table: every key, its default and its meaning, read from the model itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nftd.config import Settings


def rows() -> list[dict[str, Any]]:
    """Every key with default and meaning; `NAME` stands for a name of your own."""
    return [
        {"key": key, "default": _default(field), "meaning": field.description or ""}
        for key, field in _keys(Settings, "")
    ]


def _keys(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        section = _section(field.annotation)
        if section is None:
            yield prefix + name, field
        else:
            named = get_origin(field.annotation) is dict
            yield from _keys(section, f"{prefix}{name}.NAME." if named else f"{prefix}{name}.")


def _section(annotation: Any) -> type[BaseModel] | None:
    candidate = get_args(annotation)[1] if get_origin(annotation) is dict else annotation
    return candidate if isinstance(candidate, type) and issubclass(candidate, BaseModel) else None


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else toml(field.get_default(call_default_factory=True))


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(inner)}" for name, inner in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def current(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every key with the value in force."""
    yield from _flat(settings.model_dump(mode="json"), "")


def _flat(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, toml(value)

"""Settings of VQGAN+CLIP."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator

from generator.devices import AUTO
from generator.errors import BadRecipe
from generator.nouns import Prompt
from generator.presets import PRESETS
from nftd.config_sources import Line, Section, is_line

_DEVICE = re.compile(r"auto|cpu|mps|cuda(?::[0-9]{1,2})?")


def _is_prompt(value: str) -> str:
    try:
        Prompt.parse(is_line(value))
    except BadRecipe as error:
        raise ValueError(str(error)) from None
    return value


WeightedPrompt = Annotated[str, AfterValidator(_is_prompt)]


class GeneratorSettings(Section):
    """VQGAN+CLIP."""

    preset: Literal["mini", "wikiart"] = Field(
        "mini", description="models with size, cutouts and critics: mini ships with nftd, wikiart is fetched once"
    )
    weights: Line = Field("", description="folder of fetched weights; empty takes weights/ in the data folder")
    size: int = Field(0, ge=0, le=8192, description="side of the square picture in pixels; 0 takes the preset's")
    iterations: int = Field(20, ge=1, le=100_000, description="steps, each of which gives an iterate")
    cutouts: int = Field(0, ge=0, le=4096, description="random crops shown to CLIP at each step; 0 takes the preset's")
    cutout_method: Literal["grid", "peers"] = Field(
        "grid", description="how crops vary: grid is fast; peers draws as other VQGAN+CLIP programs do"
    )
    learning_rate: float = Field(0.0, ge=0, description="the optimizer's; 0 takes the preset's")
    optimizer: Literal["adam", "adamw", "adamax", "radam", "sgd"] = Field(
        "adam", description="what moves z: adam, adamw, adamax, radam, sgd"
    )
    prompts: list[WeightedPrompt] = Field(
        default=[], description='beside each category\'s own, as "text:weight"; a negative weight pushes away'
    )
    fidelity: float = Field(0.0, ge=0, description="weight of staying near the source's pixels")
    total_variation: float = Field(0.0, ge=0, description="weight of smoothness")
    precision: Literal["", "auto", "fp32", "bf16", "fp16"] = Field(
        "", description="empty takes the preset's; auto what the device is fast at; fp32 can be repeated to the bit"
    )
    shrink: StrictBool = Field(False, description="true lets a dream that does not fit in memory become a smaller one")
    seed: int = Field(-1, ge=-1, le=2**63 - 1, description="-1 derives one from source, recipe and take")
    device: str = Field("auto", description='auto, cpu, cuda, cuda:1, mps; several, as "cuda:0, cuda:1", dream at once')

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices by name, one worker each."""
        return tuple(name.strip() for name in self.device.split(","))

    @field_validator("weights")
    @classmethod
    def _found_from_anywhere(cls, value: str) -> str:
        if value and not value.startswith(("/", "~/")):
            raise ValueError("must be an absolute path, or begin with ~/")
        return value

    @field_validator("size")
    @classmethod
    def _whole_codes(cls, value: int, info: ValidationInfo) -> int:
        preset = PRESETS.get(info.data.get("preset", ""))
        if preset and value % preset.stride:
            raise ValueError(
                f"must be 0 or a multiple of {preset.stride}, since preset {preset.name} works in such steps"
            )
        return value

    @field_validator("precision")
    @classmethod
    def _computable(cls, value: str, info: ValidationInfo) -> str:
        preset = PRESETS.get(info.data.get("preset", ""))
        if preset and value not in ("", AUTO, *preset.precisions):
            raise ValueError(f"must be {', '.join(preset.precisions)}, the only precision of preset {preset.name}")
        return value

    @field_validator("device")
    @classmethod
    def _a_device(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if not all(_DEVICE.fullmatch(name) for name in names):
            raise ValueError("must be auto, cpu, mps, cuda or a numbered one such as cuda:1, several with commas")
        if len(names) > 1 and AUTO in names:
            raise ValueError("must name each device where there are several: auto stands alone")
        return value

"""The judges that ship, each made of what a run has at hand; entry points of the group `nftd.critics`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.judges.contrast import ContrastJudge, contrast_judge
from generator.judges.errors import NoJudge
from generator.judges.heads import HeadJudge, load_head
from generator.judges.novelty import NoveltyJudge, Past, novelty_judge
from generator.judges.realism import Discriminator, RealismJudge, realism_judge
from generator.judges.stored import FidelityJudge, PromptMatchJudge, fidelity_judge, prompt_match_judge

if TYPE_CHECKING:
    from generator.models import Pair, Perceptor
    from generator.presets import Preset


@dataclass(frozen=True, slots=True)
class Tools:
    """What a judge may be made of; None is not at hand, and a judge that needs it says so.

    `perceptor_name` is enough for judges of stored values, so rescoring what is stored loads no model. `digest` is
    the SHA-256 of the discriminator's weights, `terms` their license, `weights` a folder of installed weights.
    """

    perceptor_name: str
    perceptor: Perceptor | None = None
    discriminator: Discriminator | None = None
    digest: str = ""
    terms: str = "MIT"
    device: str = "cpu"
    weights: Path | None = None
    past: Past | None = None


def tools_of(
    preset: Preset, pair: Pair, device: str = "cpu", weights: Path | None = None, past: Past | None = None
) -> Tools:
    """The tools of a preset whose pair is loaded; its discriminator is the VQGAN's own, or lies beside its weights.

    Raises `ModelsMissing` or `BadCheckpoint` where the preset's weights are gone or damaged.
    """
    if not preset.vqgan:
        digest = dict(pair.digests)["vqgan.safetensors"]
        own = pair.vqgan if hasattr(pair.vqgan, "discriminate") else None
        return Tools(preset.perceptor, pair.perceptor, own, digest, "MIT", device, weights, past)  # type: ignore[arg-type]
    if weights is None:
        return Tools(preset.perceptor, pair.perceptor, device=device, past=past)
    from generator.discriminator import PREFIX, build_discriminator
    from generator.weights import find, load

    painter = find(weights, preset.vqgan)
    tensors = load(painter)
    # Some publish a VQGAN without it: then the judge says that it lacks.
    found = build_discriminator(tensors, device) if any(key.startswith(PREFIX) for key in tensors) else None
    return Tools(preset.perceptor, pair.perceptor, found, painter.digest, painter.license, device, weights, past)


def prompt_match(tools: Tools) -> PromptMatchJudge:
    """Prompt match, from what the dream stored."""
    return prompt_match_judge(tools.perceptor_name)


def fidelity(tools: Tools) -> FidelityJudge:
    """Likeness to the source, from stored embeddings."""
    return fidelity_judge(tools.perceptor_name)


def clip_contrast(tools: Tools) -> ContrastJudge:
    """Antonym prompts; needs the perceptor, for its texts."""
    if tools.perceptor is None:
        raise NoJudge("clip-contrast embeds its prompts by the perceptor, which is not loaded: load the pair")
    return contrast_judge(tools.perceptor)


def realism(tools: Tools) -> RealismJudge:
    """The VQGAN's discriminator."""
    if tools.discriminator is None:
        raise NoJudge("realism needs the VQGAN's discriminator, which is not loaded: load the pair, name its weights")
    return realism_judge(tools.discriminator, tools.digest, tools.device, tools.terms)


def novelty(tools: Tools) -> NoveltyJudge:
    """Distance to the nearest of the past."""
    if tools.past is None:
        raise NoJudge("novelty needs the embeddings of the past: hand them over")
    return novelty_judge(tools.perceptor_name, tools.past)


def laion_b_32(tools: Tools) -> HeadJudge:
    """LAION's linear head on ViT-B/32."""
    return _head(tools, "laion-vit-b-32")


def laion_l_14(tools: Tools) -> HeadJudge:
    """LAION's linear head on ViT-L/14."""
    return _head(tools, "laion-vit-l-14")


def improved_l_14(tools: Tools) -> HeadJudge:
    """The improved predictor on ViT-L/14."""
    return _head(tools, "improved-vit-l-14")


def simulacra_b_32(tools: Tools) -> HeadJudge:
    """Simulacra's linear head on ViT-B/32."""
    return _head(tools, "simulacra-vit-b-32")


def simulacra_b_16(tools: Tools) -> HeadJudge:
    """Simulacra's linear head on ViT-B/16."""
    return _head(tools, "simulacra-vit-b-16")


def simulacra_l_14(tools: Tools) -> HeadJudge:
    """Simulacra's linear head on ViT-L/14."""
    return _head(tools, "simulacra-vit-l-14")


def _head(tools: Tools, name: str) -> HeadJudge:
    if tools.weights is None:
        raise NoJudge(f"{name} needs a folder of weights: name one, then run nftd weights fetch {name}", name=name)
    return load_head(tools.weights, name)

"""CLIP: a picture and a text become unit vectors that meet in one space (Radford et al. 2021, arXiv 2103.00020).

The vision transformers of that paper with the keys of OpenAI's checkpoints: `visual.*` for the image tower,
`transformer.*`, `token_embedding.weight`, `positional_embedding`, `ln_final.*` and `text_projection` for the text
tower. Images come in and vectors go out in fp32; inside, weights and activations have the precision asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.errors import BadPicture, ModelsMissing
from generator.hollow import hollow
from generator.levers import PLAIN, Levers, levers_for
from generator.linear import linear
from generator.precision import dtype_of
from generator.strict import give
from generator.transformer import Transformer

MEAN: Final = (0.48145466, 0.4578275, 0.40821073)  # of the pictures that CLIP was trained on, red, green, blue
DEVIATION: Final = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class ClipConfig:
    """The sizes of a CLIP: `embed_dim` of the common space, then the image tower, then the text tower."""

    embed_dim: int
    image_size: int
    patch_size: int
    image_width: int
    image_layers: int
    text_width: int
    text_layers: int
    context_length: int = 77
    vocabulary_size: int = 49408


CONFIGS: Final[Mapping[str, ClipConfig]] = MappingProxyType(
    {
        "clip-vit-b-32": ClipConfig(512, 224, 32, 768, 12, 512, 12),
        "clip-vit-b-16": ClipConfig(512, 224, 16, 768, 12, 512, 12),
        "clip-vit-l-14": ClipConfig(768, 224, 14, 1024, 24, 768, 12),
    }
)


class ImageTower(nn.Module):
    """A vision transformer: normalized images [N,3,S,S] to vectors [N,D], not yet of unit length."""

    def __init__(self, config: ClipConfig, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        width, patch = config.image_width, config.patch_size
        places = (config.image_size // patch) ** 2 + 1
        self.class_embedding = _noise(width**-0.5, width)
        self.positional_embedding = _noise(width**-0.5, places, width)
        self.proj = _noise(width**-0.5, width, config.embed_dim)
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, config.image_layers, levers)
        self.ln_post = nn.LayerNorm(width)

    def forward(self, images: Tensor) -> Tensor:
        first = self.class_embedding.expand(len(images), 1, -1)
        x = self.ln_pre(torch.cat([first, self._patches(images)], 1) + self.positional_embedding)
        seen = self.transformer(x, first_only=self.levers.first_position)
        vectors: Tensor = self.ln_post(seen[:, 0]) @ self.proj
        return vectors

    def _patches(self, images: Tensor) -> Tensor:
        """[N,3,S,S] to [N,patches,width]."""
        if not self.levers.patch_product:
            patches: Tensor = self.conv1(images)
            return patches.flatten(2).transpose(1, 2)
        side = self.conv1.kernel_size[0]
        tiles: Tensor = images.unflatten(3, (-1, side)).unflatten(2, (-1, side))  # [N,3,down,side,across,side]
        rows = tiles.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)
        return linear(rows, self.conv1.weight.flatten(1), None, self.levers.onednn_linear)


class ClipPerceptor(nn.Module):
    """Both towers, the tokenizer and the preprocessing; fulfills `generator.models.Perceptor`."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: ClipConfig, name: str = "clip", levers: Levers = PLAIN) -> None:
        super().__init__()
        width = config.text_width
        self.name = name
        self.config = config
        self.input_size = config.image_size
        self.visual = ImageTower(config, levers)
        self.transformer = Transformer(width, config.text_layers, levers)
        self.token_embedding = nn.Embedding(config.vocabulary_size, width)
        self.positional_embedding = _noise(0.01, config.context_length, width)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = _noise(width**-0.5, width, config.embed_dim)
        self.logit_scale = nn.Parameter(torch.full((), math.log(1 / 0.07)))  # not used here, but in every checkpoint
        if self.logit_scale.device.type != "meta":
            self.place_constants()

    def place_constants(self) -> None:
        """Put what is no weight where the weights are: needed after weights were given to a model made on "meta"."""
        device = self.positional_embedding.device
        for key, values in (("mean", MEAN), ("deviation", DEVIATION)):
            self.register_buffer(key, torch.tensor(values).view(1, 3, 1, 1).to(device), persistent=False)

    def embed_images(self, images: Tensor) -> Tensor:
        """Unit vectors [N,D] in fp32 of images [N,3,S,S] around 0..1, S = `input_size`; differentiable."""
        side = self.input_size
        if images.shape[1:] != (3, side, side):
            raise BadPicture(f"images are {list(images.shape)}, {self.name} sees [N, 3, {side}, {side}]: resize them")
        normalized = (images - self.mean) / self.deviation
        vectors = self.visual(normalized.to(self.visual.proj.dtype))
        return functional.normalize(vectors.float(), dim=1)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors [N,D] in fp32 of N texts; a text longer than the context loses its end."""
        from generator.bpe import tokenize  # reads the vocabulary: not every run has texts

        numbers = tokenize(texts, self.config.context_length).to(self.positional_embedding.device)
        return functional.normalize(self.text_vectors(numbers).float(), dim=1)

    def text_vectors(self, numbers: Tensor) -> Tensor:
        """Vectors [N,D], not yet of unit length, of token numbers [N,L]; read at the last token, the highest number."""
        x = self.token_embedding(numbers) + self.positional_embedding[: numbers.shape[1]]
        x = self.ln_final(self.transformer(x, causal=True))
        last = numbers.argmax(1).view(-1, 1, 1).expand(-1, 1, x.shape[2])
        vectors: Tensor = x.gather(1, last).squeeze(1) @ self.text_projection
        return vectors


def build_perceptor(
    name: str,
    tensors: Mapping[str, Tensor],
    device: torch.device | str,
    precision: str,
    config: ClipConfig | None = None,
    levers: Levers | None = None,
) -> ClipPerceptor:
    """The perceptor of this name with the weights `tensors`, frozen, on a device.

    `config` is the published one of the name unless it is given, `levers` are those of the device unless they are.
    Raises `BadCheckpoint` naming the first key that is missing, misshapen or unexpected, `ModelsMissing` for a name
    without a config, `BadRecipe` for a precision that there is not.
    """
    config = config or _published(name)
    device = torch.device(device)
    with hollow():  # weights that are replaced at once are not worth their random numbers
        model = ClipPerceptor(config, name, levers_for(device, precision) if levers is None else levers)
    give(model, name, tensors, device, dtype_of(precision))
    model.place_constants()
    return model


def _noise(deviation: float, *shape: int) -> nn.Parameter:
    return nn.Parameter(nn.init.normal_(torch.empty(shape), std=deviation))


def _published(name: str) -> ClipConfig:
    if name not in CONFIGS:
        raise ModelsMissing(f"no perceptor is called {name!r}, there are {', '.join(CONFIGS)}", name=name)
    return CONFIGS[name]

"""The transformer of both towers of CLIP (Radford et al. 2021, arXiv 2103.00020), with OpenAI's state-dict keys."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.gelu import quick_gelu
from generator.levers import PLAIN, Levers
from generator.linear import linear

HEAD_WIDTH: Final = 64  # every published CLIP has heads of this width


class Attention(nn.Module):
    """Multi-head self-attention with joined projections."""

    def __init__(self, width: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.normal_(self.in_proj_weight, std=width**-0.5)

    def forward(self, x: Tensor, causal: bool, first_only: bool = False) -> Tensor:
        """x [N,length,width] to the same; `first_only` to [N,1,width], what the first position sees."""
        width, onednn = x.shape[2], self.levers.onednn_linear
        if first_only:
            weights, biases = (part.split((width, 2 * width)) for part in (self.in_proj_weight, self.in_proj_bias))
            query = linear(x[:, :1], weights[0], biases[0], onednn)
            key, value = linear(x, weights[1], biases[1], onednn).chunk(2, 2)
        else:
            query, key, value = linear(x, self.in_proj_weight, self.in_proj_bias, onednn).chunk(3, 2)
        attend = functional.scaled_dot_product_attention if self.levers.fused_attention else _attend
        seen = attend(_heads(query), _heads(key), _heads(value), is_causal=causal).transpose(1, 2).flatten(2)
        return linear(seen, self.out_proj.weight, self.out_proj.bias, onednn)


def _heads(x: Tensor) -> Tensor:
    heads: Tensor = x.unflatten(2, (-1, HEAD_WIDTH))
    return heads.transpose(1, 2)


def _attend(query: Tensor, key: Tensor, value: Tensor, is_causal: bool) -> Tensor:
    scores = (query * HEAD_WIDTH**-0.5) @ key.transpose(-2, -1)
    if is_causal:
        later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(later, float("-inf"))
    seen: Tensor = scores.softmax(-1) @ value
    return seen


class Mlp(nn.Module):
    """Two linear layers, four times wider between."""

    def __init__(self, width: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        onednn = self.levers.onednn_linear
        inner = quick_gelu(linear(x, self.c_fc.weight, self.c_fc.bias, onednn), self.levers.hand_gelu)
        return linear(inner, self.c_proj.weight, self.c_proj.bias, onednn)


class Layer(nn.Module):
    """One transformer layer, normalization first."""

    def __init__(self, width: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.attn = Attention(width, levers)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = Mlp(width, levers)
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x: Tensor, causal: bool, first_only: bool = False) -> Tensor:
        """x [N,length,width] to the same; `first_only` to [N,1,width], the first position alone."""
        x = (x[:, :1] if first_only else x) + self.attn(self.ln_1(x), causal, first_only)
        inner: Tensor = self.mlp(self.ln_2(x))
        return x + inner


class Transformer(nn.Module):
    """Layers one after the other on x [N, length, width]; `causal` hides later positions from earlier ones."""

    def __init__(self, width: int, layers: int, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(Layer(width, levers) for _ in range(layers))

    def forward(self, x: Tensor, causal: bool = False, first_only: bool = False) -> Tensor:
        """`first_only` leaves out of the last layer what only other positions would get, and gives [N,1,width]."""
        last = len(self.resblocks) - 1
        for number, layer in enumerate(self.resblocks):
            x = layer(x, causal, first_only and number == last)
        return x

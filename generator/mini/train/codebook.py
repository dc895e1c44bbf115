"""The codebook during training: k-means start, moving averages, dead codes seeded anew (van den Oord et al. 2017,
arXiv 1711.00937, appendix A.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DECAY = 0.98
DEAD = 0.03  # vectors a step; a code below this is moved to where vectors are
KMEANS_ROUNDS = 12


class CodebookAverages(nn.Module):
    """Running count and sum of the vectors of each code; the code is their mean."""

    counts: Tensor
    sums: Tensor

    def __init__(self, codebook: nn.Parameter) -> None:
        super().__init__()
        self.codebook = codebook
        self.register_buffer("counts", torch.ones(len(codebook)))
        self.register_buffer("sums", codebook.detach().clone())

    @torch.no_grad()
    def start(self, vectors: Tensor, rng: torch.Generator) -> None:
        """Place the codes by k-means among the vectors [N, d]."""
        book = vectors[torch.randperm(len(vectors), generator=rng)[: len(self.codebook)]].clone()
        for _ in range(KMEANS_ROUNDS):
            counts, sums = self._assign(vectors, (book.square().sum(1) - 2 * vectors @ book.T).argmin(1))
            book = torch.where(counts[:, None] > 0, sums / counts.clamp_min(1)[:, None], book)
        self.codebook.copy_(book)
        self.counts.fill_(1)
        self.sums.copy_(book)

    @torch.no_grad()
    def update(self, vectors: Tensor, codes: Tensor, rng: torch.Generator) -> None:
        """Move the codes towards the vectors that chose them; a dead code jumps to a random vector."""
        counts, sums = self._assign(vectors, codes)
        self.counts.lerp_(counts, 1 - DECAY)
        self.sums.lerp_(sums, 1 - DECAY)
        dead = self.counts < DEAD
        if dead.any():
            chosen = torch.randint(0, len(vectors), (int(dead.sum()),), generator=rng)
            self.sums[dead] = vectors[chosen]
            self.counts[dead] = 1
        self.codebook.copy_(self.sums / self.counts[:, None].clamp_min(1e-4))

    def _assign(self, vectors: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        size = len(self.codebook)
        counts = torch.bincount(codes, minlength=size).float()
        return counts, torch.zeros(size, vectors.shape[1]).index_add_(0, codes, vectors)


def commitment(z: Tensor, codebook: Tensor, codes: Tensor) -> Tensor:
    """How far the encoder's vectors are from the codes they chose."""
    return F.mse_loss(z.float(), F.embedding(codes, codebook).permute(0, 3, 1, 2))

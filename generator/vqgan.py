"""VQGAN (Esser et al. 2021, arXiv 2012.09841) as taming-transformers builds it, with its state-dict keys.

A convolutional autoencoder whose middle is a grid of codes. Any of its f16 and f8 models can be loaded: the plan is
`VqganConfig`, the counterpart of taming's `ddconfig`. Weights are frozen: a dream moves z, not the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from generator.allocator import keep_memory, spare_memory
from generator.codes import Quantizer
from generator.convolution import convolve
from generator.hollow import hollow
from generator.layers import DownLevel, Middle, UpLevel, Upsample, blocks_of, group_norm
from generator.levers import PLAIN, Levers, levers_for
from generator.mini.vqgan import clamp_with_gradient
from generator.normalization import norm_silu
from generator.precision import dtype_of
from generator.strict import require_kinds, require_shapes, shapes_of

CODEBOOK = "quantize.embedding.weight"
BESIDE = "loss."  # what it was trained with: generator.discriminator takes its part of that


@dataclass(frozen=True, slots=True)
class VqganConfig:
    """The plan of a model, in taming's words; the defaults are f16 with 16,384 codes (`wikiart_16384` and others).

    `attn_resolutions` are sides of the feature map at which a picture of `resolution` pixels gets attention: they
    choose levels, whatever the size of the pictures later.
    """

    ch: int = 128
    ch_mult: tuple[int, ...] = (1, 1, 2, 2, 4)
    num_res_blocks: int = 2
    attn_resolutions: tuple[int, ...] = (16,)
    resolution: int = 256
    z_channels: int = 256
    in_channels: int = 3
    out_ch: int = 3
    embed_dim: int = 256
    n_embed: int = 16384

    @property
    def stride(self) -> int:
        """Pixels that a code stands for on each side."""
        return 1 << (len(self.ch_mult) - 1)

    def widths(self) -> tuple[int, ...]:
        """Channels of each level, the finest first."""
        return tuple(self.ch * factor for factor in self.ch_mult)

    def attends(self, level: int) -> bool:
        """Whether a level has attention."""
        return self.resolution // 2**level in self.attn_resolutions


class Encoder(nn.Module):
    """Pictures [B,3,H,W] in -1..1 to features [B,z_channels,H/f,W/f]."""

    def __init__(self, config: VqganConfig, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        widths = config.widths()
        before = (config.ch, *widths)
        self.conv_in = nn.Conv2d(config.in_channels, config.ch, 3, padding=1)
        self.down = nn.ModuleList(
            DownLevel(
                before[at], out, config.num_res_blocks, config.attends(at), last=at == len(widths) - 1, levers=levers
            )
            for at, out in enumerate(widths)
        )
        self.mid = Middle(widths[-1], levers)
        self.norm_out = group_norm(widths[-1])
        self.conv_out = nn.Conv2d(widths[-1], config.z_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        blocks = (*blocks_of(self.down), *self.mid.blocks())
        x = _through(blocks, self.conv_in(x))
        out: Tensor = self.conv_out(norm_silu(x, self.norm_out, self.levers.hand_norm))
        return out


class Decoder(nn.Module):
    """Features [B,z_channels,h,w] to pictures [B,3,h*f,w*f] around -1..1."""

    def __init__(self, config: VqganConfig, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.levers = levers
        widths = config.widths()
        before = (*widths[1:], widths[-1])
        depth = config.num_res_blocks + 1
        self.conv_in = nn.Conv2d(config.z_channels, widths[-1], 3, padding=1)
        self.mid = Middle(widths[-1], levers)
        self.up = nn.ModuleList(
            UpLevel(before[at], out, depth, config.attends(at), last=at == 0, levers=levers)
            for at, out in enumerate(widths)
        )
        self.norm_out = group_norm(widths[0])
        self.conv_out = nn.Conv2d(widths[0], config.out_ch, 3, padding=1)

    def forward(self, x: Tensor, frugal: bool = False) -> Tensor:
        x = convolve(x, self.conv_in, self.levers.lean_convolution)
        blocks = (*self.mid.blocks(), *blocks_of(reversed(self.up)))
        x = _through(blocks, x, frugal)
        return convolve(norm_silu(x, self.norm_out, self.levers.hand_norm), self.conv_out, self.levers.lean_convolution)


class VqganModel(nn.Module):
    """A `generator.models.Vqgan`: pictures are fp32 in 0..1 and z is fp32, whatever the precision inside."""

    def __init__(self, config: VqganConfig, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.config = config
        self.levers = levers
        self.encoder = Encoder(config, levers)
        self.decoder = Decoder(config, levers)
        self.quantize = Quantizer(config.n_embed, config.embed_dim, levers)
        self.quant_conv = nn.Conv2d(config.z_channels, config.embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(config.embed_dim, config.z_channels, 1)

    @property
    def stride(self) -> int:
        """Pixels that a code stands for on each side."""
        return self.config.stride

    @property
    def codebook(self) -> Tensor:
        """[n_embed, embed_dim]: the codes, fp32."""
        return self.quantize.embedding.weight

    def encode(self, images: Tensor) -> Tensor:
        """[B,3,H,W] in 0..1, sides multiples of `stride`, to z [B,embed_dim,H/f,W/f], before quantization."""
        z: Tensor = self.quant_conv(self.encoder(self._laid_out(images * 2 - 1)))
        return z.float()

    def decode(self, zq: Tensor, frugal: bool = False) -> Tensor:
        """[B,embed_dim,h,w] to pictures [B,3,H,W] in 0..1, clamped so that a saturated pixel can be pulled back.

        `frugal` keeps only what goes in between blocks, computes each block again on the way back, and lets freed
        memory go.
        """
        if self.levers.kept_memory:
            (spare_memory if frugal else keep_memory)()
        features = self.post_quant_conv(self._laid_out(zq))
        image: Tensor = self.decoder(features, frugal)
        return clamp_with_gradient((image.float() + 1) / 2)

    def codebook_range(self) -> tuple[Tensor, Tensor]:
        """(lowest, highest) value of each channel over all codes, each [1,embed_dim,1,1]: z is clamped to it."""
        return self.quantize.lowest, self.quantize.highest

    def settle(self, tensors: Mapping[str, Tensor]) -> None:
        """Derive what the levers want from the weights, which `tensors` holds at the precision they came in."""
        self.quantize.measure()
        if self.levers.folded_upsample:
            for name, module in self.decoder.named_modules(prefix="decoder"):
                if isinstance(module, Upsample):
                    module.fold(tensors[f"{name}.conv.weight"])
        if self.levers.kept_memory:
            keep_memory()  # the source is encoded before the first picture is decoded

    def _laid_out(self, x: Tensor) -> Tensor:
        x = x.to(self.quant_conv.weight.dtype)
        return x.contiguous(memory_format=torch.channels_last) if self.levers.channels_last else x


def build_vqgan(
    config: VqganConfig,
    tensors: Mapping[str, Tensor],
    device: torch.device | str,
    precision: str,
    levers: Levers | None = None,
) -> VqganModel:
    """The model of this plan with these weights, frozen, on a device; `levers` None takes those of the device.

    The codebook is fp32 at every precision, so that codes are exact. Raises `BadCheckpoint` naming the first key that
    is missing, misshapen or unexpected, `BadRecipe` for a precision that there is not.
    """
    chosen = levers_for(device, precision) if levers is None else levers
    dtype = dtype_of(precision)
    with hollow():  # weights that are replaced at once are not worth their random numbers
        model = VqganModel(config, chosen)
    found = {key: tensor for key, tensor in tensors.items() if not key.startswith(BESIDE)}
    require_shapes("the VQGAN", shapes_of(model.state_dict()), shapes_of(found))
    require_kinds("the VQGAN", model.state_dict(), found)
    wide = {key for key in found if key == CODEBOOK or (chosen.hand_norm and "norm" in key)}
    placed = {
        key: _place(tensor.detach(), torch.device(device), torch.float32 if key in wide else dtype, chosen)
        for key, tensor in found.items()
    }
    model.load_state_dict(placed, assign=True)
    model.requires_grad_(False).eval()
    model.settle(found)
    return model


def _place(tensor: Tensor, device: torch.device, dtype: torch.dtype, levers: Levers) -> Tensor:
    tensor = tensor.to(device=device, dtype=dtype)
    by_pixel = levers.channels_last and tensor.dim() == 4
    return tensor.contiguous(memory_format=torch.channels_last) if by_pixel else tensor


def _through(blocks: Iterable[nn.Module], x: Tensor, frugal: bool = False) -> Tensor:
    for block in blocks:
        x = checkpoint(block, x, use_reentrant=False) if frugal and x.requires_grad else block(x)
    return x

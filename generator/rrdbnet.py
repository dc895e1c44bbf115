"""RRDBNet, the network of ESRGAN (Wang et al. 2018, arXiv 1809.00219) and of Real-ESRGAN, with basicsr's keys.

Residual-in-residual dense blocks at the size of the picture, then two doublings: four times the side. Weights are
frozen and nothing is trained, so it computes without gradients. `generator.weights` brings all three namings that
were published (`model.1.sub.0.RDB1...`, `RRDB_trunk.0.RDB1...`, `body.0.rdb1...`) to the keys that are used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.allocator import keep_memory
from generator.hollow import hollow
from generator.levers import PLAIN, Levers, levers_for
from generator.precision import dtype_of
from generator.strict import Shape, bad_key, require_shapes, shapes_of

SCALE: Final = 4  # of every published ESRGAN that is loaded here
SLOPE: Final = 0.2  # of the leaky ReLU below zero
RESIDUAL: Final = 0.2  # share of a block's output that is added to its input
WHAT: Final = "an RRDBNet"
CHANNELS: Final = 3
REACH: Final = (
    2  # places of a feature map: three 3x3 convolutions at 4H, of them the first behind a doubling, one at 2H
)


@dataclass(frozen=True, slots=True)
class RrdbConfig:
    """The plan of a network; the defaults are those of ESRGAN x4 and of Real-ESRGAN x4plus."""

    blocks: int = 23
    width: int = 64
    growth: int = 32


class DenseBlock(nn.Module):
    """Five 3x3 convolutions, each of which sees all before it (Huang et al. 2017, 1608.06993), beside a shortcut."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, growth, 3, padding=1)
        self.conv2 = nn.Conv2d(width + growth, growth, 3, padding=1)
        self.conv3 = nn.Conv2d(width + 2 * growth, growth, 3, padding=1)
        self.conv4 = nn.Conv2d(width + 3 * growth, growth, 3, padding=1)
        self.conv5 = nn.Conv2d(width + 4 * growth, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        seen = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = torch.cat((seen, leaky(conv(seen))), 1)
        return torch.add(x, self.conv5(seen), alpha=RESIDUAL)


class Rrdb(nn.Module):
    """Three dense blocks beside a shortcut."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(width, growth)
        self.rdb2 = DenseBlock(width, growth)
        self.rdb3 = DenseBlock(width, growth)

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(x, self.rdb3(self.rdb2(self.rdb1(x))), alpha=RESIDUAL)


class RrdbNet(nn.Module):
    """Pictures [B,3,H,W] in fp32 around 0..1 to [B,3,4H,4W] in fp32, not clamped, whatever the precision inside."""

    def __init__(self, config: RrdbConfig, levers: Levers = PLAIN) -> None:
        super().__init__()
        self.config = config
        self.levers = levers
        width = config.width
        self.conv_first = nn.Conv2d(CHANNELS, width, 3, padding=1)
        self.body = nn.Sequential(*(Rrdb(width, config.growth) for _ in range(config.blocks)))
        self.conv_body = nn.Conv2d(width, width, 3, padding=1)
        self.conv_up1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv_up2 = nn.Conv2d(width, width, 3, padding=1)
        self.conv_hr = nn.Conv2d(width, width, 3, padding=1)
        self.conv_last = nn.Conv2d(width, CHANNELS, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        return self.reconstruct(self.extract(images))

    def extract(self, images: Tensor) -> Tensor:
        """[B,3,H,W] to features [B,width,H,W] at the size of the picture: nearly all of the work.

        They depend on hundreds of pixels around each place.
        """
        with torch.no_grad():
            first: Tensor = self.conv_first(self._laid_out(images))
            deep: Tensor = self.conv_body(self.body(first))
            return deep.add_(first)

    def reconstruct(self, features: Tensor) -> Tensor:
        """Features [B,width,H,W] to the picture [B,3,4H,4W]: most of the memory.

        Each pixel depends on features at most `REACH` places away.
        """
        with torch.no_grad():
            features = self._laid_out(features)
            for conv in (self.conv_up1, self.conv_up2):
                features = leaky(conv(F.interpolate(features, scale_factor=2.0, mode="nearest")))
            out: Tensor = self.conv_last(leaky(self.conv_hr(features)))
            return out.float()

    def _laid_out(self, x: Tensor) -> Tensor:
        x = x.to(self.conv_first.weight)  # its precision and its device
        return x.contiguous(memory_format=_format(self.levers))


def leaky(x: Tensor) -> Tensor:
    """The activation of every hidden layer, in place: `x` is the fresh output of a convolution."""
    return F.leaky_relu_(x, SLOPE)


def rrdb_config_of(shapes: Mapping[str, Shape]) -> RrdbConfig:
    """The plan of the network with these weights, read off their shapes, and all of them checked.

    Raises `BadCheckpoint` naming the first key that is missing, misshapen or unexpected; also for the networks that
    enlarge twice or not at all, whose first convolution takes 12 or 48 channels.
    """
    first, grow = (_convolution(shapes, key) for key in ("conv_first.weight", "body.0.rdb1.conv1.weight"))
    if first[1] != CHANNELS:
        rule = f"takes {first[1]} channels, it must be {CHANNELS}: only networks that enlarge {SCALE} times are loaded"
        raise bad_key(WHAT, "conv_first.weight", rule)
    config = RrdbConfig(blocks=_blocks(shapes), width=first[0], growth=grow[0])
    with hollow():
        require_shapes(WHAT, shapes_of(RrdbNet(config).state_dict()), shapes)
    return config


def build_rrdbnet(
    tensors: Mapping[str, Tensor], device: torch.device | str, precision: str, levers: Levers | None = None
) -> RrdbNet:
    """The network with these weights, frozen, on a device, computing in `precision`; `levers` None takes the device's.

    Raises `BadCheckpoint` naming the first key that is missing, misshapen or unexpected, `BadRecipe` for a precision
    that there is not.
    """
    dtype = dtype_of(precision)
    config = rrdb_config_of(shapes_of(tensors))
    chosen = levers_for(device, precision) if levers is None else levers
    with hollow():
        model = RrdbNet(config, chosen)
    placed = {key: _placed(tensor, device, dtype, chosen) for key, tensor in tensors.items()}
    model.load_state_dict(placed, strict=True, assign=True)
    model.requires_grad_(False).eval()
    if chosen.kept_memory:
        keep_memory()
    return model


def _placed(tensor: Tensor, device: torch.device | str, dtype: torch.dtype, levers: Levers) -> Tensor:
    layout = _format(levers) if tensor.ndim == 4 else torch.contiguous_format
    return tensor.detach().to(device=device, dtype=dtype).contiguous(memory_format=layout)


def _format(levers: Levers) -> torch.memory_format:
    return torch.channels_last if levers.channels_last else torch.contiguous_format


def _blocks(shapes: Mapping[str, Shape]) -> int:
    count = 0
    while f"body.{count}.rdb1.conv1.weight" in shapes:
        count += 1
    return count


def _convolution(shapes: Mapping[str, Shape], key: str) -> Shape:
    shape = shapes.get(key)
    if shape is None:
        raise bad_key(WHAT, key, "is missing")
    if len(shape) != 4 or min(shape) < 1:
        raise bad_key(WHAT, key, f"is {list(shape)}, it must be the weights of a convolution")
    return shape

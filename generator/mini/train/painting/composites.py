"""Views of drawings set into painted pictures: on scenes, marble, stages, in rooms; lit, shaded, painted over.

What works as it stands on a plain ground is not yet recognized in a picture: these views teach the image tower to
look for the thing and not at the ground. A scene alone stays scenery.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from generator.mini.train.item import Item
from generator.mini.train.painting.batches import Batches
from generator.mini.train.painting.figures import paint_people, paint_portrait
from generator.mini.train.painting.scenes import paint_scene
from generator.mini.train.pictures.render import SIZE

ZOOM = (0.45, 1.5)  # a drawing's side, of the view's
SCENE_ZOOM = (1.0, 1.8)  # a picture that fills its square must not lie on another like a stamp
UNCHANGED = 0.5  # share of the views that keep their colors
NEARLY_ALL = 0.9  # of the rim
NOTHING_LEFT = 0.95
SAME = 24  # colors nearer than this, of 255, are one ground
FULL = 0.999
GROUND_SHARES = (0.48, 0.16, 0.14, 0.08, 0.07, 0.07)  # scenes, marble, stage, room, clouds, blurred other pictures


@dataclass(frozen=True, slots=True)
class Extras:
    """Pictures painted for composing: items and RGBA [N, 4, 128, 128]; the scenes stand first."""

    items: tuple[Item, ...]
    images: NDArray[np.uint8]
    scenes: int


def paint_extras(seed: int, scenes: int = 900, portraits: int = 500, people: int = 400) -> Extras:
    """Paint scenes, and portraits and people without their grounds."""
    rng = np.random.default_rng(seed)
    painted = [paint_scene(rng, SIZE) for _ in range(scenes)]
    images = [_opaque(image) for _, image in painted]
    items = [item for item, _ in painted]
    for paint, count in ((paint_portrait, portraits), (paint_people, people)):
        for _ in range(count):
            item, rgba = _cut_out(paint, rng)
            items.append(item)
            images.append(rgba)
    return Extras(tuple(items), np.stack(images), scenes)


def _opaque(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    rgba = np.full((4, *image.shape[:2]), 255, np.uint8)
    rgba[:3] = (image * 255).astype(np.uint8).transpose(2, 0, 1)
    return rgba


def _cut_out(
    paint: Callable[..., tuple[Item, NDArray[np.float32]]], rng: np.random.Generator
) -> tuple[Item, NDArray[np.uint8]]:
    """The figure alone: painted on black and on white with the same choices, where they differ it is not covered."""
    again = copy.deepcopy(rng)
    item, on_black = paint(rng, SIZE, ground=0.0)
    _, on_white = paint(again, SIZE, ground=1.0)
    cover = 1 - (on_white - on_black).mean(2)
    colors = on_black / np.maximum(cover, 0.01)[..., None]
    rgba = np.concatenate([colors, cover[..., None]], 2).clip(0, 1)
    return item, np.ascontiguousarray((rgba * 255).astype(np.uint8).transpose(2, 0, 1))


def without_ground(rgba: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The cover [H, W] without a plain ground that a flood from the drawing's rim reaches; None if there is none."""
    rows, columns = (np.flatnonzero((rgba[3] > 200).any(axis)) for axis in (1, 0))
    if len(rows) < 8 or len(columns) < 8:
        return None
    top, bottom, left, right = rows[0] + 1, rows[-1], columns[0] + 1, columns[-1]
    inner = rgba[:, top:bottom, left:right].astype(np.int16)
    rim = np.concatenate([inner[:, 0], inner[:, -1], inner[:, :, 0], inner[:, :, -1]], 1)
    ground = np.median(rim[:3], axis=1)
    plain = (np.abs(rim[:3] - ground[:, None]).max(0) < SAME) & (rim[3] > 200)
    if plain.mean() < NEARLY_ALL:
        return None
    alike = np.abs(inner[:3] - ground[:, None, None]).max(0) < SAME
    reached = _flood(alike)
    if reached.mean() > NOTHING_LEFT:
        return None
    cover = np.zeros(rgba.shape[1:], np.uint8)
    cover[top:bottom, left:right] = np.where(reached, 0, rgba[3, top:bottom, left:right])
    return cover


def _flood(passable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reached = np.zeros_like(passable)
    reached[[0, -1]] = passable[[0, -1]]
    reached[:, [0, -1]] = passable[:, [0, -1]]
    before = -1
    while (count := int(reached.sum())) != before:
        before = count
        reached[1:] |= reached[:-1]
        reached[:-1] |= reached[1:]
        reached[:, 1:] |= reached[:, :-1]
        reached[:, :-1] |= reached[:, 1:]
        reached &= passable
    return reached


class Composites(Batches):
    """Draws composed views; numbers beyond the training pictures are those of the extras."""

    def __init__(self, images: NDArray[np.uint8], grounds: NDArray[np.intp], extras: Extras, seed: int) -> None:
        scenes = np.arange(len(images), len(images) + extras.scenes)
        super().__init__(images, np.concatenate([grounds, np.repeat(scenes, 3)]), seed)
        self.extras = extras.images
        self.covers: dict[int, NDArray[np.uint8] | None] = {}

    def compose(self, numbers: Tensor, side: int) -> Tensor:
        """Views [N, 3, side, side] of the pictures with these numbers, set into painted pictures."""
        rgba = self._foregrounds(numbers)
        filled = rgba[:, 3].mean((1, 2)) > FULL
        rgba[:, :3] = self._lit(rgba[:, :3]) * rgba[:, 3:]
        zooms = torch.where(filled[:, None], torch.tensor(SCENE_ZOOM), torch.tensor(ZOOM))
        views = F.grid_sample(rgba, self._grid(len(numbers), side, zooms), align_corners=False)
        cover = views[:, 3:]
        ground = self._shaded(self._ground(len(numbers), side), cover)
        # A scene that is turned shows its edge: what lies beyond it repeats the scene's own color, not another picture.
        ground = torch.where(filled.view(-1, 1, 1, 1), views[:, :3].mean((2, 3), keepdim=True), ground)
        views = self._brushed((views[:, :3] + ground * (1 - cover)).clamp(0, 1))
        painted = self._paint(views, rough=0.25)
        kept = self._uniform(0, 1, len(views), 1, 1, 1) < UNCHANGED
        return self._compressed(torch.where(kept, painted, self._recolor(painted)).clamp(0, 1))

    def _foregrounds(self, numbers: Tensor) -> Tensor:
        return torch.stack([self._foreground(number) for number in numbers.tolist()])

    def _foreground(self, number: int) -> Tensor:
        rgba = self._pixels(number)
        if number < len(self.images) and number not in self.covers:
            self.covers[number] = None if rgba[3].mean() > FULL * 255 else without_ground(rgba)
        cover = self.covers.get(number)
        return torch.from_numpy(rgba if cover is None else np.concatenate([rgba[:3], cover[None]])).float() / 255

    def _pixels(self, number: int) -> NDArray[np.uint8]:
        known = len(self.images)
        return np.array(self.images[number] if number < known else self.extras[number - known])

    def _read(self, numbers: Tensor) -> Tensor:
        return torch.from_numpy(np.stack([self._pixels(number) for number in numbers.tolist()])).float() / 255

    def _lit(self, colors: Tensor) -> Tensor:
        """Light from one side, stronger or weaker."""
        count = len(colors)
        corners = 1 + torch.randn(count, 3, 2, 2, generator=self.rng) * 0.05
        corners = corners + torch.randn(count, 1, 2, 2, generator=self.rng) * 0.18
        return colors * F.interpolate(corners, size=colors.shape[-1], mode="bilinear", align_corners=True)

    def _shaded(self, ground: Tensor, cover: Tensor) -> Tensor:
        """A soft halo or shadow around what stands on the ground."""
        count = len(ground)
        halo = F.avg_pool2d(F.avg_pool2d(cover, 9, 1, 4), 9, 1, 4)
        strength = self._uniform(-0.4, 0.6, count, 1, 1, 1) * (self._uniform(0, 1, count, 1, 1, 1) < 0.5)
        color = self._uniform(0.5, 1, count, 3, 1, 1) * (strength > 0)
        weight = (halo * strength.abs()).clamp(0, 1)
        return ground * (1 - weight) + color * weight

    def _ground(self, count: int, side: int) -> Tensor:
        kind = torch.multinomial(torch.tensor(GROUND_SHARES), count, replacement=True, generator=self.rng)
        painters = (self._scene, self._marble, self._stage, self._room, super()._ground, self._blurred)
        ground = torch.empty(count, 3, side, side)
        for number, paint in enumerate(painters):
            chosen = (kind == number).nonzero().flatten()
            if len(chosen):
                ground[chosen] = paint(len(chosen), side)
        return ground.clamp(0, 1)

    def _scene(self, count: int, side: int) -> Tensor:
        chosen = torch.randint(0, len(self.grounds), (count,), generator=self.rng)
        pictures = self._read(torch.from_numpy(self.grounds[chosen.numpy()]))[:, :3]
        grid = self._grid(count, side, torch.tensor(SCENE_ZOOM).expand(count, 2))
        return F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)

    def _smooth(self, count: int, channels: int, cells: int, side: int) -> Tensor:
        coarse = torch.randn(count, channels, cells, cells, generator=self.rng)
        return F.interpolate(coarse, size=side, mode="bicubic", align_corners=True)

    def _marble(self, count: int, side: int) -> Tensor:
        field = self._smooth(count, 1, 4, side) + 0.3 * self._smooth(count, 1, 8, side)
        waves = (field * self._uniform(2, 6, count, 1, 1, 1)).sin()
        fine = (self._smooth(count, 1, 6, side) * self._uniform(3, 8, count, 1, 1, 1)).sin().clamp_min(0)
        first, second, third = (self._uniform(0.05, 0.95, count, 3, 1, 1) for _ in range(3))
        mixed = first + (second - first) * (waves + 1) / 2
        return mixed * (1 - 0.6 * fine) + third * 0.6 * fine

    def _places(self, side: int) -> tuple[Tensor, Tensor]:
        line = torch.linspace(0, 1, side)
        return line.view(1, 1, side, 1), line.view(1, 1, 1, side)

    def _stage(self, count: int, side: int) -> Tensor:
        """Dark grounds with beams from above, a lit floor and specks of light."""
        y, x = self._places(side)
        color = self._uniform(0.03, 0.35, count, 3, 1, 1)
        ground = color * (1.2 - 0.6 * y) + 0 * x
        light = self._uniform(0.3, 1, count, 3, 1, 1)
        for _ in range(3):
            start, end = (self._uniform(0, 1, count, 1, 1, 1) for _ in range(2))
            wide = self._uniform(0.03, 0.1, count, 1, 1, 1) * (0.4 + y)
            beam = (-((x - start - (end - start) * y) / wide).square()).exp() * (1 - 0.8 * y)
            ground = ground + beam * light * self._uniform(0, 0.5, count, 1, 1, 1)
        floor, middle = self._uniform(0.75, 1.0, count, 1, 1, 1), self._uniform(0.3, 0.7, count, 1, 1, 1)
        pool = (-((x - middle) / 0.4).square() - ((y - floor) / 0.1).square()).exp()
        ground = ground + pool * light * self._uniform(0, 0.4, count, 1, 1, 1)
        for _ in range(6):
            middle, level = (self._uniform(0, 1, count, 1, 1, 1) for _ in range(2))
            away = (x - middle).square() + (y - level).square()
            ground = ground + (-away / self._uniform(0.0002, 0.003, count, 1, 1, 1)).exp() * light * 0.3
        return ground

    def _room(self, count: int, side: int) -> Tensor:
        """A wall and a floor or table, with a spot of light."""
        y, x = self._places(side)
        wall, floor = self._uniform(0.2, 0.9, count, 3, 1, 1), self._uniform(0.1, 0.7, count, 3, 1, 1)
        edge = ((y - self._uniform(0.6, 0.9, count, 1, 1, 1)) * 40).sigmoid()
        ground = wall * (1 - edge) + floor * edge
        middle, level = self._uniform(0.2, 0.8, count, 1, 1, 1), self._uniform(0.2, 0.6, count, 1, 1, 1)
        away = (x - middle).square() + (y - level).square()
        light = 0.6 + 0.7 * (-away * self._uniform(1, 5, count, 1, 1, 1)).exp()
        return ground * light + 0.03 * self._smooth(count, 1, 9, side)

    def _blurred(self, count: int, side: int) -> Tensor:
        chosen = torch.randint(0, len(self.images), (count,), generator=self.rng)
        rgba = self._read(chosen)
        colors = rgba[:, :3] * rgba[:, 3:] + self._uniform(0, 1, count, 3, 1, 1) * (1 - rgba[:, 3:])
        small = F.interpolate(colors, size=7, mode="area")
        return F.interpolate(small, size=side, mode="bicubic", align_corners=True)

    def _brushed(self, views: Tensor) -> Tensor:
        """Over some views, strokes that keep edges (a bilateral filter of 5x5 pixels)."""
        chosen = (self._uniform(0, 1, len(views)) < 0.4).nonzero().flatten()
        if not len(chosen):
            return views
        picked = views[chosen]
        padded = F.pad(picked, (2, 2, 2, 2), mode="reflect")
        side = views.shape[-1]
        total, weights = torch.zeros_like(picked), torch.zeros_like(picked[:, :1])
        width = self._uniform(0.08, 0.25, len(chosen), 1, 1, 1)
        for down in range(5):
            for across in range(5):
                moved = padded[:, :, down : down + side, across : across + side]
                weight = (-((moved - picked).square().sum(1, keepdim=True)) / width.square()).exp()
                total, weights = total + moved * weight, weights + weight
        views[chosen] = total / weights
        return views

    def _compressed(self, views: Tensor) -> Tensor:
        """Through JPEG with a few of them."""
        for place in (self._uniform(0, 1, len(views)) < 0.15).nonzero().flatten().tolist():
            quality = int(torch.randint(25, 90, (1,), generator=self.rng))
            pixels = (views[place] * 255).byte().permute(1, 2, 0).numpy()
            stream = BytesIO()
            Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
            views[place] = torch.from_numpy(np.array(Image.open(stream))).permute(2, 0, 1).float() / 255
        return views

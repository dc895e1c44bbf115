"""The kinds of sculpted things: how each grows, its size beside others, its colors, and where it is seen from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from generator.mini.train.sculpture import food, music, tools, vehicles
from generator.mini.train.sculpture import household as house
from generator.mini.train.sculpture import tableware as ware
from generator.mini.train.sculpture.clay import Clay
from generator.mini.train.sculpture.fruit import FRUIT, fruit
from generator.mini.train.sculpture.matter import tinted
from generator.mini.train.sculpture.solids import Color

COLORS: dict[str, Color] = {
    "red": (0.68, 0.13, 0.1),
    "blue": (0.15, 0.28, 0.6),
    "green": (0.16, 0.4, 0.2),
    "white": (0.88, 0.86, 0.82),
    "black": (0.1, 0.1, 0.11),
    "brown": (0.42, 0.25, 0.13),
    "yellow": (0.88, 0.7, 0.15),
    "gray": (0.5, 0.5, 0.5),
    "golden": (0.8, 0.58, 0.2),
    "terracotta": (0.72, 0.38, 0.22),
    "wooden": (0.55, 0.34, 0.17),
    "silver": (0.68, 0.7, 0.73),
    "pink": (0.88, 0.55, 0.6),
    "turquoise": (0.2, 0.6, 0.6),
    "purple": (0.4, 0.18, 0.45),
    "orange": (0.88, 0.45, 0.12),
}
MANY = (
    "red",
    "blue",
    "green",
    "white",
    "black",
    "brown",
    "yellow",
    "gray",
    "terracotta",
    "pink",
    "turquoise",
    "purple",
)
WOODS, LEATHERS = ("wooden", "brown", "black", "red"), ("brown", "black", "red", "green", "blue")
METALS = ("silver", "golden", "gray", "black")
Grow = Callable[[Clay, np.random.Generator, Color], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`size`: its units as parts of a still life's (0: never on a table); `yaw` and `roll`: how far it turns."""

    grow: Grow
    colors: tuple[str, ...]
    size: float = 0.0
    also: str = ""  # a wider word
    yaw: float = 3.1
    pitch: tuple[float, float] = (0.05, 0.5)
    roll: float = 0.03
    often: float = 1.0


def _fruit(kind: str) -> Grow:
    return lambda clay, rng, _color: fruit(clay, rng, kind)


_tool = partial(Kind, also="tool", yaw=0.5, pitch=(-0.3, 0.3), roll=2.5)
_music = partial(Kind, also="musical instrument", yaw=0.5, pitch=(-0.1, 0.3), roll=0.5, often=1.5)
_ride = partial(Kind, also="vehicle", yaw=0.6, pitch=(0.05, 0.35))
_seat = partial(Kind, also="piece of furniture", yaw=0.8, pitch=(0.15, 0.5))
KINDS: dict[str, Kind] = {
    "vase": Kind(ware.vase, MANY, 0.46, "pot", often=2),
    "bottle": Kind(ware.bottle, ("green", "brown", "black", "blue", "white"), 0.52, "container", often=2),
    "jug": Kind(ware.jug, MANY, 0.42, "pitcher", yaw=0.7, often=2),
    "cup": Kind(ware.cup, MANY, 0.24, "mug", yaw=0.7),
    "glass of wine": Kind(ware.wineglass, ("red", "golden", "pink"), 0.34, "drink", pitch=(0.05, 0.3)),
    "teapot": Kind(ware.teapot, MANY, 0.38, "pot", yaw=0.6),
    "kettle": Kind(ware.kettle, (*METALS, "red", "blue"), 0.4, "pot", yaw=0.6),
    "cooking pot": Kind(ware.pot, (*METALS, "red", "blue"), 0.42, "pot", yaw=0.6),
    "bowl of fruit": Kind(food.fruit_bowl, ("white", "blue", "wooden", "terracotta", "silver"), 0.5, "bowl", often=3),
    "plate with food": Kind(food.plate, ("white", "blue", "gray", "terracotta"), 0.42, "dish", pitch=(0.5, 0.9)),
    "loaf of bread": Kind(food.bread, ("golden",), 0.4, "food", yaw=0.7),
    "cake": Kind(food.cake, ("pink", "white", "brown", "yellow"), 0.36, "food"),
    "vase of flowers": Kind(food.flowers, MANY, 0.55, "bouquet", yaw=0.4, pitch=(0.05, 0.3), often=3),
    "candle": Kind(food.candle, ("golden",), 0.44, "light"),
    **{
        name: Kind(
            _fruit(name),
            ("ripe",),
            0.17 if name in ("apple", "orange", "peach", "lemon", "plum") else 0.26,
            "fruit",
            yaw=0.5,
            pitch=(0.1, 0.5),
            often=0.6,
        )
        for name in FRUIT
    },
    "stack of books": Kind(house.books, LEATHERS, 0.36, "pile of books", yaw=0.6, pitch=(0.15, 0.5)),
    "open book": Kind(house.open_book, LEATHERS, 0.42, "book", yaw=0.4, pitch=(0.7, 1.3)),
    "lamp": Kind(house.lamp, MANY, 0.5, "light"),
    "clock": Kind(house.clock, (*METALS, *WOODS), 0.32, "watch", yaw=0.5, pitch=(-0.1, 0.25)),
    "chair": _seat(house.chair, (*WOODS, "white", "blue", "yellow"), often=2),
    "table": _seat(house.table, (*WOODS, "white"), often=2),
    "armchair": _seat(house.armchair, MANY),
    "stool": _seat(house.stool, (*WOODS, "white")),
    "umbrella": Kind(tools.umbrella, MANY, also="parasol", pitch=(-0.1, 0.5), roll=0.4),
    "hat": Kind(tools.hat, MANY, 0.34, "piece of clothing", pitch=(0.1, 0.5), roll=0.15),
    "boot": Kind(tools.boot, LEATHERS, 0.3, "shoe", yaw=0.5, pitch=(0.0, 0.4)),
    "bag": Kind(tools.bag, (*LEATHERS, "yellow", "pink"), 0.34, "handbag", yaw=0.5),
    "basket": Kind(tools.basket, ("golden",), 0.42, "container", yaw=0.5, pitch=(0.1, 0.5)),
    "globe": Kind(house.globe, ("blue",), 0.46, "map of the world", yaw=0.5),
    "telescope": Kind(tools.telescope, (*METALS, "wooden"), 0.0, "instrument", yaw=0.4),
    "key": _tool(tools.key, METALS),
    "hammer": _tool(tools.hammer, ("gray",)),
    "axe": _tool(tools.axe, ("gray",)),
    "knife": _tool(tools.knife, ("gray",)),
    "pair of scissors": _tool(tools.scissors, ("red", "black", "blue", "yellow")),
    "sword": _tool(tools.sword, LEATHERS, also="weapon"),
    "gun": _tool(tools.gun, ("gray",), also="weapon", roll=0.4),
    "violin": _music(music.violin, ("wooden", "orange", "brown"), 0.5, roll=0.8),
    "cello": _music(music.violin, ("wooden", "orange", "brown"), roll=0.4, often=0.7),
    "guitar": _music(music.guitar, ("wooden", "golden", "orange", "red", "black"), roll=0.8),
    "lute": _music(music.lute, ("wooden", "golden", "orange"), 0.5, roll=0.8),
    "drum": _music(music.drum, ("red", "blue", "green", "wooden"), roll=0.1, pitch=(0.2, 0.6)),
    "trumpet": _music(music.trumpet, ("golden", "silver"), 0.4),
    "horn": _music(music.horn, ("golden", "silver")),
    "car": _ride(vehicles.car, MANY, often=2),
    "cart": _ride(vehicles.cart, WOODS),
    "bicycle": _ride(vehicles.bicycle, MANY, yaw=0.5),
    "boat": _ride(vehicles.boat, (*MANY, *WOODS), also="sailing boat", often=1.5),
    "ship": _ride(vehicles.ship, WOODS, also="sailing ship", pitch=(0.0, 0.25), often=1.5),
    "train": _ride(vehicles.train, ("black", "green", "red", "blue"), also="locomotive"),
    "airplane": _ride(
        vehicles.airplane, ("white", "silver", "red", "yellow", "blue"), yaw=1.2, pitch=(0.2, 0.7), roll=0.3
    ),
}


def some_color(rng: np.random.Generator, kind: Kind) -> tuple[str, Color]:
    """One of the kind's colors with its name, a little off."""
    name = str(rng.choice(kind.colors))
    return name, tinted(rng, COLORS.get(name, (0.5, 0.5, 0.5)), 0.025)

"""The works of the bundled gallery, read from `works.toml`: sixty, in five categories and three currencies, nine traps.

How prices and likes were chosen. The policy `report` works per currency: it drops the lowest and the highest 5 % by
price, keeps what lies at or above the 75th percentile by price and, where likes are given, at or above their median.
Each currency therefore has four steps, from the top: one work that trimming takes away; the firm choice; works beside
the threshold, few of them liked; all others. So the choice stays the same whether limits are strict or not, and
whether works that are flagged or animated are taken out before or after the percentiles:

    ETH, 26 works    trimmed above     Rocket (the absurd price), Fifties Jukebox
                     firm choice       Tiger, Blue Girl, Alpenglow; traps: broken file, rights denied
                     at the threshold  picture that is HTML, animation
    XTZ, 20 works    trimmed above     Bach Cartoon Bust
                     firm choice       Emperor Penguin (no likes), Ballerina, Northern Lights; trap: text poster
                     at the threshold  flagged not safe for work
    HIVE, 14 works   trimmed above     Man Face
                     firm choice       Gramophone, Yoga; trap: near-duplicate of the tiger

Of the twelve firm ones four are traps and eight are made: two animals, one face, two people, one object, two
sceneries. The picture that is HTML is chosen too where the limits are taken as the report took them.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter

OWN = "nftd procedural"
TABLE = Path(__file__).with_name("works.toml")


@dataclass(frozen=True, slots=True)
class Piece:
    """One cut-out in a scene: where it stands (`x`, `foot`), how tall it is, all as fractions of the canvas.

    `shadow`: ground, mirror, drop, halo or none; `turn` in degrees; `light` tints the piece.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    source: str
    x: float = 0.5
    foot: float = 0.92
    height: float = 0.7
    shadow: str = "ground"
    flip: bool = False
    turn: float = 0.0
    light: str = "#ffffff"


@dataclass(frozen=True, slots=True)
class Work:
    """One work: how its picture is made, and what its page says; its creator is the first piece's contributor."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    slug: str
    title: str
    category: str
    series: str
    scene: str
    price: str
    currency: str
    year: int
    likes: int | None = None
    pieces: tuple[Piece, ...] = ()
    license: str = "CC0-1.0"
    editions: int = 1
    size: tuple[int, int] = (576, 576)
    format: str = "jpg"
    trap: str | None = None
    nsfw: bool = False
    detail: float = 0.55
    seed: int = 1


@cache
def all_works() -> tuple[Work, ...]:
    """The whole table, in its own order; pydantic's ValidationError names what does not fit."""
    table = tomllib.loads(TABLE.read_text("utf-8"))["work"]
    return TypeAdapter(tuple[Work, ...]).validate_python(table)

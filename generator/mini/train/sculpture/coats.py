"""The kinds of animals on four legs: measures, coats, and words."""

from __future__ import annotations

from generator.mini.train.sculpture.beasts import Beast
from generator.mini.train.sculpture.muzzles import Coat, Head
from generator.mini.train.sculpture.skeletons import DARK, WHITE
from generator.mini.train.sculpture.solids import Color

BROWN: Color = (0.5, 0.32, 0.18)
TAN: Color = (0.76, 0.58, 0.38)
GRAY: Color = (0.52, 0.52, 0.53)
ORANGE: Color = (0.87, 0.48, 0.16)
GOLD: Color = (0.82, 0.6, 0.3)
PINK: Color = (0.93, 0.66, 0.64)
BLACK: Color = (0.13, 0.12, 0.12)
CREAM: Color = (0.9, 0.83, 0.7)
UMBER: Color = (0.3, 0.19, 0.11)
YELLOW: Color = (0.9, 0.75, 0.2)
GREEN: Color = (0.5, 0.75, 0.3)


def plain(word: str, color: Color) -> Coat:
    """A coat of one color, a little lighter below."""
    light = (min(color[0] * 1.15, 1), min(color[1] * 1.15, 1), min(color[2] * 1.15, 1))
    return Coat(word, color, light, color, color, color, light)


FUR = [plain("brown", BROWN), plain("black", BLACK), plain("white", WHITE), plain("gray", GRAY), plain("golden", GOLD),
       Coat("brown and white", BROWN, WHITE, WHITE, WHITE, WHITE, WHITE),
       Coat("black and white", BLACK, WHITE, WHITE, WHITE, BLACK, WHITE),
       Coat("black and tan", BLACK, TAN, TAN, TAN, BLACK, TAN)]  # fmt: skip
CATS = [Coat("orange", ORANGE, CREAM, ORANGE, CREAM, ORANGE, CREAM, PINK, (0.68, 0.33, 0.08), "stripes", GREEN),
        Coat("gray", GRAY, (0.7, 0.7, 0.7), GRAY, WHITE, GRAY, WHITE, PINK, (0.3, 0.3, 0.31), "stripes", GREEN),
        Coat("black", BLACK, BLACK, BLACK, BLACK, BLACK, BLACK, DARK, DARK, "", YELLOW),
        Coat("white", WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, PINK, DARK, "", (0.3, 0.5, 0.8)),
        Coat("black and white", BLACK, WHITE, BLACK, WHITE, BLACK, WHITE, PINK, DARK, "", GREEN)]  # fmt: skip
HORSES = [Coat("brown", BROWN, BROWN, BROWN, BLACK, BLACK, UMBER, DARK, BLACK),
          Coat("chestnut", (0.6, 0.3, 0.14), (0.6, 0.3, 0.14), BROWN, BLACK, BROWN, BROWN, DARK, (0.4, 0.18, 0.08)),
          Coat("black", BLACK, BLACK, BLACK, BLACK, BLACK, BLACK, DARK, DARK),
          Coat("white", WHITE, WHITE, WHITE, GRAY, WHITE, (0.75, 0.7, 0.68), DARK, (0.8, 0.8, 0.78)),
          Coat("golden", GOLD, GOLD, GOLD, BLACK, CREAM, GOLD, DARK, CREAM)]  # fmt: skip
COWS = [Coat("black and white", WHITE, WHITE, WHITE, BLACK, BLACK, PINK, DARK, BLACK, "patches"),
        Coat("brown and white", WHITE, WHITE, WHITE, BLACK, BROWN, PINK, DARK, BROWN, "patches"),
        Coat("brown", BROWN, BROWN, BROWN, BLACK, UMBER, CREAM, DARK)]  # fmt: skip
SHEEP = [Coat("white", CREAM, CREAM, WHITE, BLACK, CREAM, WHITE, DARK, CREAM, "wool"),
         Coat("black-faced", WHITE, WHITE, BLACK, BLACK, WHITE, BLACK, DARK, WHITE, "wool", WHITE)]  # fmt: skip
TIGER = Coat("striped", ORANGE, CREAM, ORANGE, CREAM, BLACK, WHITE, PINK, BLACK, "stripes", YELLOW)
ZEBRA = Coat("striped", WHITE, WHITE, WHITE, BLACK, BLACK, BLACK, DARK, BLACK, "stripes")
PANDA = Coat("black and white", WHITE, WHITE, BLACK, BLACK, BLACK, WHITE)
LEOPARD = Coat("spotted", GOLD, CREAM, GOLD, GOLD, BLACK, CREAM, PINK, UMBER, "spots", YELLOW)
GIRAFFE = Coat("spotted", (0.9, 0.73, 0.45), CREAM, CREAM, BLACK, BLACK, CREAM, DARK, (0.55, 0.3, 0.12), "spots")
FAWN = Coat("spotted", TAN, CREAM, TAN, BLACK, WHITE, CREAM, DARK, WHITE, "spots")
REDFOX = Coat("red", (0.83, 0.4, 0.13), WHITE, UMBER, BLACK, WHITE, WHITE)
DEER = Coat("brown", (0.6, 0.4, 0.23), CREAM, BROWN, BLACK, WHITE, UMBER)
LION = Coat("golden", GOLD, CREAM, GOLD, GOLD, UMBER, CREAM, UMBER, (0.45, 0.25, 0.1), "", YELLOW)
_cat, _dog = Head((0.5, 0.6, 0.42), ("point", 0.85)), Head((1.25, 0.68, 0.46), ("flop", 0.8))
_big_cat, _horse = Head((0.85, 0.7, 0.55), ("round", 0.38)), Head((2.2, 0.86, 0.56), ("point", 0.6), "mane")

# Each kind: measures, coats, and names from the plainest to the widest.
BEASTS: dict[str, tuple[Beast, list[Coat], tuple[str, ...]]] = {
    "dog": (Beast(0.25, 0.2, 0.7, 0.075, 0.38, 50, 0.16, 0.22, _dog, ("up", 0.55), "swil"), FUR,
            ("dog", "puppy", "pet")),
    "wolf": (Beast(0.25, 0.2, 0.72, 0.07, 0.4, 40, 0.18, 0.21, Head((1.4, 0.68, 0.35), ("point", 0.7)),
             ("bushy", 0.65), "swi"), [Coat("gray", GRAY, WHITE, GRAY, GRAY, BLACK, WHITE), plain("black", BLACK)],
             ("wolf", "wild animal")),
    "cat": (Beast(0.22, 0.21, 0.55, 0.065, 0.24, 48, 0.14, 0.23, _cat, ("up", 0.75), "swiil"), CATS,
            ("cat", "kitten", "pet")),
    "horse": (Beast(0.29, 0.28, 0.98, 0.075, 0.68, 50, 0.18, 0.17, _horse, ("hair", 0.7), "swwg"), HORSES,
              ("horse", "farm animal")),
    "zebra": (Beast(0.29, 0.28, 0.88, 0.075, 0.58, 50, 0.18, 0.17, _horse, ("tuft", 0.55), "swg"), [ZEBRA],
              ("zebra", "wild animal")),
    "cow": (Beast(0.36, 0.33, 0.75, 0.09, 0.38, 22, 0.22, 0.2, Head((1.5, 0.85, 0.7), ("side", 0.7), "horns"),
            ("tuft", 0.6), "swlg"), COWS, ("cow", "farm animal")),
    "sheep": (Beast(0.36, 0.36, 0.6, 0.06, 0.3, 35, 0.22, 0.17, Head((1.15, 0.75, 0.55), ("side", 0.7)), ("ball", 0.12),
              "swlg", 0.8), SHEEP, ("sheep", "farm animal")),
    "goat": (Beast(0.28, 0.27, 0.65, 0.06, 0.4, 45, 0.15, 0.16, Head((1.3, 0.7, 0.45), ("side", 0.8), "goat"),
             ("ball", 0.08), "swg", 0.85), [*FUR[:6]], ("goat", "farm animal")),
    "pig": (Beast(0.37, 0.36, 0.52, 0.085, 0.2, 12, 0.28, 0.26, Head((0.95, 0.68, 0.5), ("point", 0.4)), ("up", 0.2),
            "swl"), [Coat("pink", PINK, PINK, PINK, (0.5, 0.35, 0.35), PINK, PINK, (0.85, 0.5, 0.5)),
                     Coat("spotted", PINK, PINK, PINK, BLACK, PINK, PINK, (0.85, 0.5, 0.5), BLACK, "patches")],
            ("pig", "farm animal")),
    "deer": (Beast(0.24, 0.22, 0.92, 0.048, 0.55, 58, 0.11, 0.15, Head((1.55, 0.72, 0.4), ("side", 0.9), "antlers"),
             ("ball", 0.08), "swlg"), [DEER], ("deer", "stag", "wild animal")),
    "fawn": (Beast(0.21, 0.2, 0.8, 0.045, 0.45, 60, 0.1, 0.16, Head((1.2, 0.7, 0.38), ("side", 1.0)), ("ball", 0.08),
             "swl", 0.8), [FAWN, DEER], ("young deer", "deer", "wild animal")),
    "lion": (Beast(0.28, 0.23, 0.66, 0.09, 0.32, 35, 0.2, 0.22, Head((0.85, 0.7, 0.55), ("round", 0.38), "lion"),
             ("tuft", 0.7), "swil"), [LION], ("lion", "big cat", "wild animal")),
    "tiger": (Beast(0.27, 0.24, 0.64, 0.09, 0.3, 30, 0.2, 0.22, _big_cat, ("up", 0.6), "swil"), [TIGER],
              ("tiger", "big cat", "wild animal")),
    "leopard": (Beast(0.23, 0.2, 0.6, 0.075, 0.3, 30, 0.16, 0.2, _big_cat, ("up", 0.7), "swil"), [LEOPARD],
                ("leopard", "big cat", "wild animal")),
    "bear": (Beast(0.39, 0.41, 0.62, 0.13, 0.32, 25, 0.27, 0.25, Head((0.95, 0.62, 0.42), ("round", 0.4)),
             ("ball", 0.09),
             "swi"), [plain("brown", BROWN), plain("black", BLACK), plain("white", WHITE)], ("bear", "wild animal")),
    "panda": (Beast(0.38, 0.4, 0.55, 0.13, 0.28, 35, 0.24, 0.29, Head((0.6, 0.6, 0.42), ("round", 0.42), "panda"),
              ("ball", 0.09), "swii", 0.85), [PANDA], ("panda", "bear", "wild animal")),
    "elephant": (Beast(0.46, 0.43, 0.85, 0.15, 0.3, 22, 0.3, 0.33, Head((0.3, 0.6, 0.4), ("huge", 0.55), "trunk"),
                 ("tuft", 0.5), "sw"), [plain("gray", GRAY), plain("gray", (0.42, 0.39, 0.38))],
                 ("elephant", "wild animal")),
    "giraffe": (Beast(0.3, 0.24, 1.25, 0.065, 1.35, 64, 0.13, 0.15, Head((1.7, 0.75, 0.5), ("side", 0.7), "knobs"),
                ("tuft", 0.6), "sw", 0.75), [GIRAFFE], ("giraffe", "wild animal")),
    "rabbit": (Beast(0.2, 0.28, 0.34, 0.07, 0.18, 45, 0.15, 0.2, Head((0.45, 0.62, 0.42), ("long", 1.9)),
               ("ball", 0.11),
               "iil", 0.48), [plain("white", WHITE), plain("brown", BROWN), plain("gray", GRAY), FUR[5]],
               ("rabbit", "bunny", "pet")),
    "mouse": (Beast(0.2, 0.27, 0.24, 0.04, 0.12, 25, 0.15, 0.18, Head((1.1, 0.75, 0.2), ("round", 0.62)), ("thin", 0.9),
              "sil", 0.48), [plain("gray", GRAY), plain("brown", BROWN), plain("white", WHITE)],
              ("mouse", "rodent", "small animal")),
    "fox": (Beast(0.2, 0.17, 0.52, 0.05, 0.3, 45, 0.13, 0.19, Head((1.35, 0.7, 0.24), ("point", 0.9)), ("bushy", 0.75),
            "swil"), [REDFOX], ("fox", "wild animal")),
}  # fmt: skip

"""How figures look: one style, colors that stand on light and dark ground, and two files a figure.

The SVG adapts to the reader's color scheme by itself, in the page and alone; the PNG is for documents, on white.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from scrapers.text import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 4.6, 3.1  # inches: where a phone shows this width at 326 pixels, type of 10.5 points has 10 of them
INK, FAINT, GRID, PAPER = "#24292f", "#5b646e", "#e1e5e9", "#ffffff"
DARK: Final[Mapping[str, str]] = {INK: "#e6e9ed", FAINT: "#a3acb6", GRID: "#323942", PAPER: "#171b21"}
# At least 3 to 1 against both grounds, and told apart by readers who see few colors (after Okabe and Ito, 2008).
PALETTE: Final = ("#2f7fc1", "#d9772b", "#2b9a74", "#b0629f", "#a58a1f", "#c1504f", "#5c8f2e", "#7a7fd1")
MUTED: Final = "#8b949e"
_STYLE: Final[Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": FAINT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "figure.facecolor": PAPER,
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "grid.color": GRID,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "patch.edgecolor": PAPER,
    "svg.fonttype": "none",  # words stay words: they can be searched and read aloud
    "svg.hashsalt": "nftd",  # the same data gives the same file
    "text.color": INK,
    "text.parse_math": False,  # a title with two dollar signs is a title
    "xtick.color": FAINT,
    "ytick.color": FAINT,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure: its number in file names, what it is called, what it shows in words for who cannot see it."""

    number: str
    title: str
    alt: str
    words: tuple[str, ...]
    svg: bytes
    png: bytes

    @property
    def files(self) -> dict[str, bytes]:
        return {f"figure-{self.number}.svg": self.svg, f"figure-{self.number}.png": self.png}


def draw(
    number: str,
    title: str,
    alt: str,
    words: Sequence[str],
    paint: Callable[[Figure], None] | None,
    size: tuple[float, float] = (WIDTH, HEIGHT),
) -> Drawn:
    """Let `paint` fill a figure; without it, the figure says that there is nothing to show."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # fonts that lack a sign are no news to our readers
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure = Figure(figsize=size if paint else (WIDTH, 1.2), layout="constrained")
        (paint or _nothing)(figure)
        return Drawn(number, title, alt if paint else f"{title}: nothing to show yet", tuple(words), *_files(figure))


def _nothing(figure: Figure) -> None:
    figure.text(0.5, 0.5, "nothing to show yet", ha="center", va="center", color=FAINT)


def _files(figure: Figure) -> tuple[bytes, bytes]:
    svg, png = BytesIO(), BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(png, format="png", dpi=144, metadata={"Software": None})
    return _adapting(svg.getvalue()), png.getvalue()


def _adapting(svg: bytes) -> bytes:
    """Give a figure its dark colors: they outweigh the light ones where the reader prefers dark."""
    rules = "".join(
        f'[style*="{what}: {light}"]{{{what}:{dark}!important}}'
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"
    head, tag, rest = svg.partition(b"<defs>")
    return head + style.encode() + tag + rest


def seaborn() -> Any:
    """The library, loaded when something is drawn; it tells no types."""
    import seaborn as library  # type: ignore[import-untyped]

    return library


def legend_above(axis: Axes) -> None:
    """Move a legend that seaborn made out of the way of what is drawn."""
    if axis.get_legend():
        place: dict[str, Any] = {"bbox_to_anchor": (-0.02, 0.98), "ncols": 3, "title": "", "fontsize": 8.5}
        seaborn().move_legend(axis, "lower left", columnspacing=1, handlelength=1.2, **place)
        for handle in axis.get_legend().legend_handles:  # type: ignore[union-attr]
            if handle is not None:
                handle.set_alpha(1)


def label(foreign: str, limit: int = 24) -> str:
    """Foreign text in a figure: cleaned and short; a name of a chain and contract keeps both ends."""
    text = clean(foreign, 200)
    return text if len(text) <= limit else f"{text[: limit - 7]}…{text[-6:]}"


def plainly(axis: Axis) -> None:
    """Write the numbers of an axis in digits, also where it has powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if axis.get_scale() == "log":
        axis.set_major_locator(LogLocator(numticks=6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    axis.set_minor_formatter(NullFormatter())


def plain(value: float) -> str:
    """A number on an axis: 0.01, 1, 10,000, 1e6."""
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")

"""The scenes: each a function that paints one whole background on an empty canvas.

Scenes named in the table of works are looked up in `SCENES`. The studio, stage and marble ones take their colors from
the table, as `studio:#wall,#table,#glow`.
"""

from collections.abc import Callable

import cv2
import numpy as np

from nftd.sample.make.canvas import Canvas, as_image, noise, rgb
from nftd.sample.make.plants import bokeh, crown, flowers, grass, pines


def alpenglow(c: Canvas) -> None:
    c.sky([(0, "#2b2a57"), (0.25, "#7a3f78"), (0.45, "#e0655d"), (0.58, "#ffb169"), (0.7, "#ffe2a0"), (1, "#ffe9c0")])
    c.clouds("#ffc08a", "#8a4a7a", 0.55, 0.05, 0.5, 2)
    c.sun(0.62, 0.5, 0.05)
    c.ridge(0.68, 0.25, "#b0688a", "#e9a58c", 0.8, 2.5)
    c.fog(0.66, 0.06, "#ffd9ae", 0.6)
    c.ridge(0.75, 0.2, "#7a4f86", "#c98a92", 0.7, 3)
    c.fog(0.74, 0.04, "#ffcaa0", 0.5)
    pines(c, c.ridge(0.85, 0.14, "#463365", "#7c5686", 0.5, 3), 0.07, "#33274f", 40)
    c.water(0.84, "#2a2350", 0.3)
    c.glitter(0.62, 0.84, "#ffd08a")
    pines(c, c.ridge(1.0, 0.09, "#1c1735", "#120f26", 0.4, 2), 0.2, "#130f28", 9)


def northern_lights(c: Canvas) -> None:
    c.sky([(0, "#050a24"), (0.4, "#0b2448"), (0.7, "#1d4a66"), (1, "#2c6070")])
    c.stars(260)
    c.aurora("#4dffb0", "#7a5cff", 0.5)
    c.aurora("#37e6c8", "#c05cff", 0.38, 0.6)
    c.snowcaps(c.ridge(0.72, 0.2, "#22395e", "#31527a", 0.8, 3), 0.1)
    c.ridge(0.74, 0.05, "#0d1e33", "#0a182b", 0.5, 4)
    c.water(0.74, "#0a1c3a", 0.2)
    pines(c, c.ridge(1.02, 0.1, "#06101f", "#040a14", 0.4, 2), 0.3, "#040b16", 9)


def autumn_wood(c: Canvas) -> None:
    c.sky([(0, "#7fb0cc"), (0.35, "#cfe3dd"), (0.6, "#f8e6bd"), (1, "#f4d9a0")])
    c.sun(0.24, 0.3, 0.04, "#fffbe0", "#ffdf9a")
    c.ridge(0.62, 0.2, "#a89bb0", "#d9c0a6", 0.5, 3)
    c.fog(0.6, 0.08, "#fbeed2", 0.7)
    c.ridge(0.7, 0.08, "#9b5a34", "#d29a4c", 0.4, 4)
    fall = ["#5e2113", "#a23a18", "#d96a1e", "#f0a52f", "#ffd866"]
    for step in range(13):
        crown(c, (step * 0.381 + 0.07) % 1, 0.72 + 0.012 * step, 0.17 + 0.02 * step, fall, "#3c2519")
    crown(c, 0.16, 1.0, 0.74, fall, "#2b1a12")
    crown(c, 0.9, 0.97, 0.6, ["#6b2a16", "#c2541c", "#ee9a2c", "#ffc94f"], "#2b1a12")
    grass(c, 0.88, ["#6d4c1c", "#a87a28", "#d9b14a", "#c4561e"], 500, 0.06)


def morning_fog(c: Canvas) -> None:
    c.sky([(0, "#8fa9b5"), (0.4, "#c5d3d2"), (0.7, "#eee6d6"), (1, "#dfe3dc")])
    c.sun(0.68, 0.28, 0.035, "#fffdf0", "#ffe7b8")
    for step in range(6):
        at = step / 5
        shade = ["#b9c8ca", "#9fb3b5", "#7f999b", "#5b7a7b", "#3a5a5b", "#1d3a3c"][step]
        line = c.ridge(0.5 + 0.11 * step, 0.14, shade, shade, 0.45, 3)
        pines(c, line, 0.05 + 0.25 * at**1.4, shade, int(80 - 58 * at))
        if step < 5:
            c.fog(0.56 + 0.11 * step, 0.045, "#f0efe6", 0.75)


def moonlit_sea(c: Canvas) -> None:
    c.sky([(0, "#060b22"), (0.3, "#10224d"), (0.5, "#2b4a80"), (0.62, "#5f7fae"), (1, "#5f7fae")])
    c.stars(180, 0.55)
    c.moon(0.5, 0.24, 0.085)
    c.clouds("#9db4e0", "#1d2f5c", 0.5, 0.12, 0.6, 3)
    c.ridge(0.61, 0.05, "#1b2d55", "#2b4472", 0.5, 5)
    c.water(0.61, "#07142f", 0.35, 1.2)
    c.glitter(0.5, 0.61, "#e8edff", 0.07)
    c.ridge(1.02, 0.1, "#050a18", "#02050c", 0.8, 4)


def golden_coast(c: Canvas) -> None:
    c.sky([(0, "#386fa4"), (0.3, "#8bb8cf"), (0.48, "#ffe0a6"), (0.6, "#ffb56b"), (1, "#ffb56b")])
    c.clouds("#fff0d2", "#c98b86", 0.52, 0.05, 0.48, 2)
    c.sun(0.36, 0.47, 0.04)
    c.ridge(0.57, 0.09, "#8d7aa0", "#c69a97", 0.6, 3)
    c.water(0.56, "#1d4f6e", 0.3)
    c.glitter(0.36, 0.56, "#ffe2a0", 0.06)
    line = c.ridge(1.1, 0.4, "#4f6b39", "#7b6a4a", 0.6, 1.5)
    pines(c, line, 0.08, "#2c4a30", 20)
    c.fog(0.57, 0.02, "#ffe6bf", 0.5)


def dunes(c: Canvas) -> None:
    c.sky([(0, "#2f7fb8"), (0.4, "#a5d2dd"), (0.6, "#fbe9c5"), (1, "#fbe9c5")])
    c.sun(0.76, 0.22, 0.035, "#fffbe2", "#ffe9a8")
    tones = [("#e8b98a", "#f2cfa3"), ("#d99558", "#eebb80"), ("#c67636", "#e6a15c"), ("#a85a24", "#dc8c45")]
    for step, (crest, foot) in enumerate(tones):
        line = c.profile(0.66 + 0.13 * step, 0.16, 0.12, 1.6)
        c.blend(c.below(line), c.gradient([(0, crest), (0.6 + 0.1 * step, crest), (1, foot)], 0.01))
        lee = as_image(line + 0.02 + 0.14 * noise(c.rng, 1, c.width, (1, 2), 2)[0])
        c.blend(as_image(c.below(line) * (1 - c.below(lee)) * 0.5), rgb("#6b3418"))
        ripples = np.sin((c.y * (90 - 14 * step) + noise(c.rng, c.height, c.width, (4, 4), 3) * 14) * 2.2)
        c.blend(as_image(c.below(lee) * np.clip(ripples, 0, 1) * 0.13), rgb("#7a4218"))


def winter_night(c: Canvas) -> None:
    c.sky([(0, "#0b1538"), (0.4, "#2a3f78"), (0.62, "#7d8fc0"), (0.75, "#d4b9c9"), (1, "#e7d4d6")])
    c.stars(200, 0.55)
    c.moon(0.78, 0.18, 0.05)
    c.snowcaps(c.ridge(0.68, 0.24, "#4b5f92", "#8796bf", 0.8, 2.5), 0.14)
    pines(c, c.ridge(0.74, 0.06, "#33477a", "#5a6ea0", 0.5, 4), 0.09, "#26386a", 60)
    snow = c.profile(0.84, 0.08, 0.15, 2)
    c.blend(c.below(snow), c.gradient([(0, "#eef3ff"), (0.8, "#dbe5fb"), (1, "#a9bce4")], 0.04))
    pines(c, as_image(snow + 0.04), 0.24, "#1a2b4f", 12)
    c.fog(0.8, 0.03, "#e7ecff", 0.5)


def blossom_meadow(c: Canvas) -> None:
    c.sky([(0, "#5aa6d8"), (0.4, "#bfe3ee"), (0.6, "#fdf3e0"), (1, "#e5f0c8")])
    c.clouds("#ffffff", "#b9cfe0", 0.5, 0.04, 0.45, 2)
    c.ridge(0.6, 0.14, "#86a7b8", "#b6cdb8", 0.5, 3)
    c.ridge(0.68, 0.08, "#6f9a55", "#a5c26c", 0.3, 3)
    pink = ["#b34f7d", "#dd7fa6", "#f3a9c4", "#fbd0df", "#fff0f4"]
    for step in range(5):
        crown(c, (0.12 + 0.43 * step) % 1.05, 0.7 + 0.03 * step, 0.26 + 0.07 * step, pink, "#4a3029")
    grass(c, 0.72, ["#4d7f33", "#6aa03f", "#93bf55", "#b8d670"], 900, 0.06)
    flowers(c, 0.74, ["#ffffff", "#ffd84a", "#e85a8b", "#f7a8c4", "#8a62c9"], 260)


def stormy_cape(c: Canvas) -> None:
    c.sky([(0, "#232a3a"), (0.35, "#4c5868"), (0.55, "#a99f8e"), (0.64, "#e4c48e"), (1, "#e4c48e")])
    c.clouds("#8e97a3", "#232833", 0.72, -0.1, 0.6, 1.6)
    c.ridge(0.63, 0.05, "#5b6470", "#7d7f7e", 0.6, 4)
    c.water(0.62, "#24333f", 0.4, 1.5)
    c.glitter(0.3, 0.62, "#f3dba8", 0.09)
    foam = noise(c.rng, c.height, c.width, (60, 8), 3)
    c.light(as_image(np.clip((foam - 0.66) * 5, 0, 1) * np.clip((c.y - 0.66) * 4, 0, 0.8)), rgb("#dfe9ee"))
    c.ridge(1.12, 0.42, "#39402f", "#22211f", 0.8, 1.4)


def savanna(c: Canvas) -> None:
    c.sky([(0, "#5b2a3c"), (0.25, "#b3483c"), (0.45, "#ee8a3f"), (0.62, "#ffc861"), (1, "#ffdf8f")])
    c.clouds("#ffd08a", "#9a4038", 0.48, 0.02, 0.4, 3)
    c.sun(0.5, 0.44, 0.14, "#ffe9a6", "#ffae4d")
    c.ridge(0.68, 0.05, "#b5653f", "#d08a4e", 0.4, 3)
    for x, foot, tall in ((0.12, 0.74, 0.32), (0.9, 0.72, 0.24), (0.7, 0.7, 0.12), (0.33, 0.7, 0.1)):
        crown(c, x, foot, tall, ["#2b1a10", "#41301a", "#5f4a24"], "#22130c")
    c.blend(c.below(c.profile(0.71, 0.02, 0.2, 3)), c.gradient([(0.68, "#b9742f"), (1, "#5e3518")]))
    grass(c, 0.74, ["#7a4a1c", "#a8702a", "#d39a42", "#4f2d12"], 900, 0.07)


def underwater(c: Canvas) -> None:
    c.sky([(0, "#8fe6e6"), (0.2, "#2fb3c6"), (0.55, "#0b6f9c"), (1, "#062f5c")])
    rays = noise(c.rng, 1, c.width * 2, (1, 16), 3)[0]
    column = np.clip((c.x + 0.35 * c.y - 0.1) * c.width, 0, c.width * 2 - 1).astype(np.int64)
    c.light(as_image(np.clip((rays[column] - 0.5) * 2.4, 0, 1) * np.clip(0.85 - c.y, 0, 1) * 0.6), rgb("#e4fff2"))
    c.ridge(0.92, 0.22, "#0d5a80", "#0a4468", 0.6, 3)
    c.ridge(1.04, 0.2, "#0a3f63", "#05263f", 0.6, 3)
    grass(c, 0.9, ["#1f7a5c", "#2fa06c", "#c2557a", "#e0864f", "#155a4c"], 240, 0.3)
    flowers(c, 0.9, ["#e8638a", "#f2a05a", "#7fd1b9", "#c98be0"], 60, 0.03)
    bokeh(c, ["#d8fff8"], 34, 0.012)


def rainforest(c: Canvas) -> None:
    c.sky([(0, "#0f3a2a"), (0.4, "#2f7a44"), (0.7, "#7db04a"), (1, "#123a22")])
    c.glow(0.7, 0.15, 0.5, "#fff6b0", 0.8)
    bokeh(c, ["#eaff9a", "#9fe87a", "#fff2a8", "#5fc98a"], 60, 0.07)
    grass(c, 0.35, ["#1d5a2c", "#2f7a3a", "#174a2a"], 90, 0.6)
    grass(c, 0.8, ["#3c8a3c", "#62b045", "#1d5a2c", "#8cc94f"], 160, 0.4)
    flowers(c, 0.7, ["#ff6f61", "#ffb347", "#ff8fb8"], 26, 0.03)


def leaf_light(c: Canvas) -> None:
    c.sky([(0, "#123a2a"), (0.35, "#3f7f3f"), (0.65, "#c9a83f"), (1, "#2a4a20")])
    c.glow(0.5, 0.42, 0.55, "#fff0a0", 0.7)
    bokeh(c, ["#eaff9a", "#ffd98a", "#9fe87a", "#fff6c8"], 70, 0.09)


def moon_wood(c: Canvas) -> None:
    c.sky([(0, "#0a1230"), (0.5, "#2c4468"), (0.8, "#6d8296"), (1, "#6d8296")])
    c.stars(160, 0.6)
    c.moon(0.5, 0.4, 0.24)
    pines(c, c.ridge(0.8, 0.08, "#28405a", "#3c5870", 0.5, 4), 0.18, "#1f344c", 40)
    c.fog(0.8, 0.06, "#9fb4c6", 0.6)
    pines(c, c.ridge(0.95, 0.08, "#101e2e", "#0b1522", 0.5, 3), 0.36, "#0b1624", 16)


def lake_dawn(c: Canvas) -> None:
    c.sky([(0, "#5d7fb8"), (0.3, "#c7a9c9"), (0.48, "#ffc4a8"), (0.6, "#ffe6b8"), (1, "#ffe6b8")])
    c.clouds("#fff0e0", "#b48aa8", 0.5, 0.05, 0.45, 3)
    c.sun(0.5, 0.46, 0.06, "#fff8dc", "#ffb98a")
    c.snowcaps(c.ridge(0.6, 0.2, "#6f7fb0", "#b9a4be", 0.75, 3), 0.09, "#ffeee0")
    c.fog(0.6, 0.035, "#fff0dc", 0.7)
    pines(c, c.ridge(0.62, 0.03, "#4c5f80", "#5d6f8c", 0.4, 5), 0.06, "#3c4f70", 70)
    c.water(0.63, "#3c5c8c", 0.25)
    c.glitter(0.5, 0.63, "#fff0c0", 0.06)
    flowers(c, 0.9, ["#3a5a3c", "#4f7a48", "#e88aa8", "#ffd0dc"], 120, 0.022)


def deep_sky(c: Canvas) -> None:
    c.sky([(0, "#0a0a26"), (0.5, "#1c1648"), (1, "#2b1f5c")])
    band = np.exp(-(((c.y - 0.2 - 0.6 * c.x) / 0.22) ** 2))
    gas = noise(c.rng, c.height, c.width, (4, 4), 6)
    c.light(as_image(band * gas * 0.9), rgb("#b06fd8"))
    c.light(as_image(band * np.clip(gas[::-1] - 0.35, 0, 1) * 1.4), rgb("#4fa8e8"))
    c.light(as_image(band**3 * np.clip(gas[:, ::-1] - 0.5, 0, 1) * 1.8), rgb("#ffb98a"))
    c.stars(520, 1.0)
    c.ridge(1.04, 0.14, "#0b0a20", "#060616", 0.6, 3)


def blue_day(c: Canvas) -> None:
    c.sky([(0, "#2f86c9"), (0.5, "#93cdea"), (0.8, "#e8f5f2"), (1, "#fdf2da")])
    c.clouds("#ffffff", "#a8c6de", 0.62, 0.05, 0.95, 1.3)
    c.ridge(1.0, 0.12, "#5f9a55", "#8dbb63", 0.4, 3)


def open_sea(c: Canvas) -> None:
    c.sky([(0, "#2f7fc0"), (0.35, "#9cd2ea"), (0.5, "#f2f6e6"), (1, "#f2f6e6")])
    c.clouds("#ffffff", "#9dbcd6", 0.56, 0.03, 0.48, 2)
    c.ridge(0.5, 0.05, "#6f93ac", "#8fb0bd", 0.5, 4)
    c.water(0.5, "#0f6f9a", 0.45, 1.3)
    foam = noise(c.rng, c.height, c.width, (60, 9), 3)
    c.light(as_image(np.clip((foam - 0.62) * 5, 0, 1) * np.clip((c.y - 0.52) * 4, 0, 0.8)), rgb("#f4fffe"))


def green_hills(c: Canvas) -> None:
    c.sky([(0, "#4f9ad0"), (0.4, "#b8dff0"), (0.6, "#fff6dc"), (1, "#fff6dc")])
    c.clouds("#ffffff", "#b0c8dc", 0.5, 0.05, 0.5, 2)
    c.ridge(0.62, 0.12, "#7fa0b0", "#a9c4b0", 0.4, 3)
    pines(c, c.ridge(0.7, 0.08, "#5c8a4c", "#86b060", 0.3, 3), 0.06, "#33603c", 50)
    c.ridge(0.84, 0.08, "#6ca24a", "#98c85c", 0.2, 2)
    grass(c, 0.84, ["#4f8a38", "#78b048", "#a2cf60"], 600, 0.05)
    flowers(c, 0.82, ["#ffffff", "#ffe04f", "#ff8f6f"], 120, 0.008)


def snow_field(c: Canvas) -> None:
    c.sky([(0, "#3d6fb5"), (0.4, "#a3c8ea"), (0.58, "#ffe3d0"), (1, "#fff2e4")])
    c.sun(0.2, 0.46, 0.035, "#fffbe6", "#ffcfa8")
    c.snowcaps(c.ridge(0.66, 0.26, "#5d7cae", "#a9bcdc", 0.8, 2.5), 0.2)
    pines(c, c.ridge(0.7, 0.04, "#7f97bd", "#a9bcdc", 0.4, 4), 0.07, "#3c5a86", 46)
    ice = c.profile(0.74, 0.04, 0.15, 2)
    c.blend(c.below(ice), c.gradient([(0, "#f6faff"), (0.78, "#e4eefb"), (1, "#9dbbe2")], 0.05))
    cracks = noise(c.rng, c.height, c.width, (30, 6), 4)
    c.blend(as_image(c.below(ice) * np.clip((cracks - 0.6) * 3, 0, 0.5)), rgb("#8fb2dc"))


def forge(c: Canvas) -> None:
    c.sky([(0, "#1a0f0c"), (0.5, "#4a1f12"), (0.75, "#7a3418"), (1, "#23120c")])
    c.glow(0.75, 0.6, 0.45, "#ff9a3d", 0.9)
    c.glow(0.75, 0.62, 0.15, "#fff0a8", 0.8)
    bokeh(c, ["#ffd27a", "#ff8f3d"], 70, 0.012)
    c.blend(as_image(np.clip((c.y - 0.84) * 12, 0, 0.85)), rgb("#20120d"))


def studio(c: Canvas, wall: str, table: str, shine: str) -> None:
    """A still-life corner: a wall with a pool of light on it, and a table top."""
    c.sky([(0, wall), (1, wall)])
    worn = noise(c.rng, c.height, c.width, (4, 4), 6)[..., None]
    c.rgb = as_image(c.rgb * (0.7 + 0.5 * worn))
    c.glow(0.42, 0.36, 0.5, shine, 0.6)
    edge = as_image(np.clip((c.y - 0.74) * c.height / 3, 0, 1))
    grain = noise(c.rng, c.height, c.width, (40, 3), 4)[..., None]
    c.blend(edge, as_image(as_image(rgb(table)) * (0.7 + 0.5 * grain)))
    c.blend(as_image(np.exp(-(((c.y - 0.745) / 0.012) ** 2)) * 0.5), rgb("#000000"))
    c.light(as_image(edge * np.exp(-(((c.x - 0.45) / 0.35) ** 2)) * 0.22), rgb(shine))


def stage(c: Canvas, back: str, beam: str, floor: str) -> None:
    """A dark hall with three beams of light that meet on the floor."""
    c.sky([(0, "#08060f"), (0.5, back), (0.78, back), (1, "#08060f")])
    c.blend(as_image(np.clip((c.y - 0.8) * c.height / 4, 0, 1)), c.gradient([(0.8, floor), (1, "#0a0710")]))
    dust = noise(c.rng, c.height, c.width, (5, 5), 5)
    for origin in (0.1, 0.5, 0.9):
        center = origin + (0.5 - origin) * c.y / 0.9
        width = 0.02 + 0.13 * c.y
        cone = np.exp(-(((c.x - center) / width) ** 2)) * np.clip(1.05 - c.y, 0, 1) * (0.5 + 0.7 * dust)
        c.light(as_image(cone * 0.75), rgb(beam))
    pool = np.exp(-((c.x - 0.5) ** 2 / 0.07 + (c.y - 0.9) ** 2 / 0.0022))
    c.light(as_image(pool * 0.8), rgb(beam))
    bokeh(c, [beam], 26, 0.02)


def marble(c: Canvas, *colors: str) -> None:
    """Swirling color, as poured paint: noise bent by noise, through a list of colors."""
    first, second = (noise(c.rng, c.height, c.width, (3, 3), 4) - 0.5 for _ in range(2))
    grid = np.mgrid[0 : c.height, 0 : c.width].astype(np.float32)
    base = noise(c.rng, c.height, c.width, (3, 3), 4)
    bent = cv2.remap(
        base,
        as_image(grid[1] + first * c.width * 0.7),
        as_image(grid[0] + second * c.height * 0.7),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    at = (np.sin(as_image(bent) * 9 + second * 3) + 1) / 2
    places = np.linspace(0, 1, len(colors))
    c.rgb = as_image(np.stack([np.interp(at, places, [rgb(k)[i] for k in colors]) for i in range(3)], axis=-1))
    c.glow(0.5, 0.45, 0.4, colors[-1], 0.45)


SCENES: dict[str, Callable[..., None]] = {
    scene.__name__: scene
    for scene in (
        *(alpenglow, northern_lights, autumn_wood, morning_fog, moonlit_sea, golden_coast, dunes, winter_night),
        *(
            blossom_meadow,
            stormy_cape,
            savanna,
            underwater,
            rainforest,
            leaf_light,
            moon_wood,
            lake_dawn,
            deep_sky,
            blue_day,
        ),
        *(open_sea, green_hills, snow_field, forge, studio, stage, marble),
    )
}


def set_scene(canvas: Canvas, spec: str) -> None:
    """Paint the scene that a spec names: "dunes", or "studio:#wall,#table,#glow"."""
    name, _, colors = spec.partition(":")
    SCENES[name](canvas, *(colors.split(",") if colors else ()))

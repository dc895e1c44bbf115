"""What the photographs show, as seen by eye: captions and categories by file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """A photograph's caption, category if it is certain, more captions, and whether it is a painting."""

    caption: str
    category: str | None
    more: tuple[str, ...] = ()
    painting: bool = False


@dataclass(frozen=True, slots=True)
class Gallery:
    """A folder of GCompris pictures: resource file, folder within it, what its pictures show unless named below."""

    resource: str
    folder: str
    category: str | None
    more: tuple[str, ...]
    article: str = "a"


GALLERIES = (
    Gallery("categorization", "images/tools", "objects", ("a tool",)),
    Gallery("categorization", "images/others", "objects", ("a thing",)),
    Gallery("categorization", "images/fishes", "animals", ("an animal", "a fish under water")),
    Gallery("categorization", "images/monuments", "scenery", ("a building", "a landmark"), ""),
    Gallery("categorization", "images/renewable", None, ("a landscape",)),
    Gallery("clickgame", "clickgame/resource", "scenery", ("under water",)),
    Gallery("details", "resource/image", "scenery", ()),
    Gallery("erase", "erase/resource", "animals", ("an animal",)),
    Gallery("explore_farm_animals", "resource/animals", "animals", ("a farm animal",)),
    Gallery("explore_monuments", "explore_monuments/resource", "scenery", ("a building", "a landmark"), ""),
    Gallery("explore_world_animals", "resource/animals", "animals", ("a wild animal",)),
    Gallery("explore_world_music", "resource/music", None, ("music",)),
)
SEA = Named("the bottom of the sea", "scenery", ("under water", "the sea"))
WINDMILL = Named("a windmill in the country", "scenery", ("a windmill", "a landscape"))
DAM = Named("a dam in a river", "scenery", ("a river", "a landscape"))
FISH = Named("a fish", "animals", ("a fish under water", "an animal"))
LEFT_UNSURE = ("statueOfLiberty", "statueofLiberty", "christTheRedeemer", "mountRushmore", "ajantaCave", "cabrillo")
GCOMPRIS_LEFT_OUT = {
    "blueking2", "butfish", "cichlid1", "cichlid4", "collaris", "discus2", "discus3", "manta", "newf1", "QueenAngel",
    "shark1", "six_barred", "teeth", *(f"f{n:02}" for n in range(14)), "solar1", "solar2", "solar3", "solar4",
    "solar5", "fish2", "victoriaMemorial", "multimeter3", "castleClinton", "castillodeSanMarcos",
}  # fmt: skip
GCOMPRIS_NAMED: dict[str, Named] = {
    **{f"sea{n}": SEA for n in range(1, 7)},
    **{f"windmill{n}": WINDMILL for n in ("", *range(1, 16))},
    **{f"dam{n}": DAM for n in range(1, 6)},
    **{f"fish{n}": FISH for n in range(1, 29)},
    **{name: Named("a monument", None, ("a statue",)) for name in LEFT_UNSURE},
    "geothermal": Named("steam over a valley", "scenery", ("a landscape",)),
    "igloo": Named("an igloo in the snow", "scenery", ("a snowy landscape",)),
    "buffetset": Named("a cup", "objects", ("a cup and a saucer",)),
    "bulb": Named("a light bulb", "objects", ("a lamp",)),
    "blackslate": Named("a blackboard", "objects"),
    "knife": Named("cutlery", "objects", ("a knife, a fork and a spoon",)),
    "erasers": Named("an eraser", "objects"),
    "spoons": Named("spoons", "objects"),
    "volleyball": Named("a volleyball", "objects", ("a ball",)),
    "baseball": Named("a baseball", "objects", ("a ball",)),
    "scissors": Named("scissors", "objects", ("a tool",)),
    **{f"scissors{n}": Named("scissors", "objects", ("a tool",)) for n in range(1, 5)},
    **{f"solar{n}": Named("solar panels", None) for n in range(6, 9)},
    "monument1": Named("a temple with a golden dome", "scenery", ("a building", "a landmark")),
    "monument2": Named("a temple with columns", "scenery", ("a building", "a landmark")),
    "monument3": Named("a castle", "scenery", ("a building", "a landmark")),
    "Eglise_dAuvers-sur-Oise_background": Named("a church under a dark sky", "scenery", ("Van Gogh",), True),
    "EilanDonanCastle_background": Named("a castle by the water", "scenery", ("a lake and mountains",)),
    "Gogh4_background": Named("a café terrace at night", "scenery", ("Van Gogh", "a street at night"), True),
    "PortraitOfPereTanguy_background": Named("a man with a hat, sitting", "people", ("Van Gogh", "a portrait"), True),
    "Van_Gogh_The_Night_Cafe_background": Named("the inside of a café", None, ("Van Gogh", "a room"), True),
    "VincentVanGogh0012_background": Named("a corridor with arches", None, ("Van Gogh",), True),
    "VincentVanGogh0013_background": Named("a man walking in a field", "people", ("Van Gogh", "a painter"), True),
    "VincentVanGogh0019_background": Named("a harvest landscape", "scenery", ("Van Gogh", "fields"), True),
    "VincentVanGoghBridge_background": Named("a bridge over a river", "scenery", ("Van Gogh", "a landscape"), True),
    "pika": Named("a pika", "animals", ("an animal",)),
    "horse": Named("horses", "animals", ("a horse",)),
    "chicken": Named("chickens", "animals", ("a chicken", "a bird")),
    "cow": Named("a cow", "animals", ("a farm animal",)),
    "dragon": Named("a komodo dragon", "animals", ("a lizard",)),
    "lemur": Named("lemurs", "animals", ("a wild animal",)),
    "narwhal": Named("a whale in the sea", "animals", ("a narwhal",)),
    "africa": Named("drums", "objects", ("musical instruments",)),
    "america": Named("a guitar and drums", "objects", ("musical instruments",)),
    "middleeast": Named("a lute", "objects", ("a musical instrument",)),
    "australia": Named("a man with a didgeridoo", "people", ("a man",)),
    "ireland": Named("musicians on a dark stage", "people", ("people", "a concert")),
    "italy": Named("singers on a stage", "people", ("people in costumes", "an opera")),
    "japan": Named("dancers on a stage", None, ("a theater",)),
    "mexico": Named("musicians", "people", ("people", "men with guitars")),
    "orchestra": Named("an orchestra on a stage", "people", ("people", "a concert")),
}


def _scene(caption: str, *more: str) -> Named:
    return Named(caption, "scenery", (*more, "a landscape"))


ENDLESS_SKY: dict[str, Named] = {
    "badlands0": _scene("a dark canyon with dunes"), "badlands5": _scene("a desert in haze"),
    "badlands7": _scene("red badlands at sunset"), "badlands8": _scene("brown hills"),
    "beach0": _scene("an old pier in the sea", "the sea"), "beach2": _scene("rocks in the surf", "the sea"),
    "beach3": _scene("a dark beach with cliffs", "the sea"), "beach4": _scene("waves on rocks at sunset", "the sea"),
    "beach5": _scene("a red sunset over the beach", "a sunset"), "beach6": _scene("rocks and surf", "the sea"),
    "canyon0": _scene("a canyon"), "canyon7": _scene("a bare mountain", "a mountain"),
    "city4": Named("a city at night", "scenery", ("a skyline",)),
    "city6": Named("a skyscraper in fog", "scenery", ("a skyline", "a city")),
    "city8": Named("a city in the evening", "scenery", ("a skyline",)),
    "city9": Named("a skyscraper at dusk", "scenery", ("a skyline", "a city")),
    "city10": Named("a skyline at sunset", "scenery", ("a city",)),
    "city11": Named("a city of skyscrapers", "scenery", ("a skyline",)),
    "city12": Named("a city in yellow haze", "scenery", ("a skyline",)),
    "desert0": _scene("a desert of another planet"), "desert1": _scene("a desert under clouds"),
    "desert2": _scene("dunes at night", "a desert"), "fields1": _scene("a valley with a river"),
    "fields2": _scene("fields at sunset", "a sunset"), "fields5": _scene("trees on a field"),
    "fields6": _scene("green hills in fog"), "fields7": _scene("yellow hills"),
    "fields9": _scene("a mountain and grass"),
    "fog0": _scene("mountains in clouds", "mountains"), "fog2": _scene("hills in yellow fog"),
    "fog4": _scene("green cliffs in fog"), "forest1": _scene("a green mountain valley", "mountains"),
    "forest2": _scene("dark forest hills", "a forest"), "forest3": _scene("a valley between mountains", "mountains"),
    "forest4": _scene("forest and mountains", "a forest"), "forest5": _scene("a forest in fog", "a forest"),
    "hills2": _scene("hills with snow"), "lava0": _scene("a volcano crater", "a volcano"),
    "lava1": _scene("lava flowing into the sea", "a volcano"), "lava2": _scene("a volcano", "mountains"),
    "lava6": _scene("craters in a bare land", "a volcano"), "mountain1": _scene("mountains above a lake", "mountains"),
    "mountain3": _scene("snowy peaks above clouds", "mountains"), "mountain4": _scene("a peak in clouds", "mountains"),
    "mountain5": _scene("a lake between blue mountains", "mountains"),
    "mountain6": _scene("a gray mountain under clouds", "mountains"),
    "mountain7": _scene("rocky mountains", "mountains"),
    "mountain8": _scene("dark snowy mountains", "mountains"), "mountain9": _scene("mountains at dusk", "mountains"),
    "nasa0": _scene("a coast at sunset", "a sunset"), "nasa1": Named("towers at sunset", "scenery", ("a sunset",)),
    "nasa4": Named("city lights at night", "scenery", ("a city at night",)),
    "nasa6": Named("a rocket on a plain", None, ("a rocket",)), "nasa7": Named("lightning at night", "scenery"),
    "sea3": _scene("a waterfall of the sea at dusk", "the sea"), "sea8": _scene("a cliff by the sea", "the sea"),
    "sky0": _scene("a hill under clouds"), "sky2": _scene("a sea of clouds", "the sky"),
    "sky3": _scene("an orange sunset over mountains", "a sunset"), "sky7": _scene("brown mountains by a lake"),
    "sky8": _scene("a pointed peak at dusk", "a mountain"), "sky9": _scene("yellow hills under clouds"),
    "snow0": _scene("a snowy mountain", "mountains"), "snow1": _scene("snowy peaks", "mountains"),
    "snow2": _scene("a polar landscape", "snow"), "snow3": _scene("a glacier at dusk", "snow"),
    "snow4": _scene("a snowy slope", "snow"), "snow6": _scene("a white mountain with birds", "snow"),
    "snow7": _scene("snowy mountains in the evening", "snow"), "snow10": _scene("a glacier", "snow"),
    "space0": Named("the inside of a space station", None), "space1": Named("a corridor in a space station", None),
    "space2": Named("a tunnel", None), "space5": Named("a hangar", None), "space7": Named("a bright corridor", None),
    "water0": _scene("a blue lake at sunset", "a lake"), "water8": _scene("a lake between hills", "a lake"),
}  # fmt: skip
LOMIRI = {
    "aitzgorri_by_Aitzol_Berasategi.jpg": _scene("a meadow and mountains in autumn", "mountains"),
    "life_by_Aitzol_Berasategi.jpg": _scene("a brook in the forest", "a forest"),
    "picosdeeuropa_by_Aitzol_Berasategi.jpg": _scene("a path in the mountains", "mountains"),
    "seeding_by_Clements_Engelhardt.jpg": Named("dandelions in a meadow", None, ("flowers",)),
    "sunset_by_Aitzol_Berasategi.jpg": _scene("the sun above the hills", "a sunset"),
    "friends_by_Aitzol_Berasategi.jpg": Named("dogs behind a fence", None, ("dogs",)),
    "Picture_0B_by_freespace.jpg": Named("a fig on a red plate", "objects", ("food",)),
    "Picture_1A_by_freespace.jpg": Named("paint brushes", "objects", ("a brush",)),
    "Wine_by_Jakkub_Mede.jpg": Named("a table with wine and bread", "objects", ("a still life",)),
}
SKIMAGE = {
    "astronaut.png": Named("a smiling woman in a space suit", "people", ("an astronaut", "a portrait of a woman")),
    "chelsea.png": Named("a cat", "animals", ("the face of a cat", "an animal")),
    "coffee.png": Named("a cup of coffee", "objects", ("a cup", "a coffee")),
    "rocket.jpg": Named("a rocket at dusk", "objects", ("a rocket",)),
}
GETTY = {
    "acanthus-mollis": Named("a plant with thorns", None, ("a flower",)),
    "airplane-from-above": Named("an airplane from above", "objects", ("an old airplane",)),
    "allium-oreophilum": Named("a flower of an onion", None, ("a flower",)),
    "black-canyon": _scene("a river between rocks, in sepia", "a canyon"),
    "dust-bowl-home": _scene("a lonely house on a plain", "a house"),
    "french-alpine-landscape": _scene("mountains behind a forest, in sepia", "mountains"),
    "march-pastoral": Named("sheep on a meadow", "animals", ("a flock of sheep",)),
    "nagasaki-boats": Named("boats in a harbor, in sepia", "scenery", ("boats", "a harbor")),
}

"""Reads two sets of colored icons: those whose name says for certain that they show an object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generator.mini.train.item import Item
from generator.mini.train.pictures.emoji import read_icons

SETS = ("flat-color-icons", "streamline-ultimate-color")
SKIPPED = set(
    "about arrow arrows logo align android approve approval button cell chart circle column row database data "
    "diagram down up left right expand file files filter flag folder font format google graph hierarchy indent "
    "information layout line link list load loading move navigation network paginate paragraph pathfinder "
    "programming ratings search server settings share shape shapes sign signal sort sorting subtract sync "
    "synchronize table tag tags text toggle transform undo redo upload download user users view window wifi zoom "
    "check minus plus cancel delete refresh menu grid cursor currency crypto bitcoin filing smiley hide gender "
    "number numbers reddit linux debian vlc vip faq steam stumbleupon wikipedia dribbble bbc copyright copyleft "
    "trademark empty full battery keyhole flip focus gesture reflect crop disclaimer decision dynamic priority "
    "flash app browser pin style messages email advertising mms sms nfc workflow timeline template rotate next "
    "previous ok import export biohazard radioactive forbidden allowances scroll screen website website module "
    "calendar composition content copy paste direction questions question help disapprove like dislike playlist "
    "podium print seo".split()
)
OBJECTS = set(
    "airplane ambulance anchor bag balloon bandage barrel basket bed beer bicycle bike binocular binoculars boat "
    "book books bookmark bottle bread briefcase brush bulb bus cake calculator camera camcorder car chair chess "
    "clapperboard clock coffee coin coins compass computer crown cup desk dice drone drum egg envelope fan fence "
    "film fireworks flashlight flask fries glass globe guitar hammer hat headphones headset helmet hook keyboard "
    "key kindle kiosk knife knives lamp lantern laptop lipstick luggage megaphone microphone mirror monitor "
    "motorcycle mouse mug newspaper package paper pen pencil phone piano piggy pot projector purse puzzle radio "
    "rocket ruler satellite scalpel scanner scissors scooter ship shoe shovel smartphone socket sofa spatula "
    "speaker spoon stamp stapler stopwatch suitcase sword swords tablet tambourine taxi telephone telescope tent "
    "ticket tie tool toolbox train trolley trophy truck tube tv typewriter umbrella vase vinyl wallet watch "
    "webcam wheelchair whistle wine banana cherry watermelon sushi pasta cone tea diploma ipad iphone reel "
    "shredder cocktail champagne drawer diamond lock mailbox fork tooth gift toilet stove chopper cart racket "
    "projector caps bowling ball".split()
)
UNSURE = set(
    "person people man woman men women hand head businessman businesswoman elephant squid fish dog cat rabbit "
    "clown athletics gymnastics yoga skating walking landscape road house hospital building castle".split()
)


def read_icon_sets(data: Path) -> Iterator[tuple[Item, str]]:
    """Yield every icon that shows a thing for certain, with its SVG text; what is left out is mostly signs."""
    for style in SETS:
        for name, svg in read_icons(data, style):
            words = re.sub(r"-?\b\d+\b", "", name).strip("-").split("-")
            if OBJECTS & set(words) and not (SKIPPED | UNSURE) & set(words):
                caption = " ".join(words)
                yield Item(style, caption, (caption,), "objects"), svg

"""The page: everything in one file, nothing that it fetches, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Final

from nftd.report.drawing import Drawn
from nftd.report.markup import Html, element, joined, verbatim

TITLE: Final = "The market, as nftd has seen it"


def page(sections: Sequence[tuple[str, str, Html]], intro: Html, foot: Html) -> bytes:
    """The whole page out of (id, heading, content) a section."""
    links = [element("li", element("a", heading, href=f"#{name}")) for name, heading, _ in sections]
    body = element(
        "body",
        element("a", "Skip to the tables and figures", href="#main", class_="skip"),
        element("header", element("h1", TITLE), intro),
        element("nav", element("ol", *links), aria_label="Sections"),
        element("main", *map(_section, sections), id="main", tabindex=-1),
        element("footer", foot),
        element("script", _shipped("sort.js")),
    )
    html = element("html", _head(), body, lang="en")
    return f"<!doctype html>\n{html}\n".encode("utf-8", "replace")


def _section(section: tuple[str, str, Html]) -> Html:
    name, heading, content = section
    return element("section", element("h2", heading, id=name), content, aria_labelledby=name)


def _head() -> Html:
    policy = (
        f"default-src 'none'; img-src data:; style-src {_digest('style.css')}; script-src {_digest('sort.js')}; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", TITLE),
        element("style", _shipped("style.css")),
    )


def figure(drawn: Drawn, *more: Html, heading: str = "h3") -> Html:
    """A figure beside its words, and where its files are."""
    image = element("img", src=data_uri("image/svg+xml", drawn.svg), alt=drawn.alt, class_="plot")
    words = [element("p", one) for one in drawn.words]
    files = joined("As a file: ", _file(f"figure-{drawn.number}.svg"), ", ", _file(f"figure-{drawn.number}.png"))
    title = element(heading, f"Figure {drawn.number.partition('-')[0]}: {drawn.title}")
    told = element("div", *words, *more, element("p", files, class_="files"))
    return element("article", title, element("div", element("div", image, class_="paper"), told, class_="beside"))


def pair(*articles: Html) -> Html:
    """Figures side by side where there is room, their words below."""
    return element("div", *articles, class_="pair")


def _file(name: str) -> Html:
    return element("a", name, href=name)


def files(names: Sequence[str]) -> Html:
    """Links to files beside the page."""
    return joined(*(part for name in names for part in (_file(name), " ")))


def data_uri(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"


def _shipped(name: str) -> Html:
    return verbatim((resources.files("nftd.report") / name).read_text("utf-8"))


def _digest(name: str) -> str:
    """How the policy names what may run (CSP level 3, section 2.3.1)."""
    data = (resources.files("nftd.report") / name).read_bytes()
    return f"'sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode('ascii')}'"

"""The pages of the gallery: listing pages of twelve works, one page a work, one style sheet. All links are relative."""

import json
from html import escape

from nftd.sample.make.works import Work

PER_PAGE = 12
LICENSES = {
    "CC0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-NC-4.0": ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    "Apache-2.0": ("Apache License 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
}
MIMES = {"jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
NOTE = "Prices and likes on this page are invented: this is the demonstration gallery that comes with nftd."


def image_name(number: int, work: Work) -> str:
    suffix = "webp" if work.trap == "near-duplicate" else work.format
    return f"{number:03d}-{work.slug}.{suffix}"


def market_id(number: int) -> str:
    return f"g-{number:03d}"


def json_ld(number: int, work: Work, creator: str) -> str:
    """The work in schema.org terms."""
    kind = "Person" if work.pieces and work.license != "Apache-2.0" else "Organization"
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": ["VisualArtwork", "Product"],
        "sku": market_id(number),
        "name": work.title,
        "url": f"{market_id(number)}.html",
        "image": {
            "@type": "ImageObject",
            "contentUrl": f"../images/{image_name(number, work)}",
            "encodingFormat": MIMES[image_name(number, work).rpartition(".")[2]],
        },
        "creator": {"@type": kind, "name": creator},
        "dateCreated": str(work.year),
        "isPartOf": {"@type": "CreativeWorkSeries", "name": work.series},
        "artEdition": work.editions,
        "license": LICENSES[work.license][1],
        "isFamilyFriendly": not work.nsfw,
        "offers": {
            "@type": "Offer",
            "price": work.price,
            "priceCurrency": work.currency,
            "availability": "https://schema.org/InStock",
        },
    }
    if work.likes is not None:
        data["interactionStatistic"] = {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/LikeAction",
            "userInteractionCount": work.likes,
        }
    return script(data)


def item_list(numbers: list[int]) -> str:
    """The works of one listing page, in order, by the addresses of their pages."""
    items = [
        {"@type": "ListItem", "position": place, "url": f"works/{market_id(number)}.html"}
        for place, number in enumerate(numbers, 1)
    ]
    return script({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items})


def script(data: dict[str, object]) -> str:
    """A JSON-LD block in which no text can end the script element."""
    text = json.dumps(data, indent=1, ensure_ascii=False)
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<script type="application/ld+json">\n{text}\n</script>\n'


def page(title: str, root: str, head: str, body: str) -> str:
    """One whole document; `root` is the way back to the folder of the first page."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="nftd:prices" content="invented">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="{root}icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}style.css">
{head}</head>
<body>
<header><a class="brand" href="{root}index.html"><span class="mark" aria-hidden="true"></span>Sample Gallery</a>
<p class="note">{NOTE}</p></header>
<main>
{body}</main>
<footer><p>Pictures are free to use: <a href="{root}licenses.txt">origins and licenses</a>.</p></footer>
</body>
</html>
"""


def likes(work: Work) -> str:
    return "" if work.likes is None else f'<span class="likes" title="likes">♥ {work.likes}</span>'


def card(number: int, work: Work, creator: str) -> str:
    width, height = work.size
    return f"""<li class="card"><a href="works/{market_id(number)}.html">
<img src="images/{image_name(number, work)}" alt="" width="{width}" height="{height}" loading="lazy">
<span class="title">{escape(work.title)}</span></a>
<span class="by">{escape(creator)}</span>
<span class="deal"><span class="price">{escape(work.price)} {work.currency}</span>{likes(work)}</span></li>
"""


def listing_name(index: int) -> str:
    return "index.html" if index == 1 else f"page-{index}.html"


def listing_page(index: int, pages: int, cards: str, items: str) -> str:
    head = f'<link rel="canonical" href="{listing_name(index)}">\n{items}'
    links = []
    for step, rel, text in ((-1, "prev", "← Newer"), (1, "next", "Older →")):
        if 1 <= index + step <= pages:
            head += f'<link rel="{rel}" href="{listing_name(index + step)}">\n'
            links.append(f'<a rel="{rel}" href="{listing_name(index + step)}">{text}</a>')
        else:
            links.append("<span></span>")
    where = f'<span class="where">Page {index} of {pages}</span>'
    paging = f'<nav class="pages">{links[0]}{where}{links[1]}</nav>'
    body = f'<h1>Works for sale</h1>\n<ul class="grid">\n{cards}</ul>\n{paging}\n'
    return page(f"Sample Gallery, page {index}", "", head, body)


def detail_page(number: int, work: Work, creator: str, listing: str) -> str:
    name, url = LICENSES[work.license]
    width, height = work.size
    head = f'<link rel="canonical" href="{market_id(number)}.html">\n'
    head += json_ld(number, work, creator)
    rows = [
        ("Series", escape(work.series)),
        ("Year", str(work.year)),
        ("Edition", f"{work.editions} of {work.editions}"),
        ("License", f'<a rel="license external" href="{url}">{name}</a>'),
        ("Number", market_id(number)),
    ]
    facts = "".join(f"<dt>{term}</dt><dd>{value}</dd>" for term, value in rows)
    source = f"../images/{image_name(number, work)}"
    picture = f'<img src="{source}" alt="{escape(work.title)}" width="{width}" height="{height}">'
    flag = '<p class="flag">Flagged by its creator as not safe for work.</p>\n' if work.nsfw else ""
    body = f"""<article class="work">
<figure>{picture}</figure>
<div class="about">
<h1>{escape(work.title)}</h1>
<p class="by">by {escape(creator)}</p>
{flag}<p class="deal"><span class="price">{escape(work.price)} {work.currency}</span>{likes(work)}</p>
<dl>{facts}</dl>
<p><a href="../{listing}">← All works</a></p>
</div>
</article>
"""
    return page(f"{work.title}, by {creator}", "../", head, body)


def pages_of(works: list[tuple[int, Work, str]]) -> dict[str, str]:
    """All pages by their path: works are (number, work, creator) in the order of the listing."""
    made = {}
    chunks = [works[at : at + PER_PAGE] for at in range(0, len(works), PER_PAGE)]
    for index, chunk in enumerate(chunks, 1):
        items = item_list([number for number, _, _ in chunk])
        made[listing_name(index)] = listing_page(index, len(chunks), "".join(card(*item) for item in chunk), items)
        for number, work, creator in chunk:
            made[f"works/{market_id(number)}.html"] = detail_page(number, work, creator, listing_name(index))
    return made

"""draft: write down exactly what would be published, before anyone is asked."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import Connection

from nftd.config import PublisherSettings
from nftd.domain import Event, shown
from nftd.stages.house import House
from nftd.stages.lease import Lease, Write
from nftd.store import artworks, history, work
from nftd.store.stories import Story, story_of_artwork
from publisher.chains import MAINNET, SEPOLIA
from publisher.draft import ArtworkFacts, Draft, Part, SourceFacts, TermsInput, build
from publisher.metadata import is_plain_url

CHAINS = {"sepolia": SEPOLIA, "ethereum": MAINNET}


def draft(house: House, lease: Lease) -> Write:
    """Make the draft of an artwork: metadata, addresses, and the terms when a minter is configured."""
    with house.store.read() as connection:
        story = story_of_artwork(connection, lease.key)
    house.watch.item(story.listing["title"])
    picture = house.store.blobs.get(story.artwork["image"])
    made, _ = build(picture, facts(story), terms(house.settings.publisher))
    return lambda connection: _save(connection, house, lease.key, made)


def _save(connection: Connection, house: House, artwork: str, made: Draft) -> None:
    """Store a draft as the one to review, and ask for its archive unless that waits for the approval.

    An approval of an earlier draft does not cover this one: it is taken back, and the artwork waits again.
    """
    before = artworks.get(connection, artwork)["draft"]
    identifier = artworks.add_draft(connection, artwork, made, terms_key(house.settings.publisher))
    if before == identifier:
        return
    reason = "with terms" if made.terms else "needs publisher.minter before it can be signed"
    history.record(connection, [Event(identifier, None, "drafted", reason)], house.cycle)
    house.tally.drafted += 1
    if artworks.approval_of(connection, artwork):
        artworks.withdraw_approval(connection, artwork)
        artworks.move(connection, artwork, "waiting")
        why = f"approved was {shown(before)}, its draft is now {shown(identifier)}: approve that one"
        history.record(connection, [Event(artwork, "approved", "waiting", why)], house.cycle)
        house.tally.taken_back += 1
    if house.settings.publisher.pin == "drafts":
        work.enqueue(connection, "pin", identifier)


def terms_key(settings: PublisherSettings) -> str | None:
    """The configured terms as one text: a draft made under another is out of date."""
    wanted = terms(settings)
    return None if wanted is None else json.dumps(asdict(wanted), sort_keys=True)


def facts(story: Story) -> ArtworkFacts:
    """The words of the metadata; those from outside are cleaned by the publisher."""
    prompt = story.recipe.prompts[0].text
    title = story.listing["title"]
    step, steps = story.artwork["step"], story.recipe.iterations
    return ArtworkFacts(
        name=f"After “{title[:200]}”",
        description=(
            f"A machine's rework of “{title[:200]}”: VQGAN+CLIP, told to see {prompt}, step {step} of {steps}; "
            "chosen and approved by a person."
        ),
        category=story.source["category"],
        prompt=prompt,
        step=step,
        generator=f"nftd VQGAN+CLIP ({story.recipe.generator})",
        recipe=story.recipe.id,
        seed=story.run["seed"],
        models=story.recipe.weights,
        source=_source(story),
        demo=bool(story.listing["demo"]),
    )


def _source(story: Story) -> SourceFacts:
    """The work it came from; an address that others cannot open (the bundled gallery's) is left out."""
    rights, url = story.listing["rights"], story.listing["url"]
    deed = rights["url"]
    return SourceFacts(
        title=story.listing["title"],
        creator=story.listing["creator"],
        market=story.listing["market"],
        url=url if is_plain_url(url) else None,
        rights=rights["text"] or deed,
        license=rights["license"],
        license_url=deed if deed and is_plain_url(deed) else None,
        attribution=rights["attribution"],
        share_alike=rights["share_alike"],
        basis=story.basis,
    )


def terms(settings: PublisherSettings) -> TermsInput | None:
    """The terms as configured; None without a minter: such a draft can be reviewed, not signed."""
    if not settings.minter:
        return None
    royalties = (Part(settings.minter, settings.royalty_bps),) if settings.royalty_bps else ()
    return TermsInput(
        chain_id=CHAINS[settings.chain],
        minter=settings.minter,
        contract=settings.contract or None,
        royalties=royalties,
    )

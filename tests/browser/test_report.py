"""The report in a real browser: readable on a phone and on a desk, light and dark, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
# The relative luminance and contrast of WCAG 2.2.
CONTRAST = """
([ink, ground]) => {
  const parts = (color) => color.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (color) => parts(color)
    .map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const [high, low] = [light(ink), light(ground)].sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}
"""


@contextmanager
def shown(browser: Browser, path: Path, width: int = 1440, scheme: str = "light") -> Iterator[tuple[Page, list[str]]]:
    """A page with all its pictures there, unscrolled, and everything that went wrong or left the file meanwhile."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page, trouble = context.new_page(), []
    page.on("console", lambda told: trouble.append(f"console {told.type}: {told.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (trouble.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: asked.url.startswith(("data:", path.as_uri())) or trouble.append(asked.url))
    page.goto(path.as_uri())
    until(page, "[...document.images].every((image) => image.complete && image.naturalWidth && image.height > 40)")
    yield page, trouble
    context.close()


def until(page: Page, claim: str) -> None:
    """Wait until a claim is true; Playwright's own way of waiting evaluates text, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {claim}")


def table(page: Page, caption: str) -> Locator:
    return page.locator("table").filter(has=page.locator("caption", has_text=caption)).first


def column(found: Locator, place: int) -> list[str]:
    return found.locator(f"tbody tr > :nth-child({place})").all_inner_texts()


@pytest.mark.parametrize(
    ("name", "scheme"), [("large", "light"), ("large", "dark"), ("hostile", "light"), ("empty", "light")]
)
def test_every_width_shows_all_without_an_error_a_request_or_a_sideways_scroll(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str
) -> None:
    with shown(browser, pages[name], WIDTHS[0], scheme) as (page, trouble):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
        assert trouble == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_have_contrast_and_plots_wear_the_colors_of_the_scheme(
    browser: Browser, pages: dict[str, Path], scheme: str
) -> None:
    with shown(browser, pages["large"], 1440, scheme) as (page, _):
        for selector in ("p", "td", "thead button", ".files", "caption", "a"):
            ink = page.locator(selector).first.evaluate("(one) => getComputedStyle(one).color")
            for ground in ("body", ".paper"):
                color = page.locator(ground).first.evaluate("(one) => getComputedStyle(one).backgroundColor")
                assert page.evaluate(CONTRAST, [ink, color]) >= 4.5, (selector, ground)
        for plot in page.locator("img.plot").all()[::3]:
            pixels = np.asarray(Image.open(BytesIO(plot.screenshot())).convert("L"))
            assert (np.median(pixels) < 60) == (scheme == "dark")
            assert np.ptp(pixels) > 100


def test_a_phone_shows_type_that_can_be_read(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["large"], 360) as (page, _):
        sizes = page.evaluate(
            "[...document.querySelectorAll('p, td, th, a, summary, dt, button')]"
            ".map((one) => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert min(sizes) >= 12
        # In the figures 10.5 points are 14 of their own pixels.
        scales = page.evaluate(
            "[...document.querySelectorAll('img.plot')].map((one) => one.clientWidth / one.naturalWidth)"
        )
        assert min(scales) * 14 >= 9.5


def test_a_column_is_sorted_by_mouse_up_and_down_and_the_total_stays(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["large"]) as (page, trouble):
        found = table(page, "Table 2")
        numbers = [int(one.replace(",", "")) for one in column(found, 2)]
        assert numbers != sorted(numbers, reverse=True)
        button = found.locator("thead button", has_text="count")
        button.click()
        assert [int(one.replace(",", "")) for one in column(found, 2)] == sorted(numbers)
        assert found.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
        button.click()
        assert [int(one.replace(",", "")) for one in column(found, 2)] == sorted(numbers, reverse=True)
        assert found.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
        assert found.locator("tfoot th").inner_text() == "Total"
        assert trouble == []


def test_words_are_sorted_too_and_only_one_column_says_so(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["large"]) as (page, _):
        found = table(page, "Table 1")
        found.locator("thead button", has_text="meaning").click()
        found.locator("thead button").first.click()
        names = column(found, 1)
        assert names == sorted(names)
        assert found.locator("th[aria-sort]").count() == 1


def test_what_has_no_value_stays_last(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["large"]) as (page, _):
        found = table(page, "Then and now")
        for _ in range(2):
            found.locator("thead button", has_text="then").click()
            values = column(found, 2)
            assert "–" in values
            assert set(values[values.index("–") :]) == {"–"}


def test_the_keyboard_reaches_everything(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["large"], 360) as (page, trouble):
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the tables and figures"
        box = skip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

        page.keyboard.press("Tab")  # the box of the first table, which scrolls by itself
        assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
        before = page.evaluate("document.activeElement.scrollLeft")
        page.keyboard.press("ArrowRight")
        until(page, f"document.activeElement.scrollLeft > {before}")

        page.keyboard.press("Tab")
        button = page.locator(":focus")
        assert button.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert table(page, "Table 1").locator("th").first.get_attribute("aria-sort") == "ascending"
        page.keyboard.press("Space")
        assert table(page, "Table 1").locator("th").first.get_attribute("aria-sort") == "descending"

        summary = page.locator("summary").first
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details").first.evaluate("(one) => one.open")
        assert trouble == []


def test_the_policy_lets_nothing_run_that_is_not_ours(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["hostile"]) as (page, trouble):
        page.evaluate(
            "() => { const one = document.createElement('script'); one.textContent = 'window.ran = 1';"
            " document.body.append(one); const two = new Image(); two.src = 'https://example.com/x.png';"
            " document.body.append(two); }"
        )
        page.wait_for_timeout(200)
        assert page.evaluate("window.ran") is None
        assert len([one for one in trouble if "Content Security Policy" in one]) == 2
        assert not [one for one in trouble if one.startswith("dialog")]


def test_links_lead_to_the_files_beside_the_page(browser: Browser, pages: dict[str, Path]) -> None:
    with shown(browser, pages["large"]) as (page, _):
        links = page.evaluate("[...document.links].map((one) => one.getAttribute('href'))")
        for link in links:
            if link.startswith("#"):
                assert page.locator(link).count() == 1
            else:
                assert (pages["large"].parent / link).is_file()

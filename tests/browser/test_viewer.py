"""The source viewer: pages of a PDF, the whole text, links, and the keyboard."""

from __future__ import annotations

import hashlib
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People, Site, ask
from tests.browser.test_library import text_file, upload

PILOT = "When did the pilot of the digital ruble begin?"
BANK = "What does the Central Bank want?"


def number(page: Page, marker: int = 1) -> Locator:
    return page.get_by_role("button", name=f"Open source {marker}:").last


def drawn(page: Page, words: str) -> Locator:
    """The picture of a page, once it is there."""
    picture = page.get_by_role("region", name=words).locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") >= 480
    return picture


def test_a_pdf_shows_the_very_words_on_its_page(page: Page, people: People) -> None:
    ask(page, PILOT)
    number(page).click()
    drawn(page, "Page 2 of The digital ruble")
    mark = page.locator("mark")
    expect(mark).to_be_in_viewport()
    expect(mark).to_be_focused()
    expect(mark).to_have_text(re.compile("Marked on this page: The pilot .* thirteen banks"))
    leaf, box = page.locator(".fn-leaf").bounding_box(), mark.bounding_box()
    assert leaf is not None
    assert box is not None
    # The canvas has the words 30 points from the left and 500 from the bottom of an A5 page.
    assert abs((box["x"] - leaf["x"]) / leaf["width"] - 30 / 420) < 0.02
    assert abs((box["y"] + box["height"] - leaf["y"]) / leaf["height"] - (1 - 500 / 595)) < 0.02
    page.get_by_role("button", name="Larger").click()
    expect(page.get_by_text("125 %")).to_be_visible()
    expect(mark).to_have_count(1)
    page.get_by_role("button", name="Next page").click()
    drawn(page, "Page 3 of The digital ruble")
    expect(mark).to_have_count(0)
    page.get_by_role("searchbox", name="Find in this document").fill("A REPORT on")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 1", exact=True).last).to_be_visible()
    drawn(page, "Page 1 of The digital ruble")
    expect(page.locator(".fn-spot")).to_be_in_viewport()
    page.get_by_role("tab", name="Text").click()
    expect(page.locator(".fn-spot")).to_have_text("A report on")
    page.get_by_role("tab", name="File").click()
    expect(page.get_by_role("region", name="Facts of the file")).to_contain_text("SHA-256")


def test_a_passage_has_a_link_that_works_elsewhere(people: People, site: Site, page: Page) -> None:
    ask(page, PILOT)
    number(page).click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/library\?d=[0-9a-f]{16}&from=\d+&to=\d+$", link)
    other = people.arrive(link)
    expect(other.locator("mark")).to_be_focused()
    expect(other.locator("mark")).to_be_in_viewport()
    drawn(other, "Page 2 of The digital ruble")
    expect(other.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    other.get_by_role("tab", name="Text", exact=True).click()
    expect(other.locator("mark")).to_contain_text("15 August 2023")


def test_a_text_has_an_outline_and_the_keyboard_goes_on(page: Page) -> None:
    ask(page, "What does the Central Bank want, and when did the pilot of the digital ruble begin?")
    number(page).click()
    expect(page.locator("mark")).to_be_focused()
    total = page.locator(".fn-source .fn-count").first
    expect(total).to_have_text(re.compile("1 of [2-9]"))
    title = page.locator(".fn-source-title")
    first = title.inner_text()
    page.keyboard.press("n")
    expect(total).to_have_text(re.compile("2 of "))
    expect(page.locator("mark").first).to_be_focused()
    page.keyboard.press("p")
    expect(title).to_have_text(first)
    expect(page.locator("mark").first).to_be_focused()
    page.get_by_role("button", name="Outline").click()
    page.get_by_role("navigation", name="Headings").get_by_role("button").first.click()
    expect(page.locator(".fn-spot").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".fn-source")).to_have_count(0)
    expect(number(page)).to_be_focused()


def test_a_long_text_goes_on_where_one_reads(people: People, stub_site: Site) -> None:
    text = "\N{BALLOON}" * 50 + "".join(f"Line {n:06} of a long text.\n" for n in range(400_000))
    page = people.arrive(f"{stub_site.address}/library")
    upload(page, text_file("long.txt", text))
    expect(page.get_by_role("table", name="Documents")).to_contain_text("long.txt")
    document_id = hashlib.sha256(text.encode()).hexdigest()[:12]
    start = text.index("Line 200000")
    page.goto(f"{stub_site.address}/library?d={document_id}&from={start}&to={start + 11}")
    mark = page.locator("mark")
    expect(mark).to_have_text("Line 200000")
    expect(mark).to_be_in_viewport()
    region = page.get_by_role("region", name="Text of long.txt")
    first = re.search(r"\d{6}", region.inner_text())
    assert first is not None
    page.get_by_role("button", name="Earlier text").click()
    expect(region).to_contain_text(f"Line {int(first[0]) - 100} of")
    expect(page.locator(".fn-seam")).to_be_in_viewport()
    page.get_by_role("searchbox", name="Find in this document").fill("line 399999")
    page.keyboard.press("Enter")
    expect(page.locator(".fn-spot")).to_have_text("Line 399999")
    expect(page.locator(".fn-spot")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Later text")).to_have_count(0)

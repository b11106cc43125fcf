"""The documents of the library: found, looked at, edited, chosen, asked, and taken from folders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People, Site, ask
from tests.browser.corpus import HOSTILE_LINE
from tests.browser.test_safety import contrast, name

HARM = ("img[src*=evil]", "a[href*=evil]", "a[href^=javascript]", "iframe")
HOSTILE_TITLE = "![x](http://evil.example/t.png) <b>lighthouse</b> :red[Hiddensee]"
LIGHTHOUSE = "The lighthouse of Hiddensee was lit in the year 1888 for the first time."


def library(people: People, site: Site, **choices: int) -> Page:
    page = people.arrive(f"{site.address}/library", **choices)
    expect(documents(page)).to_be_visible()
    return page


def documents(page: Page) -> Locator:
    return page.get_by_role("table", name="Documents")


def remove(page: Page) -> None:
    """Removes the document that is shown."""
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Removed 1 document.")).to_be_visible()


def test_a_document_is_looked_at_and_has_an_address_of_its_own(people: People, site: Site) -> None:
    page = library(people, site)
    documents(page).get_by_role("link", name="The digital ruble").click()
    expect(page.get_by_role("heading", name="The digital ruble")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/library\?d=[0-9a-f]{16}$"))
    expect(page.get_by_role("region", name="What is known of it")).to_contain_text("3 pages")
    expect(page.get_by_role("region", name="Page 1 of The digital ruble")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("tab", name="Text", exact=True).click()
    text = page.get_by_role("region", name="Text of The digital ruble")
    expect(text).to_contain_text("A report on the pilot.")
    page.get_by_role("tab", name="Passages").click()
    expect(page.get_by_role("region", name="Passages")).to_contain_text("page 1 · characters 1 to")
    page.get_by_role("tab", name="Raw facts").click()
    expect(page.get_by_role("region", name="Raw facts")).to_contain_text("sha256")
    page.reload()
    expect(page.get_by_role("heading", name="The digital ruble")).to_be_visible()
    page.get_by_role("button", name="Back to all documents").click()
    expect(documents(page)).to_be_visible()


def test_a_pasted_text_is_edited_asked_alone_removed_and_put_back(
    people: People, site: Site
) -> None:
    page = library(people, site)
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("textbox", name="Title").fill(HOSTILE_TITLE)
    page.get_by_role("textbox", name="Text").fill(LIGHTHOUSE)
    page.get_by_role("tabpanel").get_by_role("button", name="Add to the library").click()
    documents(page).get_by_role("link", name=HOSTILE_TITLE).click(timeout=60_000)
    expect(page.get_by_role("heading", name=HOSTILE_TITLE)).to_be_visible()
    edit(page, date="in spring")
    expect(page.get_by_text("'in spring' is no date")).to_be_visible()
    edit(page, title="The lighthouse", date="1888")
    expect(page.get_by_role("heading", name="The lighthouse")).to_be_visible()
    expect(page.get_by_role("region", name="What is known of it")).to_contain_text("1888")
    page.get_by_role("button", name="Ask this document").click()
    asked_alone(page)
    page.get_by_role("link", name="Library").click()
    documents(page).get_by_role("link", name="The lighthouse").click()
    expect(page.get_by_text("Cited in 1 answer")).to_be_visible()
    remove(page)
    page.get_by_role("button", name="Undo (").click()
    expect(page.get_by_role("heading", name="The lighthouse")).to_be_visible()
    remove(page)
    expect(page.get_by_text("is not in the library any more")).to_be_visible()
    for harm in HARM:
        expect(page.locator(harm)).to_have_count(0)


def edit(page: Page, title: str = "", date: str = "") -> None:
    # As the last file comes in, the page is drawn anew by itself; a click just then can be lost.
    expect(page.get_by_text("Reading files")).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    form = page.get_by_test_id("stForm").filter(has_text="The file itself says")
    if not form.is_visible():
        page.get_by_text("Edit title and date").click()
    if title:
        form.get_by_role("textbox", name="Title").fill(title)
    form.get_by_role("textbox", name="Date").fill(date)
    form.get_by_role("button", name="Save").click()


def asked_alone(page: Page) -> None:
    """Asks the one chosen document, which a reload does not forget."""
    pill = page.get_by_role("button", name="The lighthouse ×")
    expect(pill).to_be_visible()
    ask(page, "What does the Central Bank want?")
    expect(page.locator(".fn-answer")).not_to_contain_text("almost total ban")
    ask(page, "In which year was the lighthouse of Hiddensee lit?")
    expect(page.locator(".fn-answer").last).to_contain_text("1888")
    expect(page.get_by_text("Asked: The lighthouse").last).to_be_visible()
    expect(page).to_have_url(re.compile(r"d=[0-9a-f]{16}"))
    page.reload()
    expect(page.locator(".fn-answer").last).to_contain_text("1888")
    pill.click()
    expect(pill).to_have_count(0)
    expect(page).not_to_have_url(re.compile("d=[0-9a-f]{16}"))


def test_a_hostile_document_does_nothing(people: People, site: Site) -> None:
    page = library(people, site)
    row = documents(page).get_by_role("row").filter(has_text="evil.example")
    row.get_by_role("link").click()
    text = page.get_by_role("region", name="Text of")
    expect(text).to_contain_text("The ferry to Visby")
    assert HOSTILE_LINE in (text.text_content() or "")
    for tab in ("Passages", "Warnings", "Raw facts"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Ask this document").click()
    expect(page.get_by_text("Asking:")).to_be_visible()
    expect(page).to_have_title("Footnote")
    for harm in HARM:
        expect(page.locator(harm)).to_have_count(0)
    assert people.outside == []


def compare(page: Page, folder: Path) -> None:
    path = page.get_by_role("textbox", name="Path of a folder")
    if not path.is_visible():
        page.get_by_text("Folders on this machine").click()
    path.fill(str(folder))
    page.get_by_role("button", name="Compare with the library").click()


def test_a_folder_is_compared_taken_in_found_and_let_go(
    people: People, site: Site, tmp_path: Path
) -> None:
    for tree in ("apple", "birch", "cedar", "doum"):
        (tmp_path / f"{tree}.txt").write_text(f"About the {tree}. It is a tree of the north.\n")
    page = library(people, site)
    compare(page, tmp_path / "missing")
    expect(page.get_by_text("There is no folder")).to_be_visible()
    compare(page, tmp_path)
    plan = page.get_by_role("table", name="What a sync would change")
    expect(plan.get_by_role("row").filter(has_text="birch.txt")).to_contain_text("New")
    expect(documents(page)).not_to_contain_text("birch")
    page.get_by_role("button", name="Apply").click()
    expect(documents(page)).to_contain_text("doum.txt", timeout=60_000)
    found_sorted_and_chosen(page)
    for file in tmp_path.iterdir():
        file.unlink()
    compare(page, tmp_path)
    expect(page.get_by_text("Nothing would be left of it in the library.")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    expect(documents(page)).not_to_contain_text("doum.txt", timeout=60_000)
    page.get_by_role("button", name="Clear this list").click()
    expect(page.get_by_role("table", name="Files being taken in")).to_have_count(0)


def found_sorted_and_chosen(page: Page) -> None:
    """Uses the table as a person does: words, a filter, a heading, and the keyboard."""
    table = documents(page)
    page.get_by_role("searchbox", name="Find in this list").fill("TXT birch")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(page.get_by_text("1 of 7")).to_be_visible()
    page.get_by_role("searchbox", name="Find in this list").fill("")
    page.get_by_role("combobox", name="Kind").select_option("PDF")
    expect(table.get_by_role("row")).to_have_count(2)
    page.get_by_role("combobox", name="Kind").select_option("All kinds")
    heading = table.get_by_role("columnheader", name="Characters")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Crypto leaders")
    row = table.get_by_role("row").filter(has_text="doum.txt")
    row.get_by_role("checkbox", name="Choose").press("Space")
    expect(page.get_by_role("button", name="Ask 1 document")).to_be_enabled()
    table.get_by_role("checkbox", name="Choose all in this list").check()
    expect(page.get_by_role("button", name="Remove 7 documents…")).to_be_enabled()
    table.get_by_role("checkbox", name="Choose all in this list").uncheck()
    expect(page.get_by_role("button", name="Ask these")).to_be_disabled()


def test_a_phone_shows_all_of_it(people: People, site: Site) -> None:
    page = library(people, site, width=390, height=844)
    row = documents(page).get_by_role("row").filter(has_text="The digital ruble")
    expect(row).to_contain_text("Pages: 3")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="The digital ruble")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_read_it(people: People, site: Site, scheme: str) -> None:
    page = people.arrive(f"{site.address}/library", color_scheme=scheme)
    row = documents(page).get_by_role("row").filter(has_text="The digital ruble")
    row.get_by_role("checkbox").check()
    ask_these = page.get_by_role("button", name="Ask 1 document")
    expect(ask_these).to_be_enabled()
    read = [ask_these, row.get_by_role("link"), row.locator(".fn-facts").first]
    assert [name(one) for one in read if contrast(one) < 4.5] == []
    row.get_by_role("link").click()
    sheet = page.locator(".fn-sheet")
    # A page that is still being drawn draws the source anew, with its first tab open.
    expect(page.get_by_role("region", name="Page 1 of The digital ruble")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("tab", name="Text", exact=True).click()
    text = page.get_by_role("region", name="Text of")
    expect(text).to_be_visible()
    read = [sheet.locator("dt").first, sheet.locator("dd").first, text]
    assert [name(one) for one in read if contrast(one) < 4.5] == []

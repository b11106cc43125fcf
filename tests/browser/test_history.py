"""One's chats: named, saved, taken in again, deleted; and their answers checked."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site, ask

BANK = "What does the Central Bank want?"


def save(page: Page, link: str, path: Path) -> str:
    """Clicks on a link to a file, and gives what is in the file."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    download.value.save_as(path)
    return path.read_text(encoding="utf-8")


def test_a_chat_is_saved_renamed_deleted_and_taken_in_again(page: Page, tmp_path: Path) -> None:
    ask(page, BANK)
    saved = tmp_path / "chat.json"
    assert "an almost total ban" in save(page, "Save this chat as JSON", saved)
    page.get_by_text("Save as…").click()
    one = save(page, "Markdown", tmp_path / "one.md")
    assert "> The Central Bank wants an almost total ban" in one
    page.get_by_role("link", name="Your chats").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("option", name="Rename…").or_(page.get_by_text("Rename…")).first.click()
    page.get_by_role("textbox", name="Title").fill("The bank and its ban")
    page.get_by_role("button", name="Rename").click()
    title = page.locator(".st-key-page").get_by_role("button", name="The bank and its ban")
    expect(title).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_text("Delete…").click()
    expect(page.get_by_role("dialog")).to_contain_text("The documents stay in the library.")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("The chat is deleted.")).to_be_visible()
    expect(page.get_by_text("There is no chat yet.")).to_be_visible()
    page.get_by_text("Take in a saved chat").click()
    page.locator("input[type=file]").set_input_files(saved)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text(re.compile("^Taken in: "))).to_be_visible()
    page.locator(".st-key-page").get_by_role("button", name=BANK).click()
    expect(page.locator(".fn-answer")).to_contain_text("an almost total ban on crypto")


def test_answers_are_checked_claim_by_claim(people: People, site: Site, tmp_path: Path) -> None:
    page = people.arrive(site.address, width=390, height=844)
    ask(page, BANK)
    ask(page, "What is the capital of France?")
    expect(page.locator(".fn-answer")).to_have_count(2)
    page.locator(".st-key-chat_bar").get_by_role("link", name="Check answers").click()
    first, second = page.locator(".fn-claim").first, page.locator(".fn-claim").last
    expect(first).to_contain_text("stands there, word for word")
    count = page.locator(".fn-count")
    first.get_by_label("right").check()
    second.get_by_label("unclear").check()
    second.get_by_label("wrong").check()
    note = first.get_by_role("textbox")
    note.fill("=1+1 <b>")
    note.blur()
    expect(count).to_contain_text("judged: 1 right, 1 wrong, 0 unclear")
    page.get_by_role("button", name="Wrong").click()
    expect(first).to_be_hidden()
    expect(second).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.reload()
    expect(count).to_contain_text("judged: 1 right, 1 wrong, 0 unclear")
    expect(note).to_have_value("=1+1 <b>")
    assert ",right,'=1+1 <b>," in save(page, "Save as table (CSV)", tmp_path / "check.csv")
    with page.expect_popup() as opened:
        first.get_by_role("link").click()
    expect(opened.value.locator("mark").first).to_contain_text("The Central Bank wants")

"""What comes after an answer: putting right what was searched for, and a refusal's ways on."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People, Site, ask

BANK = "What does the Central Bank want?"
NO_ANSWER = "What is the capital of France?"


def searched(page: Page) -> Locator:
    return page.locator(".fn-searched").last


def test_what_was_searched_for_is_edited_from_the_keyboard(page: Page) -> None:
    ask(page, BANK)
    expect(page.get_by_text("Searched for:")).to_have_count(0)
    ask(page, "And what does it ban?")
    expect(searched(page)).to_contain_text("Searched for: And what does the Central Bank ban?")
    edit = page.get_by_role("button", name="Edit what was searched for:")
    edit.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Question to search for")
    expect(field).to_be_focused()
    expect(field).to_have_value("And what does the Central Bank ban?")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    field.fill("When did the pilot of the digital ruble begin? <b>")
    page.get_by_role("button", name="Ask this").click()
    expect(page.get_by_text("When did the pilot of the digital ruble begin? <b>")).to_be_visible()
    expect(page.locator(".fn-answer")).to_have_count(3)
    expect(page.locator(".fn-answer").last).to_contain_text("15 August 2023")


def test_a_misspelt_word_is_said_to_be_corrected(people: People, stub_site: Site) -> None:
    page = people.arrive(stub_site.address)
    ask(page, "What does the Centrl Bank want?")
    expect(searched(page)).to_contain_text(f"Searched for: {BANK}")


def test_a_refusal_is_shown_anyway_and_marked(page: Page) -> None:
    ask(page, NO_ANSWER)
    page.get_by_role("button", name="Show me anyway").click()
    expect(page.locator(".fn-answer")).to_have_count(2)
    shown = page.locator(".fn-answer").last
    expect(shown).to_contain_text("Below the threshold of confidence")
    expect(page.get_by_role("button", name=re.compile("Open source 1")).last).to_be_visible()
    page.reload()
    expect(page.locator(".fn-answer").last).to_contain_text("Below the threshold of confidence")


def test_a_refusal_leads_to_the_library(page: Page) -> None:
    ask(page, NO_ANSWER)
    page.get_by_role("button", name="Add documents").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()


def test_what_is_asked_back_is_completed_by_the_next_message(page: Page) -> None:
    ask(page, "What does it want?")
    expect(page.locator(".fn-asks")).to_contain_text("Who or what is “it”?")
    ask(page, "The Central Bank")
    expect(page.locator(".fn-answer").last).to_contain_text("an almost total ban")
    expect(searched(page)).to_contain_text("Searched for: What does The Central Bank want?")


def test_thumbs_and_a_comment_are_kept_and_taken_back(page: Page) -> None:
    ask(page, BANK)
    good = page.get_by_role("button", name="Good answer")
    bad = page.get_by_role("button", name="Bad answer")
    bad.click()
    comment = page.get_by_role("textbox", name="Comment on the answer")
    comment.fill("<b>Which</b> bank?")
    comment.press("Enter")
    expect(bad).to_be_focused()
    expect(page.get_by_text("Your comment: <b>Which</b> bank?")).to_be_visible()
    expect(page.get_by_text("Kept with this chat")).to_be_visible()
    page.reload()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Your comment: <b>Which</b> bank?")).to_be_visible()
    good.click()
    expect(comment).to_have_value("<b>Which</b> bank?")
    expect(bad).to_have_attribute("aria-pressed", "false")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("Your comment:")).to_have_count(0)


def test_an_answer_is_copied_with_its_citations(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, BANK)
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "an almost total ban" in copied
    assert "[1] Crypto leaders ask the president for talks, 15 June 2022: “" in copied

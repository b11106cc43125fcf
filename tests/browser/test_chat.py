"""Asking, and looking at what an answer rests on."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People, Site, ask

BANK = "What does the Central Bank want?"


def number(page: Page, marker: int = 1) -> Locator:
    return page.get_by_role("button", name=f"Open source {marker}:").last


def test_a_question_gets_a_cited_answer(page: Page) -> None:
    expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
    ask(page, BANK)
    answer = page.locator(".fn-answer")
    expect(answer).to_contain_text("an almost total ban on crypto")
    expect(answer).to_contain_text("as of 15 June 2022")
    expect(number(page)).to_have_accessible_name("Open source 1: crypto-leaders.md")


def test_a_number_shows_its_card(page: Page) -> None:
    ask(page, BANK)
    number(page).hover()
    card = page.get_by_role("tooltip")
    expect(card).to_contain_text("Crypto leaders ask the president for talks")
    expect(card).to_contain_text("15 June 2022")
    expect(card).to_contain_text("almost total ban")
    page.get_by_role("textbox").hover()
    expect(card).to_have_count(0)


def test_a_click_shows_the_passage_beside_the_chat(page: Page) -> None:
    ask(page, BANK)
    number(page).click()
    mark = page.locator("mark")
    expect(mark).to_be_in_viewport()
    expect(mark).to_be_focused()
    expect(mark).to_contain_text("The Central Bank wants an almost total ban")
    expect(page.get_by_role("region", name=re.compile("Text of"))).to_contain_text("Paragraph 24")
    beside = mark.bounding_box()
    chat = page.locator(".fn-answer").bounding_box()
    assert beside is not None
    assert chat is not None
    assert beside["x"] > chat["x"] + chat["width"]
    expect(number(page)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Close source").click()
    expect(mark).to_have_count(0)
    expect(number(page)).to_be_focused()


def test_a_source_takes_no_focus_from_who_writes_on(page: Page) -> None:
    ask(page, BANK)
    number(page).click()
    box = page.get_by_role("textbox", name="Ask your documents")
    box.click()
    box.press_sequentially("And the finance ministry?")
    expect(page.locator("mark")).to_be_visible()
    expect(box).to_be_focused()
    box.press("Enter")
    expect(page.locator(".fn-answer")).to_have_count(2)


def test_the_row_of_sources_does_the_same(page: Page) -> None:
    ask(page, BANK)
    source = page.get_by_role("button", name=re.compile(r"^1 Crypto leaders"))
    source.click()
    expect(page.locator("mark")).to_be_in_viewport()
    page.get_by_role("button", name="Close source").click()
    expect(source).to_be_focused()


def test_a_source_stays_open_while_the_talk_goes_on(page: Page) -> None:
    ask(page, BANK)
    number(page).click()
    expect(page.locator("mark")).to_be_visible()
    ask(page, "When did the pilot of the digital ruble begin?")
    expect(page.locator(".fn-answer")).to_have_count(2)
    expect(page.locator("mark")).to_contain_text("an almost total ban")
    number(page).click()
    expect(page.get_by_text("page 2 · ruble.pdf")).to_be_visible()
    expect(page.locator("mark")).to_be_in_viewport()


def test_a_phone_gets_a_drawer(people: People, site: Site) -> None:
    page = people.arrive(site.address, width=390, height=844)
    ask(page, BANK)
    number(page).click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    expect(drawer.locator("mark")).to_be_in_viewport()
    expect(drawer.locator("mark")).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(number(page)).to_be_focused()
    expect(number(page)).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_is_enough(page: Page) -> None:
    box = page.get_by_role("textbox", name="Ask your documents")
    expect(box).to_be_enabled()
    box.focus()
    page.keyboard.type(BANK)
    page.keyboard.press("Enter")
    expect(number(page)).to_be_visible()
    for _ in range(20):
        if number(page).evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(number(page)).to_be_focused()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    expect(number(page)).to_be_focused()


def test_a_refusal_shows_the_nearest_passages_and_no_number(page: Page) -> None:
    ask(page, "What is the capital of France?")
    expect(page.get_by_text("Looked for: What is the capital of France?")).to_be_visible()
    nearest = page.get_by_role("button", name="Open passage:")
    expect(nearest.first).to_be_visible()
    expect(page.get_by_role("button", name="Open source")).to_have_count(0)
    nearest.first.click()
    expect(page.locator("mark")).to_be_in_viewport()


def test_a_reload_brings_the_chat_back(page: Page) -> None:
    ask(page, BANK)
    expect(page).to_have_url(re.compile(r"\?c=[0-9a-f]{32}$"))
    page.reload()
    expect(page.locator(".fn-answer")).to_contain_text("an almost total ban on crypto")
    number(page).click()
    expect(page.locator("mark")).to_be_in_viewport()
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".fn-answer")).to_have_count(0)
    page.get_by_test_id("stSidebar").get_by_role("button", name=BANK).click()
    expect(page.locator(".fn-answer")).to_contain_text("an almost total ban on crypto")


def test_two_browsers_have_their_own_chats(people: People, site: Site) -> None:
    ann, bob = people.arrive(site.address), people.arrive(site.address)
    ask(ann, BANK)
    ask(bob, "When did the pilot of the digital ruble begin?")
    for page, other in ((ann, "When did the pilot"), (bob, BANK)):
        page.reload()
        expect(page.locator(".fn-answer")).to_be_visible()
        side_bar = page.get_by_test_id("stSidebar")
        expect(side_bar.get_by_text("Latest chats")).to_be_visible()
        expect(side_bar.get_by_role("button", name=re.compile(re.escape(other)))).to_have_count(0)
        expect(page.get_by_text(other)).to_have_count(0)


def test_a_suggested_question_is_answered(page: Page) -> None:
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    suggestion = page.locator(".st-key-suggestions").get_by_role("button").first
    suggestion.click()
    expect(number(page)).to_be_visible()


def test_stop_keeps_the_question(people: People, stub_site: Site) -> None:
    page = people.arrive(stub_site.address)
    box = page.get_by_role("textbox", name="Ask your documents")
    expect(box).to_be_enabled()
    box.fill("A slow question")
    box.press("Enter")
    expect(page.get_by_text("Searching the documents…")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped before there was an answer.")).to_be_visible()
    expect(page.get_by_text("A slow question", exact=True).last).to_be_visible()
    ask(page, BANK)
    expect(page.locator(".fn-answer")).to_contain_text("an almost total ban")

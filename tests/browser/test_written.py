"""Answers that a language model writes, in a real browser, from a server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import People, Site
from tests.generate.served import Reply, Served, serve

BANK = "What does the Central Bank want?"
TRUE = "The Central Bank wants an almost total ban on crypto."
FALSE = "Elephants painted seventeen harbours in Lisbon."


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def writer(chromium: Browser, site: Site, served: Served) -> Iterator[Page]:
    """A person who has tried a model on the settings page, and chosen it."""
    people = People(chromium)
    page = people.arrive(f"{site.address}/settings")
    served.replies("On Saturdays it opens at eleven and closes at four.")
    page.get_by_role("textbox", name="Model", exact=True).fill("openai:tiny")
    page.get_by_role("textbox", name="Address of its server").fill(served.address)
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("✓ Its server has tiny.")).to_be_visible()
    expect(page.get_by_text("The passage bears it out.")).to_be_visible()
    page.get_by_role("button", name="Use for my questions").click()
    expect(page.get_by_text("What answers in this browser: openai:tiny.")).to_be_visible()
    yield page
    people.leave()
    assert people.outside == []
    assert people.errors == []


@pytest.fixture
def page(writer: Page) -> Page:
    """The same person, with a new chat."""
    writer.get_by_role("button", name="New chat").click()
    expect(writer.get_by_role("heading", name="Ask your documents")).to_be_visible()
    return writer


def put(page: Page, question: str) -> None:
    box = page.get_by_role("textbox", name="Ask your documents")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")


def test_a_draft_is_seen_and_then_its_sentences_with_their_verdicts(
    page: Page, served: Served
) -> None:
    goes_on = threading.Event()
    served.replies(Reply(f"{TRUE} [7] {FALSE} {TRUE}", waits=goes_on))
    put(page, BANK)
    draft = page.locator(".fn-draft")
    expect(draft).to_contain_text(f"{TRUE} [7] Elephants")  # the server is silent now
    expect(draft.get_by_role("log")).to_contain_text(TRUE)
    goes_on.set()
    answer = page.locator(".fn-answer")
    expect(answer).to_contain_text("1 of 3 sentences is not in the documents.")
    expect(draft).to_have_count(0)
    struck = answer.locator("s")
    expect(struck).to_have_text(FALSE)
    expect(answer).not_to_contain_text("[7]")
    expect(page.get_by_role("button", name="Open source 1: crypto-leaders.md")).to_have_count(2)
    page.get_by_role("button", name="Hide what is not in the documents").click()
    expect(struck).to_be_hidden()
    page.get_by_text("How it was written").click()
    expect(answer.get_by_text("100 tokens read, 20 written").last).to_be_visible()


def test_stop_keeps_what_is_there(page: Page, served: Served) -> None:
    never = threading.Event()
    served.replies(Reply(f"{TRUE} {FALSE * 9}", waits=never))
    put(page, BANK)
    expect(page.locator(".fn-draft")).to_contain_text(TRUE)
    page.get_by_role("button", name="Stop", exact=True).click()
    answer = page.locator(".fn-answer")
    expect(answer).to_contain_text("You stopped it before it was done.")
    expect(answer).to_contain_text(TRUE)
    never.set()


def test_a_server_that_fails_leaves_the_built_in_answer(page: Page, served: Served) -> None:
    served.replies(Reply(status=401))
    put(page, BANK)
    answer = page.locator(".fn-answer")
    expect(answer).to_contain_text("openai:tiny refused the key")
    expect(answer).to_contain_text("the built-in reader answered instead")
    expect(answer).to_contain_text("an almost total ban")


def test_what_a_hostile_model_writes_is_text(page: Page, served: Served) -> None:
    goes_on = threading.Event()
    hostile = (
        "<script>document.title='owned'</script> ![](http://evil.example/a.png) "
        "<img src=x onerror=\"document.title='owned'\"> [x](javascript:alert(1)) :material/home:"
    )
    served.replies(Reply(f"{TRUE} {hostile} {hostile}", waits=goes_on))
    put(page, BANK)
    expect(page.locator(".fn-draft")).to_contain_text("<script>document.title='owned'</script>")
    assert page.locator(".fn-draft :is(img, script, a)").count() == 0
    goes_on.set()
    answer = page.locator(".fn-answer")
    expect(answer).to_contain_text(TRUE)
    assert answer.locator("img, script, a").count() == 0
    assert page.title() != "owned"


def test_the_choice_is_kept_in_this_browser_and_can_be_changed(page: Page) -> None:
    choice = page.get_by_role("combobox", name="Answered by")
    page.reload()
    expect(choice).to_have_value("openai:tiny")
    choice.click()
    page.get_by_role("option", name="Built-in reader").click()
    put(page, BANK)
    expect(page.locator(".fn-answer")).to_contain_text("Word for word")
    page.reload()
    expect(choice).to_have_value("Built-in reader")

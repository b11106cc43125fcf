"""axe looks at every page and drawer, in the light and in the dark."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site, ask

GRAVE = {"serious", "critical"}
SETTLED = """() => Promise.allSettled(
  document.getAnimations()
    .filter(one => one.effect.getComputedTiming().iterations !== Infinity)
    .map(one => one.finished)
)"""
OPTIONS = {"resultTypes": ["violations"]}


def faults(page: Page, place: str) -> list[str]:
    """What axe finds serious or critical, with the first places where it does."""
    # What fades in has not its colour yet.
    page.evaluate(SETTLED)
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{place}: {one['id']} ({one['impact']}), {one['help']}: "
        + " ".join(f"{node['target']} {node['html'][:150]}" for node in one["nodes"][:3])
        for one in found
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(people: People, site: Site, scheme: str) -> None:
    page = people.arrive(site.address, color_scheme=scheme)
    expect(page.get_by_role("button").filter(has_text="?").first).to_be_visible()
    found = faults(page, "chat, empty")
    ask(page, "What does the Central Bank want?")
    found += faults(page, "chat, with an answer")
    page.get_by_role("button", name="Open source 1:").click()
    expect(page.locator("mark")).to_be_focused()
    page.get_by_role("button", name="Outline").click()
    expect(page.get_by_role("navigation", name="Headings").get_by_role("button")).to_have_count(1)
    found += faults(page, "source, as text")
    ask(page, "When did the pilot of the digital ruble begin?")
    expect(page.locator(".fn-answer")).to_have_count(2)
    page.get_by_role("button", name="Open source 1:").last.click()
    expect(page.get_by_role("region", name="Page 2 of")).to_be_visible()
    expect(page.locator("mark")).to_be_focused()
    found += faults(page, "source, as a page")
    page.get_by_role("tab", name="File").click()
    found += faults(page, "source, its file")
    page.get_by_role("link", name="Library").click()
    table = page.get_by_role("table", name="Documents")
    expect(table).to_be_visible()
    found += faults(page, "library")
    table.get_by_role("link", name="The digital ruble").click()
    expect(page.get_by_role("region", name=re.compile("Page 1 of"))).to_be_visible()
    found += faults(page, "a document")
    page.get_by_role("link", name="Your chats").click()
    expect(page.get_by_role("button", name="More").first).to_be_visible()
    found += faults(page, "chats")
    page.get_by_role("link", name="Check answers").click()
    expect(page.locator(".fn-claim").first).to_be_visible()
    found += faults(page, "check")
    assert found == []


def test_nothing_keeps_anybody_out_on_a_phone(people: People, site: Site) -> None:
    page = people.arrive(site.address, width=390, height=844, color_scheme="dark")
    ask(page, "When did the pilot of the digital ruble begin?")
    found = faults(page, "chat")
    page.get_by_role("button", name="Open source 1:").click()
    expect(page.get_by_role("dialog").locator("mark")).to_be_focused()
    found += faults(page, "drawer")
    assert found == []

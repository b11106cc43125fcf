"""The first minutes: an empty library, and many files at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import People, ask, clean_environment, served
from tests.browser.test_library import text_file, upload

FILES = 50


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serves the app with nothing in its library."""
    folder = tmp_path_factory.mktemp("empty")
    with served("streamlit_app.py", clean_environment(folder, folder / "index"), folder) as address:
        yield address


def test_an_empty_library_begins_with_the_sample(people: People, empty_site: str) -> None:
    page = people.arrive(empty_site)
    expect(page.get_by_text("The library is empty")).to_be_visible()
    page.get_by_role("button", name="Take in the sample corpus").click()
    expect(page.get_by_text("Every answer shows where it stands")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Reading files")).to_have_count(0, timeout=120_000)
    ask(page, "what does the Central Bank want?")
    expect(page.locator(".fn-answer")).to_contain_text("almost total ban")
    _follow_up(page)


def _follow_up(page: Page) -> None:
    """Goes on with what is suggested below the answer: the document that was cited is asked."""
    follow_up = page.locator(".st-key-follow_ups").get_by_role("button").first
    question = follow_up.inner_text()
    follow_up.click()
    expect(page.locator(".fn-answer")).to_have_count(2)
    expect(page.get_by_text(question, exact=True).first).to_be_visible()
    expect(page.get_by_text("Asked: ").last).to_be_visible()
    page.reload()
    expect(page.locator(".fn-answer")).to_have_count(2)
    expect(page.get_by_role("button", name="Ask all documents")).to_have_count(0)  # they are asked


def test_fifty_files_at_once_each_meet_their_fate(people: People, empty_site: str) -> None:
    page = people.arrive(f"{empty_site}/library")
    jobs = page.get_by_role("table", name="Files being taken in")
    page.get_by_role("button", name="Clear this list").click()  # the sample's
    expect(jobs).to_have_count(0)
    good = [text_file(f"ward-{n}.txt", f"Ward {n} of Hull has {n} boats.") for n in range(FILES)]
    odd = [
        FilePayload(name="nothing.txt", mimeType="text/plain", buffer=b""),
        FilePayload(name="picture.docx", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n\x00\x00"),
    ]
    upload(page, *good, *odd)
    done = re.compile(rf"{FILES + 2} of {FILES + 2} files done, 2 refused")
    expect(page.get_by_text(done)).to_be_visible(timeout=120_000)
    for name in ("nothing.txt", "picture.docx"):
        refused = jobs.get_by_role("row").filter(has_text=name)
        expect(refused).to_contain_text("Refused")
        assert len(refused.locator(".fn-facts").first.inner_text()) > 20  # says why
    page.get_by_role("button", name="Clear this list").click()
    expect(jobs).to_have_count(0)

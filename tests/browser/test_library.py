"""Documents in and out, while the chat goes on."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import People, Site, ask

# Some two thousand passages: a minute's work, so that there is a middle to look at.
LONG_TEXT = "\n\n".join(
    f"Paragraph {n}. " + " ".join(f"The clerk of ward {n * k} counts boats." for k in range(1, 30))
    for n in range(1, 2_000)
)


def upload(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]").set_input_files(list(files))
    uploader = page.get_by_role("region", name="Add documents")
    expect(uploader.get_by_role("button", name="Remove")).to_have_count(len(files))
    page.get_by_role("button", name="Add to the library").click()


def text_file(name: str, text: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=text.encode())


def test_the_library_lists_its_documents(people: People, site: Site) -> None:
    page = people.arrive(f"{site.address}/library")
    table = page.get_by_role("table", name="Documents")
    row = table.get_by_role("row").filter(has_text="The digital ruble")
    expect(row).to_contain_text("PDF")
    expect(row.get_by_role("cell").nth(4)).to_have_text("3")
    expect(table).to_contain_text("Crypto leaders ask the president for talks")


def test_files_come_in_while_the_chat_goes_on(people: People, site: Site) -> None:
    page = people.arrive(site.address)
    ask(page, "What does the Central Bank want?")
    page.get_by_role("link", name="Library").click()
    hostile = "../../\u202eharbour\u2066-rules.txt"
    fact = "The harbour of Wismar opens its gate at five in the morning.\n"
    empty = FilePayload(name="broken.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 broken")
    upload(page, text_file(hostile, fact), empty)
    job = page.get_by_role("table", name="Files being taken in")
    expect(job.get_by_role("row").filter(has_text="harbour")).to_contain_text(
        "Ready", timeout=60_000
    )
    refused = job.get_by_role("row").filter(has_text="broken.pdf")
    expect(refused).to_contain_text("Refused", timeout=60_000)
    assert len(refused.locator(".fn-facts").inner_text()) > 20  # says why
    expect(page.get_by_text("2 of 2 files done, 1 refused")).to_be_visible()
    expect(page.get_by_role("table", name="Documents")).to_contain_text("harbour-rules.txt")
    second_tab = page.context.new_page()
    second_tab.goto(f"{site.address}/library")
    expect(second_tab.get_by_text("2 of 2 files done, 1 refused")).to_be_visible()
    second_tab.close()
    page.get_by_role("link", name="Chat").click()
    ask(page, "When does the harbour of Wismar open its gate?")
    expect(page.locator(".fn-answer").last).to_contain_text("five in the morning")
    assert not list((site.index / "incoming").iterdir())[1:]  # the refused one can be retried
    assert not [p for p in site.index.parent.rglob("*harbour*") if "index" not in p.parts]
    remove(people, site, page)


def remove(people: People, site: Site, page: Page) -> None:
    """Removes the uploaded file again; the answer that cites it then says so."""
    page.get_by_role("link", name="Library").click()
    documents = page.get_by_role("table", name="Documents")
    documents.get_by_role("checkbox", name="harbour").check()
    page.get_by_role("button", name="Remove 1 document").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    # Nor does the list of what came in tell of it any more.
    expect(page.get_by_role("checkbox", name="harbour")).to_have_count(0)
    page.get_by_role("link", name="Chat").click()
    page.get_by_role("button", name="Open source 1: harbour").click()
    expect(page.get_by_text("This document has been removed; its quote is kept.")).to_be_visible()
    expect(page.locator("mark")).to_contain_text("five in the morning")


def test_every_tab_sees_the_same_work_and_may_end_it(people: People, site: Site) -> None:
    page = people.arrive(f"{site.address}/library")
    upload(page, text_file("long.txt", LONG_TEXT))
    embedding = re.compile(r"Embedding [1-9][\d,]* of [\d,]+")
    expect(long_row(page)).to_contain_text(embedding, timeout=60_000)
    page.reload()
    expect(long_row(page)).to_contain_text(embedding)
    second_tab = people.arrive(site.address)
    ask(second_tab, "What does the Central Bank want?")
    second_tab.get_by_role("link", name="Library").click()
    expect(long_row(second_tab)).to_contain_text(embedding)
    second_tab.get_by_role("button", name="Cancel all").click()
    for tab in (page, second_tab):
        expect(long_row(tab)).to_contain_text("Cancelled", timeout=60_000)
    expect(page.get_by_role("table", name="Documents")).not_to_contain_text("long.txt")
    page.get_by_role("button", name="Clear this list").click()
    for tab in (page, second_tab):  # the other one looks from time to time
        expect(tab.get_by_role("table", name="Files being taken in")).to_have_count(0)
    assert list((site.index / "incoming").iterdir()) == []


def long_row(page: Page) -> Locator:
    jobs = page.get_by_role("table", name="Files being taken in")
    return jobs.get_by_role("row").filter(has_text="long.txt")

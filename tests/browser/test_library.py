"""Documents in and out, while the chat goes on."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import People, Site, ask

# Some two thousand passages: a minute's work, so that there is a middle to look at.
LONG_TEXT = "\n\n".join(
    f"Paragraph {n}. " + " ".join(f"The clerk of ward {n * k} counts boats." for k in range(1, 30))
    for n in range(1, 2_000)
)


CHOOSING_MS = 8_000


def upload(page: Page, *files: FilePayload) -> None:
    # A file that is chosen while the page is still being drawn for the first time is lost.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    # The one for backups, further down, may be drawn before it.
    uploader = page.get_by_role("region", name="Files to add")
    uploader.locator("input[type=file]").set_input_files(list(files))
    listed = uploader.get_by_role("button", name="Remove")
    # On a busy machine the uploader may list nothing of what was chosen (seen once, the cause was
    # not found): then one chooses again, as a person would.
    try:
        expect(listed).not_to_have_count(0, timeout=CHOOSING_MS)
    except AssertionError:
        uploader.locator("input[type=file]").set_input_files(list(files))
    expect(listed).to_have_count(len(files))
    page.get_by_role("button", name="Add to the library").click()


def text_file(name: str, text: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=text.encode())


def test_the_library_lists_its_documents(people: People, site: Site) -> None:
    page = people.arrive(f"{site.address}/library")
    table = page.get_by_role("table", name="Documents")
    row = table.get_by_role("row").filter(has_text="The digital ruble")
    expect(row).to_contain_text("PDF")
    expect(row.get_by_role("cell").nth(5)).to_have_text("3")
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
    assert len(refused.locator(".fn-facts").first.inner_text()) > 20  # says why
    expect(page.get_by_text("2 of 2 files done, 1 refused")).to_be_visible()
    expect(page.get_by_role("table", name="Documents")).to_contain_text("harbour-rules.txt")
    second_tab = page.context.new_page()
    second_tab.goto(f"{site.address}/library")
    expect(second_tab.get_by_text("2 of 2 files done, 1 refused")).to_be_visible()
    second_tab.close()
    page.get_by_role("link", name="Chat", exact=True).click()
    ask(page, "When does the harbour of Wismar open its gate?")
    expect(page.locator(".fn-answer").last).to_contain_text("five in the morning")
    assert not list((site.index / "incoming").iterdir())[1:]  # the refused one can be retried
    assert not [p for p in site.index.parent.rglob("*harbour*") if "index" not in p.parts]
    remove(people, site, page)


def test_a_backup_is_downloaded_and_put_back(people: People, site: Site, tmp_path: Path) -> None:
    page = people.arrive(f"{site.address}/library")
    page.get_by_text("Backup and restore").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download a backup").click()
    download.value.save_as(tmp_path / "backup.zip")
    upload(page, text_file("late.txt", "It came after the backup.\n"))
    documents = page.get_by_role("table", name="Documents")
    expect(documents.get_by_role("checkbox", name="late")).to_have_count(1, timeout=60_000)
    restore = page.get_by_role("button", name="Restore…")
    if not restore.is_visible():
        page.get_by_text("Backup and restore").click()
    uploader = page.get_by_role("region", name="Put a backup back")
    uploader.locator("input[type=file]").set_input_files(tmp_path / "backup.zip")
    restore.click()
    page.get_by_role("dialog").get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("table", name="Documents")).to_contain_text("Crypto leaders ask")
    expect(page.get_by_role("checkbox", name="late")).to_have_count(0)
    page.get_by_role("link", name="Chat", exact=True).click()
    ask(page, "What does the Central Bank want?")
    expect(page.locator(".fn-answer").last).to_contain_text("almost total ban")


def remove(people: People, site: Site, page: Page) -> None:
    """Removes the uploaded file, undoes it, removes it again; its citation then says so."""
    page.get_by_role("link", name="Library").click()
    documents = page.get_by_role("table", name="Documents")
    documents.get_by_role("checkbox", name="harbour").check()
    page.get_by_role("button", name="Remove 1 document").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    # Nor does the list of what came in tell of it any more.
    expect(page.get_by_role("checkbox", name="harbour")).to_have_count(0)
    second_tab = page.context.new_page()
    second_tab.goto(f"{site.address}/library")
    second_tab.reload()
    for tab in (page, second_tab):
        expect(tab.get_by_text("Removed 1 document.")).to_be_visible()
    second_tab.get_by_role("button", name="Undo (").click()
    documents = second_tab.get_by_role("table", name="Documents")
    expect(documents.get_by_role("checkbox", name="harbour")).to_have_count(1)
    second_tab.close()
    expect(page.get_by_text("Removed 1 document.")).to_have_count(0)
    page.get_by_role("table", name="Documents").get_by_role("checkbox", name="harbour").check()
    page.get_by_role("button", name="Remove 1 document").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Removed 1 document.")).to_be_visible()
    page.get_by_role("link", name="Chat", exact=True).click()
    page.get_by_role("button", name="Open source 1: harbour").click()
    expect(page.get_by_text("This document is no longer in the library")).to_be_visible()
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

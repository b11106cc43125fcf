"""The pages as Streamlit runs them, over a stub: states, words, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag.errors import LibraryBroken
from rag.history import History
from rag.library import Library
from rag.records import Job
from rag.settings import Settings
from tests.fakes import HashingEmbedder
from tests.ui.pages import BANK, MAIN, ask, button, cell_text, drawn, keys, leaders, settle, texts
from tests.ui.stub import StubAssistant, StubLibrary
from ui import backup, services
from ui.sample import SAMPLE


def test_the_first_page_is_usable_before_the_models_are_loaded(app: AppTest) -> None:
    assert app.title[0].value == "Ask your documents"
    assert "Loading the models…" in texts(app)
    assert "3 documents" in texts(app)
    assert not app.chat_input(key="question").disabled
    assert not app.exception


def test_suggestions_come_when_the_models_are_ready(app: AppTest, core: StubAssistant) -> None:
    services.models().wait()
    settle(app, lambda: "suggestion_0" in keys(app))
    # The label has lost its Markdown; the question has not.
    assert button(app, "suggestion_1").label == "Who asked for a meeting?"
    button(app, "suggestion_1").click().run()
    assert core.asked[-1][0] == "Who asked for a *meeting*?"


def test_an_answer_is_drawn_with_its_citations(app: AppTest) -> None:
    ask(app, BANK)
    answer = drawn(app, "citations")[0]
    assert answer["line"] == "Word for word · 2 sources · as of 15 June 2022"
    assert [s["sources"] for s in answer["sentences"]] == [[0], [1]]
    bold = [p["text"] for s in answer["sentences"] for p in s["parts"] if p["bold"]]
    assert bold == ["an almost total ban", "a ban"]
    assert answer["sources"][1]["place"] == "report.pdf, page 2"
    assert button(app, keys(app)[-1]) is not None
    labels = [b.label for b in app.button if b.key.startswith("source_")]
    assert labels == ["1 Crypto leaders ask for clear rules", "2 Report of January 2022, page 2"]


def test_the_question_stands_as_it_was_written(app: AppTest) -> None:
    ask(app, "**Central Bank** ![](http://evil.example/x.png)?")
    assert "**Central Bank** ![](http://evil.example/x.png)?" in texts(app)


def test_a_source_opens_beside_the_chat_steps_and_closes(app: AppTest) -> None:
    ask(app, BANK)
    message = next(k for k in keys(app) if k.startswith("source_")).split("_")[1]
    button(app, f"source_{message}_0").click().run()
    shown = drawn(app, "passage")[0]
    text = shown["stretch"]["text"]
    assert text[shown["from"] : shown["to"]].startswith("However the Central Bank")
    assert [text[start:end] for start, end in shown["bold"]] == ["an almost total ban"]
    assert text.startswith("# Crypto leaders")
    assert shown["steps"] == [0, 2]
    chat = app.session_state["chat"]
    chat.step_source(1)
    app.run()
    shown = drawn(app, "passage")[0]
    assert (shown["title"], shown["steps"]) == ("Report of January 2022", [1, 2])
    chat.step_source(1)  # there is no third
    assert chat.opened.position == 1
    chat.close_source()
    app.run()
    assert drawn(app, "passage") == []
    assert drawn(app, "citations")[0]["focus"]["button"] == f"source_{message}_1"


def test_a_refusal_shows_the_nearest_passages_and_no_number(app: AppTest) -> None:
    ask(app, "What is the capital of France?")
    answer = drawn(app, "citations")[0]
    assert answer["status"] == "abstained"
    assert answer["text"] == "The documents do not answer this."
    assert answer["searched"] == "What is the capital of France?"
    assert [s["place"] for s in answer["sources"]] == ["crypto-leaders.md"]
    assert not [k for k in keys(app) if k.startswith("source_")]


def test_a_foreseen_failure_is_one_sentence(app: AppTest) -> None:
    ask(app, "fail")
    assert app.error[0].value == "The question could not be answered."
    assert "This question cannot be asked; ask another." in texts(app)
    assert not app.exception


def test_an_unforeseen_failure_gives_a_reference_and_no_detail(app: AppTest) -> None:
    ask(app, "crash")
    told = next(t for t in texts(app) if "reference" in t)
    assert "secret" not in told
    assert not app.exception


def test_a_library_that_cannot_be_opened_is_told(
    core: StubAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(settings: object) -> StubAssistant:
        raise LibraryBroken("The library is damaged; run python -m rag check --repair.")

    monkeypatch.setattr(services, "open_core", broken)
    st.cache_resource.clear()
    app = AppTest.from_file(str(MAIN), default_timeout=20).run()
    assert "The library is damaged; run python -m rag check --repair." in texts(app)
    assert not app.exception


def test_an_empty_library_explains_itself(core: StubAssistant) -> None:
    core.library = StubLibrary(samples=())
    app = AppTest.from_file(str(MAIN), default_timeout=20).run()
    assert any("The library is empty" in text for text in texts(app))
    app.switch_page("library.py").run()
    button(app, "sample").click().run()
    assert core.library.synced == [SAMPLE]
    assert not app.exception


def test_a_slow_question_can_be_stopped_and_asked_again(app: AppTest, core: StubAssistant) -> None:
    ask(app, "slow one")
    stop = next(k for k in keys(app) if k.startswith("stop_"))
    assert "Searching the documents…" in texts(app)
    button(app, stop).click().run()
    assert "Stopped before there was an answer." in texts(app)
    core.released.set()
    button(app, stop.replace("stop", "again")).click().run()
    assert len(drawn(app, "citations")) == 1


def test_a_slow_question_survives_other_clicks(app: AppTest, core: StubAssistant) -> None:
    ask(app, "slow one")
    app.run()
    core.released.set()
    settle(app, lambda: drawn(app, "citations"))


def test_the_address_brings_a_chat_back(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    address = app.query_params["c"]
    again = AppTest.from_file(str(MAIN), default_timeout=20)
    again.query_params["c"] = address
    again.run()
    assert BANK in texts(again)
    assert drawn(again, "citations") == drawn(app, "citations")


def test_an_unknown_address_is_told(core: StubAssistant) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=20)
    app.query_params["c"] = "0" * 32
    app.run()
    assert "The chat of this address is not kept here any more; this is a new one." in texts(app)


def test_chats_are_listed_left_and_taken_up_again(app: AppTest) -> None:
    ask(app, BANK)
    kept = next(k for k in keys(app) if k.startswith("chat_"))
    button(app, "new_chat").click().run()
    assert app.title[0].value == "Ask your documents"
    button(app, kept).click().run()
    assert BANK in texts(app)


def test_the_chat_survives_a_look_at_the_library(app: AppTest) -> None:
    ask(app, BANK)
    app.switch_page("library.py").run()
    assert app.title[0].value == "Library"
    app.switch_page("chat.py").run()
    assert BANK in texts(app)


def test_a_removed_document_is_told_beside_its_quote(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    core.library.remove(leaders(core))
    button(app, next(k for k in keys(app) if k.startswith("source_"))).click().run()
    shown = drawn(app, "passage")[0]
    assert shown["notice"] == "This document is no longer in the library; its quote is kept."
    assert "an almost total ban" in [p["text"] for p in shown["quote"]]


def test_a_changed_document_is_told_beside_its_quote(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    core.library.remove(leaders(core))
    core.library.submit_upload("crypto-leaders.md", b"It says something else now.\n")
    button(app, next(k for k in keys(app) if k.startswith("source_"))).click().run()
    shown = drawn(app, "passage")[0]
    assert shown["notice"] == "This document has changed since; this is the quote as it was."
    assert "an almost total ban" in [p["text"] for p in shown["quote"]]


def test_erased_quotations_are_gone_from_the_open_chat(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    core.library.remove(leaders(core))
    services.history().erase_quotes([d.id for _, d in core.library._removed.values()])
    app.run()
    answer = drawn(app, "citations")[0]
    texts_of = ["".join(p["text"] for p in s["parts"]) for s in answer["sentences"]]
    assert texts_of == ["[erased]", "The bank proposes a ban on issuing and trading crypto."]
    button(app, next(k for k in keys(app) if k.startswith("source_"))).click().run()
    shown = drawn(app, "passage")[0]
    assert shown["notice"] == "This quote has been erased from the saved chats."
    assert "almost total ban" not in json.dumps([answer, shown])


def test_a_chat_that_a_backup_does_not_hold_is_told(app: AppTest) -> None:
    ask(app, BANK)
    kept = next(k for k in keys(app) if k.startswith("chat_"))
    history, chat = services.history(), kept.removeprefix("chat_")
    history.delete(chat, history.conversation(chat).owner)
    app.run()
    assert "The chat of this address is not kept here any more; this is a new one." in texts(app)
    assert not drawn(app, "citations")


def test_a_removal_is_undone_from_any_tab(app: AppTest, core: StubAssistant) -> None:
    core.library.remove(leaders(core), undo_seconds=30)
    app.switch_page("library.py").run()
    assert "Removed 1 document." in texts(app)
    undo = next(b for b in app.button if b.key.startswith("undo_"))
    assert undo.label in ("Undo (30 s)", "Undo (29 s)", "Undo (28 s)")
    other = AppTest.from_file(str(MAIN), default_timeout=20).run()
    other.switch_page("library.py").run()
    assert "Removed 1 document." in texts(other)
    undo.click().run()
    assert leaders(core)
    assert not [k for k in keys(app) if k.startswith("undo_")]
    next(b for b in other.button if b.key.startswith("undo_")).click().run()
    assert not [t for t in texts(other) if "could not be put back" in t]
    assert not other.exception


def removal_page() -> None:
    """What the library page does with documents that are marked."""
    from ui import services
    from ui.removal import confirm_removal, draw_undo

    draw_undo()
    if marked := services.core().library.find("crypto-leaders.md"):
        confirm_removal(marked)


@pytest.mark.parametrize("erase", [True, False])
def test_a_removal_is_asked_about(core: StubAssistant, erase: bool) -> None:
    chat = AppTest.from_file(str(MAIN), default_timeout=20).run()
    ask(chat, BANK)
    page = AppTest.from_function(removal_page, default_timeout=20).run()
    assert "Quotations in saved chats stay." in texts(page)
    assert "crypto-leaders.md" in texts(page)
    if erase:
        page.checkbox(key="erase_quotes").check().run()
        assert "The quotations are erased at once, and that cannot be undone." in texts(page)
    assert leaders(core)
    button(page, "remove_now").click().run()
    assert not leaders(core)
    assert "Removed 1 document." in texts(page)
    chat.run()
    assert ("[erased]" in json.dumps(drawn(chat, "citations"))) == erase
    assert not page.exception


def backup_page() -> None:
    """The part of the library page that restores, with a file chosen."""
    import io
    from pathlib import Path

    from ui import backup, services

    backup.draw_backup()
    file = Path(services.settings().index).parent / "a.zip"
    if file.exists():
        backup._confirm_restore(io.BytesIO(file.read_bytes()))


def test_a_backup_is_restored(core: StubAssistant, tmp_path: Path) -> None:
    index = tmp_path / "index"
    Library.open(Settings(index=index), HashingEmbedder()).close()
    history = services.history()
    history.append(history.start("ann"), "Kept?", None)
    (tmp_path / "a.zip").write_bytes(backup._make_backup(index))
    history.append(history.start("ann"), "Lost?", None)
    page = AppTest.from_function(backup_page, default_timeout=20).run()
    assert button(page, "restore").disabled
    button(page, "restore_now").click().run()
    assert [t for t in texts(page) if t.startswith("Restored 0 documents and 1 chat, as they were")]
    assert [c.title for c in history.conversations("ann")] == ["Kept?"]
    (tmp_path / "a.zip").write_bytes(b"no backup")
    button(page, "restore_now").click().run()
    assert page.error[0].value == "The backup could not be restored."
    assert not page.exception


def test_what_cannot_be_put_back_is_told(app: AppTest, core: StubAssistant) -> None:
    core.library.remove(leaders(core), undo_seconds=30)
    app.switch_page("library.py").run()
    core.library._removed.clear()
    next(b for b in app.button if b.key.startswith("undo_")).click().run()
    assert [t for t in texts(app) if t.startswith("1 document could not be put back")]
    app.run()
    assert not [t for t in texts(app) if t.startswith("1 document could not be put back")]


def test_the_library_lists_its_documents(app: AppTest) -> None:
    app.switch_page("library.py").run()
    assert [(m.label, m.value) for m in app.metric][:2] == [("Documents", "3"), ("Passages", "6")]
    rows = drawn(app, "tables")[0]["rows"]
    report = next(row for row in rows if row[3][0] == "Report of January 2022")
    assert report[4:] == [
        "PDF",
        ["Jan 2022", "2022-01"],
        "English",
        2,
        len(services.core().library.text(report[0])),
        ["22 Nov 2026", "2026-11-22T10:00:00"],
        ["", 0],
        ["1 warning", 2],
    ]
    assert button(app, "remove").disabled


def test_uploads_are_read_one_by_one_and_the_bad_one_says_why(
    app: AppTest, core: StubAssistant
) -> None:
    app.switch_page("library.py").run()
    app.file_uploader(key="files").upload("../../good.txt", b"words", "text/plain")
    app.file_uploader(key="files").upload("empty.txt", b"", "text/plain")
    next(b for b in app.button if b.label == "Add to the library").click().run()
    assert job_rows(app) == [
        ["good.txt", "Ready", "", "5", "2", "0.2"],
        ["empty.txt empty.txt is empty; there is nothing to read in it.", "Refused", *[""] * 4],
    ]
    assert "good.txt" in [d.name for d in core.library.documents()]
    assert "cancel_jobs" not in keys(app)
    button(app, "clear_jobs").click().run()
    assert core.library.jobs() == []
    assert "clear_jobs" not in keys(app)


def job_rows(app: AppTest) -> list[list[str]]:
    jobs = next(t for t in drawn(app, "tables") if t["caption"] == "Files being taken in")
    return [[cell_text(cell) for cell in row[3:]] for row in jobs["rows"]]


def test_jobs_are_cancelled_and_tried_again(app: AppTest, core: StubAssistant) -> None:
    core.library.submit_upload("empty.txt", b"")
    core.library.is_working = False
    for name in ("a.txt", "b.txt"):
        core.library.submit_upload(name, b"words")
    app.switch_page("library.py").run()
    assert [row[:2] for row in job_rows(app)][1:] == [["a.txt", "Waiting"], ["b.txt", "Waiting"]]
    assert "Reading files: 1 of 3 done" in texts(app)
    assert button(app, "cancel_jobs").label == "Cancel all"
    button(app, "cancel_jobs").click().run()
    assert [job.stage for job in core.library.jobs()] == ["refused", "cancelled", "cancelled"]
    assert button(app, "retry_jobs").label == "Retry all"
    button(app, "retry_jobs").click().run()
    assert [row[1] for row in job_rows(app)] == ["Waiting", "Cancelled", "Cancelled"]


def test_a_job_in_hand_tells_how_far_it_is(app: AppTest, core: StubAssistant) -> None:
    core.library._jobs = [
        Job("1", "upload", "a.txt", stage="embedding", done=1024, total=50_050, seconds=61.04),
        Job("2", "sync", "reports", stage="storing", cancelling=True),
        *(Job(f"q{n}", "file", f"{n}.txt") for n in range(600)),
    ]
    app.switch_page("library.py").run()
    rows = job_rows(app)
    assert len(rows) == 500
    assert rows[0] == ["reports: what is gone from the folder", "Cancelling", *[""] * 4]
    assert rows[1] == ["a.txt", "Embedding 1,024 of 50,050", "", "", "", "61.0"]
    assert "and 102 more" in [c.value for c in app.caption]


def test_each_tab_without_a_cookie_has_its_own_list(app: AppTest) -> None:
    ask(app, BANK)
    other = AppTest.from_file(str(MAIN), default_timeout=20).run()
    assert not [k for k in keys(other) if k.startswith("chat_")]


def test_a_history_that_cannot_be_written_does_not_break_the_page(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise LibraryBroken("The disk has no room left.")

    monkeypatch.setattr(History, "append", full)
    ask(app, BANK)
    assert "The disk has no room left." in texts(app)
    assert not app.exception

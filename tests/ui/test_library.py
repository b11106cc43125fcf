"""The library page: adding, folders, the table, one document's view, and what is asked of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.errors import LibraryBusy
from rag.library import Change, Plan
from tests.ui.pages import BANK, MAIN, ask, button, drawn, keys, texts
from tests.ui.stub import HOSTILE, LEADERS, REPORT, StubAssistant, StubLibrary
from ui import services

FOLDER = "/reports"


@pytest.fixture
def library(app: AppTest) -> AppTest:
    """The app at its library page."""
    return app.switch_page("library.py").run()


def id_of(core: StubAssistant, name: str) -> str:
    return next(d.id for d in core.library.documents() if d.name == name)


def open_document(app: AppTest, core: StubAssistant, name: str = "crypto-leaders.md") -> AppTest:
    app.session_state["opened_document"] = id_of(core, name)
    return app.run()


def sheet(app: AppTest, **parts: str) -> list[dict[str, Any]]:
    """The pieces that were drawn as text, of the sheet of a name where one is given."""
    wanted = parts.get("name")
    sheets = [s for s in drawn(app, "sheet") if wanted is None or s["name"] == wanted]
    return [piece for one in sheets for piece in one["pieces"]]


def submit(app: AppTest, place: int) -> AppTest:
    """Clicks the button of a tab for adding: files, folder, text, address."""
    adds = [b for b in app.button if b.label == "Add to the library"]
    return adds[place].click().run()


def test_a_pasted_text_comes_in_under_its_title(library: AppTest, core: StubAssistant) -> None:
    library.text_input(key="paste_title").input("A *note*/with signs")
    library.text_area(key="paste_text").input("It says so.")
    submit(library, 2)
    kept = next(d for d in core.library.documents() if d.title == "A *note*/with signs")
    assert kept.name == "with signs.txt"
    assert core.library.text(kept.id) == "It says so."


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (0, "Choose something to add first."),
        (2, "Paste a text first."),
        (3, "Write an address first."),
    ],
)
def test_what_is_missing_is_said(library: AppTest, place: int, sentence: str) -> None:
    submit(library, place)
    assert sentence in texts(library)
    library.run()
    assert sentence not in texts(library)


def test_what_a_system_puts_into_a_folder_is_left_out(
    library: AppTest, core: StubAssistant
) -> None:
    uploader = library.file_uploader(key="files")
    uploader.upload("reports/.DS_Store", b"x", "text/plain")
    uploader.upload("reports/new.txt", b"words", "text/plain")
    submit(library, 0)
    assert [job.name for job in core.library.jobs()] == ["new.txt"]


def test_an_address_is_put_into_the_queue(library: AppTest, core: StubAssistant) -> None:
    library.text_input(key="address_url").input(" https://example.org/a ")
    submit(library, 3)
    assert [job.location for job in core.library.jobs()] == ["https://example.org/a"]


def test_no_address_is_taken_offline(core: StubAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_OFFLINE", "1")
    services.settings.clear()
    app = AppTest.from_file(str(MAIN), default_timeout=20).run()
    app.switch_page("library.py").run()
    assert app.text_input(key="address_url").disabled
    assert "Nothing is fetched from the web: the setting RAG_OFFLINE is on." in texts(app)


def compare(app: AppTest, path: str) -> AppTest:
    app.text_input(key="folder_path").input(path)
    return next(b for b in app.button if b.label == "Compare with the library").click().run()


def test_a_folder_shows_its_plan_before_it_is_synced(library: AppTest, core: StubAssistant) -> None:
    core.library.folder_plan = Plan(
        FOLDER,
        (
            Change("added", "new.txt", f"{FOLDER}/new.txt"),
            Change("renamed", "b.txt", f"{FOLDER}/b.txt", former=f"{FOLDER}/a.txt"),
            Change("removed", "old.txt", f"{FOLDER}/old.txt"),
            Change("unchanged", "same.txt", f"{FOLDER}/same.txt"),
        ),
    )
    compare(library, FOLDER)
    plan = next(t for t in drawn(library, "tables") if t["key"] == "plan")
    assert [row[3:] for row in plan["rows"]] == [
        ["new.txt", "New", FOLDER],
        ["b.txt", "Renamed", f"{FOLDER}, was {FOLDER}/a.txt"],
        ["old.txt", "Gone, is removed", FOLDER],
    ]
    assert core.library.synced == []
    button(library, "folder_apply").click().run()
    assert core.library.synced == [Path(FOLDER)]
    assert "folder_apply" not in keys(library)


def test_a_folder_is_followed_and_left_alone_again(library: AppTest, core: StubAssistant) -> None:
    core.library.folder_plan = Plan(FOLDER, (Change("unchanged", "a", f"{FOLDER}/a"),))
    compare(library, FOLDER)
    assert button(library, "folder_apply").disabled
    library.checkbox(key="folder_follow").check().run()
    button(library, "folder_apply").click().run()
    assert core.library.watched == [Path(FOLDER)]
    assert core.library.synced == []
    assert f"{FOLDER} (followed, last synced 22 November 2026)" in texts(library)
    button(library, "unfollow_0").click().run()
    assert core.library.watched == []


def test_a_folder_that_is_not_there_is_told(library: AppTest) -> None:
    compare(library, "/nowhere")
    assert "There is no folder /nowhere: check the path." in texts(library)
    compare(library, " ")
    assert "Write the path of a folder first." in texts(library)


def test_the_table_filters_by_what_tells_documents_apart(core: StubAssistant) -> None:
    more = [(f"{n}.md", f"Number {n}", None, f"Text {n}") for n in range(4)]
    core.library = StubLibrary([*more, ("a.pdf", "Report", None, "Text"), ("b.md", "B", None, "B")])
    core.library.alike = [(id_of(core, "0.md"), id_of(core, "1.md"))]
    app = AppTest.from_file(str(MAIN), default_timeout=20).run()
    app.switch_page("library.py").run()
    table = drawn(app, "tables")[0]
    assert [(title, [o for _, o in options]) for title, _, options in table["filters"]] == [
        ("Kind", ["Markdown", "PDF"]),
        ("State", ["With warnings", "Likely duplicates"]),
    ]
    tags = {text: n for _, _, options in table["filters"] for n, text in options}
    rows = {row[0]: row[2] for row in table["rows"]}
    assert tags["With warnings"] in rows[id_of(core, "a.pdf")]
    assert tags["Likely duplicates"] in rows[id_of(core, "1.md")]
    assert ("Likely duplicates", "2") in [(m.label, m.value) for m in app.metric]


def test_how_often_a_document_is_cited_is_counted(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    app.switch_page("library.py").run()
    rows = {row[0]: row for row in drawn(app, "tables")[0]["rows"]}
    assert rows[id_of(core, "report.pdf")][10] == 1
    assert rows[id_of(core, "report.pdf")][11] == ["1 warning", 2]


def whole(app: AppTest) -> dict[str, Any]:
    """What the viewer on a document's page was given."""
    (shown,) = drawn(app, "passage")
    return shown


def test_a_document_shows_what_is_known_of_it(library: AppTest, core: StubAssistant) -> None:
    open_document(library, core, "report.pdf")
    assert library.query_params["d"] == id_of(core, "report.pdf")
    assert sheet(library)[0] == {"heading": "Report of January 2022", "level": 1}
    facts = dict(sheet(library, name="What is known of it")[0]["facts"])
    assert facts["Kind"] == ["PDF"]
    assert facts["Length"] == ["2 pages · 79 characters · 2 passages · 1.2 KB"]
    assert facts["Came from"] == ["report.pdf, uploaded"]
    assert whole(library)["stretch"] == {"from": 0, "text": REPORT}
    assert (whole(library)["isPdf"], whole(library)["page"]) == (True, 1)
    button(library, "back").click().run()
    assert library.title[0].value == "Library"


def test_all_of_a_document_stays_text(library: AppTest, core: StubAssistant) -> None:
    hostile = next(d for d in core.library.documents() if "Hostile" in d.title)
    open_document(library, core, hostile.name)
    assert sheet(library)[0]["heading"] == "<b>Hostile</b> :red[title]"
    assert whole(library)["stretch"]["text"] == HOSTILE
    for element in (*library.markdown, *library.caption, *library.title, *library.header):
        assert "evil" not in element.value
        assert "Hostile" not in element.value


def test_a_document_that_has_gone_is_told(app: AppTest) -> None:
    app.switch_page("library.py")
    app.query_params["d"] = "0" * 16
    app.run()
    assert "The document of this address is not in the library any more." in texts(app)


def test_a_text_of_ten_million_characters_is_shown_in_parts(
    library: AppTest, core: StubAssistant
) -> None:
    core.library.submit_upload("long.txt", b"word " * 2_000_000)
    open_document(library, core, "long.txt")
    assert len(json.dumps(whole(library))) < 10_000
    assert whole(library)["length"] == 10_000_000


def test_the_address_names_the_characters_of_a_passage(
    library: AppTest, core: StubAssistant
) -> None:
    document_id = id_of(core, "report.pdf")
    start = REPORT.index("The bank")
    shown = {}
    for end in (start + 8, len(REPORT) + 1, start, "2e9"):
        library.query_params.update({"d": document_id, "from": str(start), "to": str(end)})
        library.run()
        shown[end] = whole(library)["from"], whole(library)["to"], whole(library)["openedAt"]
    assert shown.pop(start + 8) == (start, start + 8, 1)
    assert set(shown.values()) == {(0, 0, 0)}  # no such place: the document is shown from its top


def test_title_and_date_are_edited(library: AppTest, core: StubAssistant) -> None:
    open_document(library, core)
    document_id = id_of(core, "crypto-leaders.md")
    library.text_input(key=f"title_{document_id}").input("Better")
    library.text_input(key=f"date_{document_id}").input("soon")
    save = next(b for b in library.button if b.label == "Save")
    save.click().run()
    assert "'soon' is no date: write a year, a month or a day." in texts(library)
    library.text_input(key=f"date_{document_id}").input("2023")
    next(b for b in library.button if b.label == "Save").click().run()
    assert sheet(library)[0]["heading"] == "Better"
    said = "The file itself says: Crypto leaders ask for clear rules, 15 June 2022."
    assert said in texts(library)


def test_of_likely_duplicates_both_are_kept(library: AppTest, core: StubAssistant) -> None:
    one, other = id_of(core, "crypto-leaders.md"), id_of(core, "report.pdf")
    core.library.alike = [(one, other)]
    open_document(library, core)
    told = "Nearly the same text (94% shared): Report of January 2022 (report.pdf)"
    assert told in texts(library)
    button(library, f"look_{other}").click().run()
    assert sheet(library)[0]["heading"] == "Report of January 2022"
    button(library, f"keep_{one}").click().run()
    assert core.library.all_twins() == {}
    assert not [t for t in texts(library) if "shared" in t]


def test_ones_own_answers_that_cite_a_document_are_told_and_nobody_elses(
    app: AppTest, core: StubAssistant
) -> None:
    ask(app, BANK)
    mine = app.query_params["c"]
    history = services.history()
    history.append(history.start("f" * 32), "Whose?", history.messages(mine)[0].answer)
    app.switch_page("library.py").run()
    open_document(app, core)
    citing = [t for t in texts(app) if t.endswith((BANK, "Whose?"))]
    assert [t.split(": ")[1] for t in citing] == [BANK]
    assert [k for k in keys(app) if k.startswith("citing_")] == ["citing_0"]
    button(app, "citing_0").click().run()
    at_chat(app)
    assert app.query_params["c"] == mine
    assert len(drawn(app, "citations")) == 1


def test_a_library_that_is_busy_keeps_the_page(
    library: AppTest, core: StubAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise LibraryBusy("This library is being changed already.")

    monkeypatch.setattr(StubLibrary, "edit", busy)
    open_document(library, core)
    next(b for b in library.button if b.label == "Save").click().run()
    assert "This library is being changed already." in texts(library)
    assert whole(library)["stretch"]["text"] == LEADERS


# Asking some documents alone.


def ask_this(app: AppTest, core: StubAssistant, name: str = "report.pdf") -> AppTest:
    app.switch_page("library.py").run()
    open_document(app, core, name)
    button(app, "ask_this").click().run()
    return at_chat(app)


def at_chat(app: AppTest) -> AppTest:
    """Goes where the script went, which AppTest forgets after a run."""
    app.query_params.clear()
    return app.switch_page("chat.py").run()


def test_a_chosen_document_is_asked_alone(app: AppTest, core: StubAssistant) -> None:
    report = id_of(core, "report.pdf")
    ask_this(app, core)
    assert app.query_params["d"] == report
    assert button(app, f"scope_{report}").label == "Report of January 2022 ×"
    ask(app, "What does the Central Bank want?")
    assert core.scopes == [[report]]
    assert "Asked: Report of January 2022" in texts(app)
    button(app, "scope_none").click().run()
    assert "d" not in app.query_params
    ask(app, "And the Central Bank of China?")
    assert core.scopes == [[report], None]


def test_the_address_brings_the_choice_back(app: AppTest, core: StubAssistant) -> None:
    report, leaders = id_of(core, "report.pdf"), id_of(core, "crypto-leaders.md")
    again = AppTest.from_file(str(MAIN), default_timeout=20)
    again.query_params["d"] = f"{report} {leaders} <script>"
    again.run()
    assert f"scope_{leaders}" in keys(again)
    button(again, f"scope_{leaders}").click().run()
    assert again.query_params["d"] == report
    ask(again, BANK)
    assert core.scopes == [[report]]


def test_a_chat_is_taken_up_with_its_choice(app: AppTest, core: StubAssistant) -> None:
    report = id_of(core, "report.pdf")
    ask_this(app, core)
    ask(app, BANK)
    kept = next(k for k in keys(app) if k.startswith("chat_"))
    button(app, "new_chat").click().run()
    assert f"scope_{report}" not in keys(app)
    button(app, kept).click().run()
    assert f"scope_{report}" in keys(app)


def test_a_chosen_document_that_has_gone_is_told(app: AppTest, core: StubAssistant) -> None:
    ask_this(app, core)
    core.library.remove([id_of(core, "report.pdf")])
    app.run()
    assert "1 chosen document is no longer in the library." in texts(app)
    ask(app, BANK)
    assert core.asked == []
    none = "None of the chosen documents is in the library any more: ask all documents instead."
    assert none in texts(app)


def test_many_chosen_documents_are_told_as_a_number(app: AppTest, core: StubAssistant) -> None:
    for n in range(50):
        core.library.submit_upload(f"{n}.txt", str(n).encode())
    ids = [d.id for d in core.library.documents()]
    app.session_state["chat"].scope = tuple(ids)
    app.run()
    assert button(app, "scope_all").label == "53 documents ×"
    assert "d" not in app.query_params
    ask(app, BANK)
    again = AppTest.from_file(str(MAIN), default_timeout=20)
    again.query_params["c"] = app.query_params["c"]
    again.run()
    assert button(again, "scope_all").label == "53 documents ×"

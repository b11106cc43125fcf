"""Written answers on the pages: the draft, Stop, verdicts, who may choose what, the settings."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag.generate import READER, Choice
from rag.records import Answer
from rag.trial import Finding
from tests.ui.pages import BANK, MAIN, ask, button, drawn, keys, settle, texts
from tests.ui.stub import StubAssistant
from ui import choice, models
from ui.asking import Asking, Request
from ui.choice import Choices, Own, is_local
from ui.citations import describe
from ui.draft import Draft
from ui.loading import ModelLoader

TINY = Choice("openai:tiny", "http://127.0.0.1:9/v1")


@pytest.fixture
def writing(core: StubAssistant, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app with a model set."""
    monkeypatch.setenv("RAG_MODEL", TINY.name)
    monkeypatch.setenv("RAG_MODEL_ADDRESS", TINY.address)
    return AppTest.from_file(str(MAIN), default_timeout=20).run()


def put(core: StubAssistant, kept: list[Answer], model: Choice = TINY) -> Asking:
    return Asking(core, ModelLoader(lambda: None), Request(BANK), (), None, model, kept.append)


def ask_to_the_end(app: AppTest) -> None:
    ask(app, BANK)
    settle(app, lambda: bool(drawn(app, "citations")))


def wait_for_draft(asking: Asking) -> None:
    async def watch() -> None:
        async for _ in asking.draft.changes():
            return

    asyncio.run(asyncio.wait_for(watch(), 10))


@pytest.fixture
def written(core: StubAssistant) -> Answer:
    core.released.set()
    asking = put(core, [])
    assert asking.wait(10)
    assert asking.answer is not None
    return asking.answer


def test_each_sentence_bears_its_verdict(written: Answer) -> None:
    data = describe(written)
    assert [s["verdict"] for s in data["sentences"]] == [
        "verbatim", "supported", "partly", "unsupported",
    ]  # fmt: skip
    assert [s["tag"] for s in data["sentences"]][2:] == ["partly", "not in the documents"]
    assert data["unsupported"] == "1 of 4 sentences is not in the documents."
    assert data["line"] == "Written by openai:tiny · 1 source · as of January 2022"
    assert (data["hide"], describe(written, hide=True)["hide"]) == (False, True)


def test_steps_are_told_with_time_tokens_and_cost(written: Answer) -> None:
    data = describe(written)
    assert data["taken"] == "1.2 s · 1,843 tokens read, 92 written · $0.0006"
    assert data["steps"][0] == {
        "text": f"Searched for: {BANK} (10 passages)",
        "facts": "0.1 s",
    }
    assert data["stepsTitle"] == "How it was written"


def test_the_reader_s_answers_are_drawn_as_before(core: StubAssistant) -> None:
    asking = put(core, [], READER)
    assert asking.wait(10)
    assert asking.answer is not None
    data = describe(asking.answer)
    assert (data["steps"], data["unsupported"]) == ([], "")
    assert not any("tag" in sentence for sentence in data["sentences"])


def test_stop_keeps_what_was_written(core: StubAssistant) -> None:
    kept: list[Answer] = []
    asking = put(core, kept)
    wait_for_draft(asking)
    assert asking.stage == "Writing"
    assert asking.stop()
    assert asking.wait(10)
    assert [answer.notice for answer in kept] == ["You stopped it before it was done."]


def test_stop_before_a_word_keeps_nothing(core: StubAssistant) -> None:
    kept: list[Answer] = []
    loading = threading.Event()
    loader = ModelLoader(lambda: loading.wait(10) and None)
    asking = Asking(core, loader, Request(BANK), (), None, TINY, kept.append)
    assert not asking.stop()
    loading.set()
    assert asking.wait(10)
    assert (kept, asking.answer, core.models) == ([], None, [])


def test_a_stopped_model_that_left_no_sentence_leaves_no_answer_of_the_reader_s() -> None:
    class Answers:
        def ask(self, *_: object, on_text: object, stop: threading.Event, **__: object) -> Answer:
            assert callable(on_text)
            on_text("The Central")
            assert stop.wait(10)
            return Answer("id", BANK, BANK, "answered", "A quotation.", 0.9, model="reader")

    kept: list[Answer] = []
    loader = ModelLoader(lambda: None)
    asking = Asking(Answers(), loader, Request(BANK), (), None, TINY, kept.append)  # type: ignore[arg-type]
    wait_for_draft(asking)
    assert asking.stop()
    assert asking.wait(10)
    assert (kept, asking.answer, asking.failure) == ([], None, "")


def test_a_draft_is_sent_piece_by_piece_and_anew_where_a_try_failed() -> None:
    draft, seen = Draft(), []

    async def watch() -> None:
        async for change in draft.changes():
            seen.append(change)
            if len(seen) == 2:
                draft.show("One. Two é")
            elif len(seen) == 3:
                draft.show("Another")
            elif len(seen) == 4:
                draft.end()

    draft.note("Searched")
    draft.show("One. ")
    asyncio.run(asyncio.wait_for(watch(), 10))
    assert seen == [
        {"steps": ("Searched",)},
        {"add": "One. "},
        {"add": "Two é"},
        {"set": "Another"},
    ]


def test_a_draft_that_nobody_keeps_has_no_address() -> None:
    from ui.draft import stream

    token = Draft().token
    gc.collect()
    assert token not in stream._drafts


@pytest.mark.parametrize(
    ("address", "hosts", "headers", "here"),
    [
        ("127.0.0.1", ["localhost", "127.0.0.1"], {"Host": "127.0.0.1:8501"}, True),
        ("localhost", ["localhost"], {"host": "LOCALHOST"}, True),
        ("::1", ["[::1]"], {"Host": "[::1]:8501"}, True),
        ("", ["localhost"], {"Host": "localhost"}, False),
        ("0.0.0.0", ["localhost"], {"Host": "localhost"}, False),
        ("127.0.0.1", [], {"Host": "localhost"}, False),
        ("127.0.0.1", ["localhost", "docs.example"], {"Host": "localhost"}, False),
        ("127.0.0.1", ["localhost"], {"Host": "docs.example"}, False),
        ("127.0.0.1", ["localhost"], {"Host": "localhost", "X-Forwarded-For": "10.0.0.7"}, False),
        ("127.0.0.1", ["localhost"], {"Host": "localhost", "via": "1.1 proxy"}, False),
        ("127.0.0.1", ["localhost"], {}, False),
    ],
)
def test_who_sits_at_this_machine(
    address: str, hosts: list[str], headers: dict[str, str], here: bool
) -> None:
    assert is_local(address, hosts, headers) == here


def test_choices_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "MOST_BROWSERS", 2)
    kept = Choices()
    for owner in "abc":
        kept.keep(owner, Own(TINY))
    assert [kept.of(owner).chosen for owner in "abc"] == [None, TINY, TINY]


def test_the_chat_draws_a_draft_and_stops_it(writing: AppTest, core: StubAssistant) -> None:
    app = writing
    ask(app, BANK)
    stop = next(k for k in keys(app) if k.startswith("stop_"))
    settle(app, lambda: "Writing…" in texts(app))
    (draft,) = drawn(app, "draft")
    assert draft["address"].startswith("/draft/")
    button(app, stop).click().run()
    settle(app, lambda: bool(drawn(app, "citations")))
    (answer,) = drawn(app, "citations")
    assert answer["notice"] == "You stopped it before it was done."
    assert core.models == [TINY]


def test_a_page_that_is_loaded_anew_finds_the_draft(writing: AppTest, core: StubAssistant) -> None:
    ask(writing, BANK)
    again = AppTest.from_file(str(MAIN), default_timeout=20)
    again.query_params["c"] = writing.query_params["c"]
    again.run()
    assert drawn(again, "draft") == drawn(writing, "draft") != []
    core.released.set()
    settle(again, lambda: bool(drawn(again, "citations")))


def test_the_choice_in_the_chat(writing: AppTest, core: StubAssistant) -> None:
    core.released.set()
    (select,) = writing.selectbox
    assert select.options == ["Built-in reader", "openai:tiny"]
    assert select.value == 1
    select.set_value(0).run()
    ask_to_the_end(writing)
    assert core.models[-1] == READER
    ask_to_the_end(AppTest.from_file(str(MAIN), default_timeout=20).run())  # another browser
    assert core.models[-1] == TINY


def test_without_a_model_there_is_nothing_to_choose(app: AppTest, core: StubAssistant) -> None:
    assert not app.selectbox
    ask(app, BANK)
    assert core.models == [READER]


def open_settings() -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=20).run()
    return app.switch_page("settings.py").run()


def type_model(app: AppTest, name: str, address: str, press: str) -> AppTest:
    app.text_input(key="model_name").set_value(name)
    app.text_input(key="model_address").set_value(address)
    return button(app, press).click().run()


def test_visitors_of_a_shared_server_type_nothing(writing: AppTest) -> None:
    app = open_settings()
    assert not app.text_input
    assert any("RAG_MODEL_CHOICE=on" in text for text in texts(app))
    assert not drawn(app, "sheet")


@pytest.fixture
def open_to_all(core: StubAssistant, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The settings page of a shared server whose owner lets visitors choose."""
    monkeypatch.setenv("RAG_MODEL_CHOICE", "on")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    return open_settings()


def test_a_typed_model_answers_in_this_browser_alone(
    open_to_all: AppTest, core: StubAssistant
) -> None:
    core.released.set()
    app = type_model(open_to_all, TINY.name, TINY.address, "model_use")
    assert f"What answers in this browser: {TINY.name}." in texts(app)
    ask_to_the_end(app.switch_page("chat.py").run())
    typed = Choice(TINY.name, TINY.address, is_keyless=True)
    assert core.models[-1] == typed
    ask_to_the_end(AppTest.from_file(str(MAIN), default_timeout=20).run())
    assert core.models[-1] == READER


def test_the_address_that_is_set_is_not_shown_to_visitors(
    open_to_all: AppTest, writing: AppTest, core: StubAssistant
) -> None:
    st.cache_resource.clear()  # the settings are read once
    app = open_settings()
    assert app.text_input(key="model_name").value == TINY.name
    assert app.text_input(key="model_address").value == ""
    assert TINY.address not in str(app)
    type_model(app, TINY.name, "", "model_use")
    core.released.set()
    ask_to_the_end(app.switch_page("chat.py").run())
    assert core.models[-1] == TINY


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("openai:tiny", "file:///etc/passwd", "must begin with http:// or https://"),
        ("openai:tiny", "http://me:secret@host/v1", "must hold no password"),
        ("tiny", "", "This is no model's name"),
        ("upstage:solar", "", "needs the package langchain-upstage"),
    ],
)
def test_what_cannot_be_used_is_told(
    open_to_all: AppTest, core: StubAssistant, name: str, address: str, told: str
) -> None:
    app = type_model(open_to_all, name, address, "model_use")
    assert any(told in text for text in texts(app))
    assert "What answers in this browser: Built-in reader." in texts(app)


def test_a_key_is_told_of_and_never_shown(open_to_all: AppTest) -> None:
    (sheet,) = drawn(open_to_all, "sheet")
    facts = dict(sheet["pieces"][0]["facts"])
    assert facts["OPENAI_API_KEY"] == [
        "is there, from the environment; it is sent to no address that is typed here."
    ]
    assert facts["ANTHROPIC_API_KEY"][0].startswith("is not there.")
    assert "very-secret" not in str(drawn(open_to_all, "sheet")) + str(texts(open_to_all))


def test_a_key_of_streamlit_s_secrets(open_to_all: AppTest) -> None:
    open_to_all.secrets["ANTHROPIC_API_KEY"] = "sk-other-secret"
    open_to_all.run()
    (sheet,) = drawn(open_to_all, "sheet")
    told = dict(sheet["pieces"][0]["facts"])["ANTHROPIC_API_KEY"][0]
    assert told.startswith("is there, from Streamlit's secrets")


def test_findings_are_drawn_as_they_come_and_models_can_be_taken(
    open_to_all: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def find(*_: object) -> Iterator[Finding]:
        yield Finding("Models", "Its server has a, b.", True, ("a", "b"))
        goes_on.wait(10)
        yield Finding("First words", "openai:tiny could not be reached.", False)

    monkeypatch.setattr(models, "try_model", find)
    app = type_model(open_to_all, TINY.name, TINY.address, "model_test")
    settle(app, lambda: "✓ Its server has a, b." in str(drawn(app, "sheet")))
    assert "Testing…" in texts(app)
    goes_on.set()
    settle(app, lambda: bool(app.selectbox))
    assert "✗ openai:tiny could not be reached." in str(drawn(app, "sheet"))
    app.selectbox(key="model_listed").set_value("openai:b").run()
    assert app.text_input(key="model_name").value == "openai:b"

"""The chats of a browser, what is saved of them, and checking their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from rag.exchange import read_chat, to_json_text
from rag.history import Review
from tests.ui.pages import BANK, ask, button, drawn, keys, leaders, texts
from tests.ui.stub import StubAssistant
from ui import services
from ui.claims import read_found
from ui.downloads import file_stem, save_routes

REFUSED = "What is the capital of France?"


def page(app: AppTest, name: str) -> AppTest:
    app.switch_page(f"{name}.py").run()
    assert not app.exception
    return app


def open_keys(app: AppTest) -> list[str]:
    return [k for k in keys(app) if k.startswith("open_")]


@pytest.fixture
def two_chats(app: AppTest) -> tuple[str, str]:
    ask(app, BANK)
    first = app.query_params["c"]
    button(app, "new_chat").click().run()
    ask(app, REFUSED)
    return first, app.query_params["c"]


def test_chats_are_found_by_the_words_of_answers_and_opened(
    app: AppTest, two_chats: tuple[str, str]
) -> None:
    first, second = two_chats
    page(app, "history")
    assert open_keys(app) == [f"open_{second}", f"open_{first}"]
    app.text_input(key="search_chats").set_value("digital RUBLE").run()
    assert open_keys(app) == [f"open_{first}"]
    assert "1 chat found" in texts(app)
    assert any("digital ruble" in text for text in texts(app))
    app.text_input(key="search_chats").set_value("<b>nowhere").run()
    assert "No chat holds “<b>nowhere”." in texts(app)
    app.text_input(key="search_chats").set_value("").run()
    button(app, f"open_{first}").click().run()
    assert BANK in texts(app)
    assert app.query_params["c"] == first


def test_a_pinned_chat_stands_first_everywhere(app: AppTest, two_chats: tuple[str, str]) -> None:
    first, second = two_chats
    history = services.history()
    history.pin(first, history.conversation(first).owner, True)
    page(app, "history")
    assert open_keys(app) == [f"open_{first}", f"open_{second}"]
    listed = [k for k in keys(app) if k.startswith("chat_")]
    assert listed == [f"chat_{first}", f"chat_{second}"]


def test_a_chat_is_pinned_by_its_menu(app: AppTest, two_chats: tuple[str, str]) -> None:
    first, second = two_chats
    page(app, "history")
    for option, order in (("Pin", [first, second]), ("Unpin", [second, first])):
        app.menu_button(key=f"menu_{first}").click(option).run()
        assert open_keys(app) == [f"open_{chat}" for chat in order]
    app.menu_button(key=f"menu_{first}").click("Check its answers").run()
    assert [i["question"] for i in drawn(app, "claims")[0]["items"]] == [BANK, ""]


def dialogs() -> None:
    """A dialog of the page of chats, for each that is there."""
    import streamlit as st

    from ui import conversation, history, services

    for chat in services.history().conversations(conversation.owner()):
        getattr(history, st.session_state["dialog"])(chat)


def test_a_chat_is_renamed_and_deleted_for_good(core: StubAssistant) -> None:
    history = services.history()
    chat = history.start("a" * 32)
    history.append(chat, BANK, core.ask(BANK))
    app = AppTest.from_function(dialogs, default_timeout=20)
    app.session_state["owner"] = "a" * 32
    app.session_state["dialog"] = "_rename"
    app.run()
    app.text_input(key=f"title_{chat}").set_value("The <b>bank</b>")
    next(b for b in app.button if b.label == "Rename").click().run()
    assert history.conversation(chat).title == "The <b>bank</b>"
    app.session_state["dialog"] = "_confirm_deletion"
    app.run()
    told = next(t for t in texts(app) if t.startswith("1 question with answers"))
    assert told.endswith("The documents stay in the library.")
    button(app, "delete_now").click().run()
    assert history.conversation(chat) is None
    assert not app.exception


def test_a_saved_chat_is_taken_in_as_a_new_one(app: AppTest, two_chats: tuple[str, str]) -> None:
    first, _ = two_chats
    saved = to_json_text(services.history().transcript(first)).encode()
    page(app, "history")
    app.file_uploader(key="saved_chat").upload("a.json", saved, "application/json")
    next(b for b in app.button if b.label == "Take it in").click().run()
    assert any(t.startswith(f"Taken in: {BANK}, with 1 question.") for t in texts(app))
    assert len(open_keys(app)) == 3
    app.file_uploader(key="saved_chat").upload("b.json", b'{"format": 1}', "application/json")
    next(b for b in app.button if b.label == "Take it in").click().run()
    assert "The file holds no chat: choose JSON that was saved here." in texts(app)
    assert len(open_keys(app)) == 3
    assert not app.exception


@pytest.fixture
def client(core: StubAssistant) -> Iterator[TestClient]:
    app = Starlette(routes=[save_routes()])
    with TestClient(app, base_url="http://localhost") as opened:
        yield opened


def test_a_chat_and_an_answer_are_saved_as_files(core: StubAssistant, client: TestClient) -> None:
    history = services.history()
    chat = history.start("ann")
    message = history.append(chat, f"{BANK} <b>", core.ask(BANK))
    history.append(chat, REFUSED, core.ask(REFUSED))
    for form, kind in (("md", "markdown"), ("html", "html"), ("json", "json")):
        whole, one = (
            client.get(f"/save/{chat}.{form}"),
            client.get(f"/save/{chat}/{message}.{form}"),
        )
        assert (whole.status_code, one.status_code) == (200, 200)
        assert kind in whole.headers["content-type"]
        name = f"what-does-the-central-bank-want-b.{form}"
        assert whole.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert "capital of France" in whole.text
        assert "capital of France" not in one.text
    assert len(read_chat(whole.content).messages) == 2
    evil = {"Host": "evil.example"}
    assert client.get(f"/save/{chat}.md", headers=evil).status_code == 400
    for address in (f"{'0' * 32}.md", f"{chat}.exe", f"{chat}/99999.md", f"review/{chat}.exe"):
        assert client.get(f"/save/{address}").status_code == 404


def test_what_was_found_is_saved_as_files(core: StubAssistant, client: TestClient) -> None:
    history = services.history()
    chat = history.start("ann")
    message = history.append(chat, BANK, core.ask(BANK))
    history.keep_review(message, 0, Review("right"))
    table = client.get(f"/save/review/{chat}.csv")
    assert table.content.startswith(b"\xef\xbb\xbfchat,")
    assert "check-of-what-does" in table.headers["content-disposition"]
    assert "**right**" in client.get(f"/save/review/{chat}.md").text
    row = json.loads(client.get(f"/save/review/{chat}.jsonl").text)
    assert row["evidence"][0]["doc_id"] == "crypto-leaders.md"
    core.library.remove(leaders(core))
    row = json.loads(client.get(f"/save/review/{chat}.jsonl").text)
    assert (row["answerable"], row["evidence"]) == (None, [])


@pytest.mark.parametrize(
    ("title", "stem"),
    [("What? Now!", "what-now"), ('../"x\r\n', "x"), ("Что?", "chat"), ("a" * 99, "a" * 60)],
)
def test_a_title_becomes_a_harmless_file_name(title: str, stem: str) -> None:
    assert file_stem(title) == stem


def test_a_chat_is_checked_claim_by_claim(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    ask(app, REFUSED)
    chat = app.query_params["c"]
    first, second = services.history().messages(chat)
    services.history().keep_review(first.id, 1, Review("wrong", "<b>no</b>"))
    core.library.remove(leaders(core))
    page(app, "review")
    assert app.query_params["c"] == chat
    (claims,) = drawn(app, "claims")
    assert [i["key"] for i in claims["items"]] == [
        f"{first.id}.0", f"{first.id}.1", f"{second.id}.0",
    ]  # fmt: skip
    assert [i["question"] for i in claims["items"]] == [BANK, "", REFUSED]
    assert [i["verdict"] for i in claims["items"]] == ["word for word"] * 2 + ["not answered"]
    assert [i["quotes"][0]["stands"] for i in claims["items"]] == [False, True, False]
    (open_, gone) = (claims["items"][n]["quotes"][0]["address"] for n in (1, 0))
    assert open_.startswith("library?d=") and "&from=" in open_
    assert gone == ""
    assert claims["found"] == {f"{first.id}.1": ["wrong", "<b>no</b>"]}


def test_of_a_long_chat_the_latest_questions_are_drawn(app: AppTest) -> None:
    history = services.history()
    chat = history.start("f" * 32)
    for number in range(37):
        history.append(chat, f"Question {number}?", None)
    app.query_params["c"] = chat
    app.run()

    def first() -> str:
        return next(t for t in texts(app) if t.startswith("Question "))

    assert first() == "Question 20?"
    for expected in ("Question 10?", "Question 0?"):
        button(app, "earlier").click().run()
        assert first() == expected
    assert "earlier" not in keys(app)
    ask(app, BANK)
    assert first() == "Question 0?"


def test_another_browsers_chat_is_not_offered_for_a_check(
    app: AppTest, core: StubAssistant
) -> None:
    services.history().append(services.history().start("f" * 32), "Whose?", core.ask(BANK))
    page(app, "review")
    assert "There is no chat to check yet." in texts(app)
    app.query_params["c"] = "0" * 32
    app.run()
    assert "The chat of this address is not kept here any more." in texts(app)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"7.0": ["right", " well "]}, {(7, 0): Review("right", "well")}),
        ({"7.1": ["", ""]}, {(7, 1): Review(None)}),
        ({"7.0": ["true", ""], "x.0": ["right", ""], "7": ["right", ""]}, {}),
        ({"7.0": ["right", 5], "7.2": "right", "7.٣": ["right", ""], "1.2.3": ["right", ""]}, {}),
        (["right"], {}),
        (None, {}),
    ],
)
def test_what_the_browser_found_is_read_with_care(told: object, found: dict) -> None:
    assert read_found(told) == found

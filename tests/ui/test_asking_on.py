"""What comes after an answer: follow-ups, what was searched for, ways on, feedback."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from rag.assistant import UNSURE
from rag.generate import READER
from rag.history import Feedback
from rag.turns import AT_ONCE
from tests.test_worker import until
from tests.ui.pages import BANK, MAIN, ask, button, drawn, keys, leaders, settle
from tests.ui.stub import StubAssistant
from ui import services
from ui.asking import Asking, Request
from ui.loading import ModelLoader


def test_what_was_searched_for_is_said_where_it_is_not_what_was_asked(app: AppTest) -> None:
    ask(app, BANK)
    ask(app, "What does the Centrl Bank want?")
    assert [a["searched"] for a in drawn(app, "citations")] == ["", BANK]


def test_a_refusal_can_be_shown_anyway(app: AppTest, core: StubAssistant) -> None:
    chosen = leaders(core)
    app.query_params["d"] = chosen[0]
    app.run()
    ask(app, "What is the capital of France?")
    button(app, "scope_none").click().run()
    anyway = next(k for k in keys(app) if k.startswith("anyway_"))
    button(app, anyway).click().run()
    assert core.asked[-1] == ("What is the capital of France?", ())
    assert core.scopes[-1] == chosen  # as it was asked before, whatever is chosen by now
    refusal, shown = drawn(app, "citations")
    assert (refusal["notice"], shown["notice"]) == ("", UNSURE)
    assert UNSURE in json.dumps(drawn(app, "window"))  # for a screen reader, too
    assert [k for k in keys(app) if k.startswith("anyway_")] == [anyway]


def test_a_refusal_leads_to_the_library(app: AppTest) -> None:
    ask(app, "What is the capital of France?")
    button(app, next(k for k in keys(app) if k.startswith("add_"))).click().run()
    assert app.title[0].value == "Library"
    assert not app.exception


def test_feedback_comes_back_with_its_chat(app: AppTest) -> None:
    ask(app, BANK)
    ask(app, "unclear")
    (row,) = drawn(app, "feedback")
    assert (row["thumb"], row["comment"]) == ("", "")
    chat = app.query_params["c"]
    first = services.history().messages(chat)[0]
    services.history().keep_feedback(first.id, Feedback("down", "<b>Which</b> bank?"))
    again = AppTest.from_file(str(MAIN), default_timeout=20)
    again.query_params["c"] = chat
    again.run()
    (row,) = drawn(again, "feedback")
    assert (row["thumb"], row["comment"]) == ("down", "<b>Which</b> bank?")


def test_a_follow_up_knows_what_was_said(app: AppTest, core: StubAssistant) -> None:
    ask(app, BANK)
    ask(app, "And the Central Bank of China?")
    (said,) = core.asked[-1][1]
    assert (said.question, said.searched_for) == (BANK, BANK)
    assert said.sources == ("Crypto leaders ask for clear rules", "Report of January 2022")
    assert len(drawn(app, "citations")) == 2


def test_an_unclear_question_is_asked_back(app: AppTest) -> None:
    ask(app, "unclear")
    assert drawn(app, "citations")[0]["text"] == "Which ban do you mean?"


def test_a_follow_up_asks_the_document_that_it_comes_from(
    app: AppTest, core: StubAssistant
) -> None:
    services.models().wait()
    ask(app, BANK)
    settle(app, lambda: any(key.startswith("follow_up_") for key in keys(app)))
    key = next(key for key in keys(app) if key.startswith("follow_up_"))
    # The label has lost its Markdown; the question has not.
    assert button(app, key).label == "Tell me about the letter"
    cited = core.ask(BANK).citations[0].document.id
    button(app, key).click().run()
    assert (core.asked[-1][0], core.scopes[-1]) == ("Tell me about *the letter*", [cited])
    ask(app, BANK)
    assert core.scopes[-1] is None  # the choice of the chat is as it was


def test_who_waits_for_others_is_told(core: StubAssistant) -> None:
    loader = ModelLoader(core.load)
    askings = [
        Asking(core, loader, Request(f"{n} slow"), (), None, READER, lambda _: None)
        for n in range(AT_ONCE + 1)
    ]
    waits = "Waiting for the questions before it"
    until(lambda: loader.settled and [a.stage for a in askings].count(waits) == 1)
    assert askings[-1].stage == waits
    core.released.set()
    assert askings[-1].wait(20)
    assert len(core.asked) == len(askings)

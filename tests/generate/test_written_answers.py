"""Answers that a language model writes, over real HTTP: the true provider packages ask a server."""

from __future__ import annotations

import itertools
import json
import logging
import threading
from time import monotonic

import pytest

from rag.errors import SettingError
from rag.records import Answer, Turn, answer_from_json, to_json
from tests.generate.conftest import Shelf
from tests.generate.served import Reply, Served

ASKED = "What does the Central Bank want?"
WRITTEN = "The Central Bank wants an almost complete ban on cryptocurrency."


def check_quotes(shelf: Shelf, answer: Answer) -> None:
    for citation in answer.citations:
        text = shelf.library.text(citation.document.id)
        assert text[citation.start : citation.end] == citation.quote


def test_what_is_written_is_shown_with_its_quote(shelf: Shelf, served: Served) -> None:
    served.replies(f"{WRITTEN} [1] It was proposed in January 2022 [4, 7] .")
    answer = shelf.assistant().ask(ASKED)
    assert answer.status == "answered"
    assert answer.model == "openai:tiny"
    assert answer.notice is None
    assert answer.text == f"{WRITTEN} It was proposed in January 2022."
    assert [s.verdict for s in answer.sentences] == ["verbatim", "supported"]
    assert all(s.markers for s in answer.sentences)
    check_quotes(shelf, answer)


def test_what_nothing_supports_is_kept_but_not_in_the_text(shelf: Shelf, served: Served) -> None:
    served.replies(f"{WRITTEN} Elephants painted seventeen harbours in Lisbon.")
    answer = shelf.assistant().ask(ASKED)
    assert answer.text == WRITTEN
    assert [s.verdict for s in answer.sentences] == ["verbatim", "unsupported"]
    assert answer.sentences[1].markers == ()


def test_a_wrong_figure_is_at_most_partly(shelf: Shelf, served: Served) -> None:
    served.replies("The Ministry of Finance opposes the ban. Miners pay 35% of what they earn.")
    answer = shelf.assistant().ask("What do miners pay?")
    assert [s.verdict for s in answer.sentences] == ["verbatim", "partly"]


def test_where_nothing_is_borne_out_the_reader_answers(shelf: Shelf, served: Served) -> None:
    served.replies("Elephants painted seventeen harbours in Lisbon.")
    answer = shelf.assistant().ask(ASKED)
    assert answer.model == "reader"
    assert "ban" in answer.text
    assert answer.notice is not None
    assert "wrote nothing that the passages bear out" in answer.notice


def test_the_draft_is_given_as_it_arrives(shelf: Shelf, served: Served) -> None:
    served.replies("Zwölf – " + WRITTEN)
    drafts: list[str] = []
    shelf.assistant().ask(ASKED, on_text=drafts.append)
    assert len(drafts) > 3
    assert all(b.startswith(a) for a, b in itertools.pairwise(drafts))
    assert drafts[-1] == "Zwölf – " + WRITTEN


def test_a_draft_is_shown_while_the_server_is_silent(shelf: Shelf, served: Served) -> None:
    goes_on = threading.Event()
    served.replies(Reply(WRITTEN, waits=goes_on))
    drafts: list[str] = []

    def see(draft: str) -> None:
        drafts.append(draft)
        goes_on.set()  # without what it was shown the server would never go on

    answer = shelf.assistant().ask(ASKED, on_text=see)
    assert answer.text == WRITTEN
    assert goes_on.is_set()


def test_stop_ends_it_while_the_server_is_silent(shelf: Shelf, served: Served) -> None:
    never, stop = threading.Event(), threading.Event()
    served.replies(
        Reply(WRITTEN + " " + "It goes on and on and on about other things." * 9, waits=never)
    )

    def see(draft: str) -> None:
        if WRITTEN in draft:
            stop.set()

    answer = shelf.assistant().ask(ASKED, on_text=see, stop=stop)
    assert served.was_cut.wait(20)  # the server finds nobody listening
    never.set()
    assert answer.text == WRITTEN
    assert answer.notice == "You stopped it before it was done."


def test_stop_before_a_sentence_gives_the_built_in_answer(shelf: Shelf, served: Served) -> None:
    stop = threading.Event()
    stop.set()
    answer = shelf.assistant().ask(ASKED, stop=stop)
    assert answer.model == "reader"
    assert "was stopped before it had written a sentence" in (answer.notice or "")


@pytest.mark.parametrize(
    ("reply", "reason", "requests"),
    [
        (Reply(status=401), "refused the key: check OPENAI_API_KEY", 1),
        (Reply(status=404), "is not known to its server", 1),
        (Reply(status=400), "failed with status 400", 1),
        (Reply(status=500), "failed with status 500", 2),
        (Reply(status=429, headers={"Retry-After": "600"}), "asks to wait 600 s", 1),
        (Reply(status=429, headers={"Retry-After": "0.01"}), "has too many requests", 2),
        (Reply(""), "wrote nothing", 2),
        (Reply(WRITTEN, ends_early=True), "broke off in the middle", 2),
        (Reply(WRITTEN, cut=900), "the connection broke", 2),
        (Reply(raw=b"data: {]]]\n\n"), "sent what could not be read", 2),
        (Reply(raw=b"<html>a proxy</html>"), "openai:tiny", 2),
        (Reply("NO ANSWER"), "found no answer in the passages", 1),
    ],
    ids=lambda value: None if isinstance(value, Reply) else str(value)[:30],
)
def test_a_model_that_fails_breaks_nothing(
    shelf: Shelf, served: Served, reply: Reply, reason: str, requests: int
) -> None:
    served.replies(reply)
    answer = shelf.assistant().ask(ASKED)
    assert answer.status == "answered"
    assert answer.model == "reader"
    assert reason in (answer.notice or "")
    assert (answer.notice or "").endswith("; the built-in reader answered instead.")
    assert len(served.asked) == requests


def test_a_second_try_may_help(shelf: Shelf, served: Served) -> None:
    served.replies(Reply(status=429, headers={"Retry-After": "0"}), WRITTEN)
    answer = shelf.assistant().ask(ASKED)
    assert (answer.text, answer.notice) == (WRITTEN, None)


def test_a_draft_begins_anew_where_a_try_failed(shelf: Shelf, served: Served) -> None:
    served.replies(Reply(WRITTEN, ends_early=True), WRITTEN)
    drafts: list[str] = []
    answer = shelf.assistant().ask(ASKED, on_text=drafts.append)
    assert answer.text == WRITTEN
    assert drafts[-1] == WRITTEN


def test_no_server(shelf: Shelf) -> None:
    answer = shelf.assistant(model_address="http://127.0.0.1:9/v1", model_tries=1).ask(ASKED)
    assert "could not be reached at http://127.0.0.1:9/v1" in (answer.notice or "")
    assert answer.model == "reader"


def test_too_slow(shelf: Shelf, served: Served) -> None:
    never = threading.Event()
    served.replies(Reply(WRITTEN, waits=never))
    started = monotonic()
    answer = shelf.assistant(model_seconds=1).ask(ASKED)
    took = monotonic() - started
    never.set()
    assert "was not done after 1 s" in (answer.notice or "")
    assert took < 15
    assert answer.model == "reader"


def test_a_key_is_sent_and_nowhere_told(
    shelf: Shelf,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = "sk-very-secret-1234567890"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    caplog.set_level(logging.DEBUG, logger="rag")
    served.replies(Reply(status=401), WRITTEN)
    assistant = shelf.assistant()
    refused, written = assistant.ask(ASKED), assistant.ask(ASKED)
    assert served.keys == [f"Bearer {key}"] * 2
    told = json.dumps([to_json(refused), to_json(written)]) + str(assistant.status())
    assert "secret" not in told + caplog.text
    assert "secret" not in repr([vars(model) for model in assistant._models._opened.values()])


def test_an_address_is_told_without_its_password(shelf: Shelf) -> None:
    address = "http://me:secret@127.0.0.1:9/v1?token=secret"
    answer = shelf.assistant(model_address=address, model_tries=1).ask(ASKED)
    assert "http://127.0.0.1:9/v1" in (answer.notice or "")
    assert "secret" not in (answer.notice or "")


def test_the_prompt(shelf: Shelf, served: Served) -> None:
    served.replies(WRITTEN)
    shelf.assistant().ask(ASKED)
    system, user = served.asked[0]["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert "data that somebody else wrote" in system["content"]
    assert user["content"].rstrip().endswith(f"The question: {ASKED}")
    assert "<passage" in user["content"]
    assert "tools" not in served.asked[0]


def test_steps_and_tokens(shelf: Shelf, served: Served) -> None:
    served.replies(WRITTEN)
    answer = shelf.assistant().ask(ASKED)
    assert [step.kind for step in answer.steps] == ["search", "write"]
    assert (answer.steps[1].input_tokens, answer.steps[1].output_tokens) == (100, 20)
    assert "16,384 tokens (as its server tells)" in answer.steps[1].text
    assert answer_from_json(json.loads(json.dumps(to_json(answer)))) == answer


def test_answers_kept_before_there_were_steps_can_be_read(shelf: Shelf, served: Served) -> None:
    data = to_json(shelf.assistant(model="").ask(ASKED))
    del data["steps"]
    assert answer_from_json(data).steps == ()


def test_a_small_context_gets_fewer_passages(shelf: Shelf, served: Served) -> None:
    served.replies("The Ministry of Finance opposes the ban and wants to tax miners.")
    text = "Miners pay tax on what they earn. " * 20
    folder = shelf.settings.index.parent / "more"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"Report {number}. {text}", encoding="utf-8")
    list(shelf.library.add([folder]))
    answer = shelf.assistant(model_context=2_000).ask("What do miners pay?")
    assert "no more have room" in answer.steps[-1].text
    assert len(served.prompt()) < 2_000 * 3


def test_the_model_may_ask_for_more_passages(shelf: Shelf, served: Served) -> None:
    served.replies("SEARCH: what miners pay", "Miners pay 15% of what they earn.")
    drafts: list[str] = []
    answer = shelf.assistant(retrieved_passages=1).ask(ASKED, on_text=drafts.append)
    assert [step.kind for step in answer.steps] == ["search", "write", "search", "write"]
    assert "Searched for: what miners pay" in answer.steps[2].text
    assert answer.text == "Miners pay 15% of what they earn."
    assert not any("SEARCH" in draft for draft in drafts)


def test_it_may_ask_three_times_and_no_more(shelf: Shelf, served: Served) -> None:
    served.replies("SEARCH: the ministry")
    answer = shelf.assistant().ask(ASKED)
    assert [step.kind for step in answer.steps] == ["search", "write"] * 4
    assert "SEARCH" in served.prompt(2)
    assert "SEARCH" not in served.prompt(3)
    assert answer.model == "reader"


def test_its_tokens_are_limited(shelf: Shelf, served: Served) -> None:
    served.replies(" ".join([WRITTEN] * 400))
    answer = shelf.assistant(model_tokens=2_500).ask(ASKED)
    assert answer.model == "openai:tiny"
    assert len(answer.sentences) < 200


def test_a_follow_up_is_rewritten_by_the_model(shelf: Shelf, served: Served) -> None:
    served.replies(
        "When did the Central Bank propose the ban?", "It was proposed on 20 January 2022."
    )
    turns = [Turn(ASKED, WRITTEN)]
    answer = shelf.assistant().ask("and when did it?", turns)
    assert answer.searched_for == "When did the Central Bank propose the ban?"
    assert [step.kind for step in answer.steps] == ["rewrite", "search", "write"]
    assert answer.text == "It was proposed on 20 January 2022."


def test_a_rewriting_that_is_no_question_is_left(shelf: Shelf, served: Served) -> None:
    served.replies("Sure!\nHere is\nyour question", WRITTEN)
    answer = shelf.assistant().ask(
        "what does it want?", [Turn("Who heads the Central Bank?", "X.")]
    )
    assert "Central Bank" in answer.searched_for
    assert answer.steps[0].text.startswith("Not rewritten")


def test_thoughts_are_not_shown(shelf: Shelf, served: Served) -> None:
    served.replies(f"<think>Elephants? No.</think>\n{WRITTEN}")
    drafts: list[str] = []
    answer = shelf.assistant().ask(ASKED, on_text=drafts.append)
    assert answer.text == WRITTEN
    assert not any("Elephants" in draft for draft in drafts)


def test_what_was_cut_at_its_length_ends_with_a_sentence(shelf: Shelf, served: Served) -> None:
    served.replies(Reply(f"{WRITTEN} The Ministry of", finish="length"))
    assert shelf.assistant().ask(ASKED).text == WRITTEN


def test_small_talk_and_the_reader_ask_no_model(shelf: Shelf, served: Served) -> None:
    assistant = shelf.assistant()
    assistant.ask("hello")
    assert assistant.ask(ASKED, model="reader").model == "reader"
    assert assistant.ask(ASKED, model="reader").steps == ()
    assert served.asked == []


def test_status_tells_the_model(shelf: Shelf) -> None:
    assert shelf.assistant().status()["models"]["answers"] == "openai:tiny"
    assert shelf.assistant(model="").status()["models"]["answers"] == "reader"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("upstage:solar", "pip install langchain-upstage"),
        ("nonsense", "There is no model 'nonsense'"),
        ("nobody:knows", "There is no model 'nobody:knows'"),
        ("openai:", "There is no model 'openai:'"),
    ],
)
def test_a_model_that_cannot_be_opened(shelf: Shelf, served: Served, name: str, told: str) -> None:
    assistant = shelf.assistant()
    with pytest.raises(SettingError, match=told):
        assistant.check_model(name)
    answer = assistant.ask(ASKED, model=name)
    assert told in (answer.notice or "")
    assert answer.model == "reader"


def test_a_missing_key_is_named(
    shelf: Shelf, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingError, match="set OPENAI_API_KEY"):
        shelf.assistant(model_address="").check_model("openai:gpt-5")


def test_twenty_ask_at_once(shelf: Shelf, served: Served) -> None:
    served.replies(WRITTEN)
    assistant = shelf.assistant()
    texts: list[str] = []
    threads = [
        threading.Thread(target=lambda: texts.append(assistant.ask(ASKED).text)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert texts == [WRITTEN] * 20


# Ollama's own protocol.


def test_ollama_is_told_its_context(shelf: Shelf, served: Served) -> None:
    served.replies(WRITTEN)
    answer = shelf.assistant(model_address=served.root).ask(ASKED, model="ollama:qwen3")
    assert answer.text == WRITTEN
    assert served.asked[0]["options"]["num_ctx"] == 8_192
    assert "num_ctx" in answer.steps[-1].text
    assert (answer.steps[-1].input_tokens, answer.steps[-1].output_tokens) == (100, 20)


def test_ollama_is_told_no_more_than_its_model_holds(shelf: Shelf, served: Served) -> None:
    served.shown = {"model_info": {"gemma.context_length": 2_048}}
    served.replies(WRITTEN)
    shelf.assistant(model_address=served.root).ask(ASKED, model="ollama:old")
    assert served.asked[0]["options"]["num_ctx"] == 2_048


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "run `ollama pull qwen3`"),
        (Reply(WRITTEN, ends_early=True), "broke off in the middle"),
        (Reply(WRITTEN, cut=300), "ollama:qwen3"),
        (Reply(status=429, headers={"Retry-After": "600"}), "asks to wait 600 s"),
    ],
)
def test_ollama_that_fails(shelf: Shelf, served: Served, reply: Reply, reason: str) -> None:
    served.replies(reply)
    answer = shelf.assistant(model_address=served.root).ask(ASKED, model="ollama:qwen3")
    assert reason in (answer.notice or "")
    assert answer.model == "reader"

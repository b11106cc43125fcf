"""Chats are taken elsewhere and back: nothing is lost, and what is hostile stays text."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableChat
from rag.exchange import escape_markdown, read_chat, to_html, to_json_text, to_markdown
from rag.exchange.reading import MOST_BYTES
from rag.history import Feedback, Message, Review, Transcript
from rag.records import (
    Agreement,
    Answer,
    AnswerSpan,
    Citation,
    CitedDocument,
    Conflict,
    Sentence,
    Step,
)
from rag.redact import redact

HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil.example/b.png) [c](javascript:alert(1)) "
    "<img src=x onerror=alert(1)> `code` **bold** www.evil.example $x$ | a | b | "
    "&amp; \u202eoga\u202c"
)
SHA = "ab" * 32


def cite(marker: int, quote: str, words: str = "") -> Citation:
    at = quote.index(words)
    spans = (AnswerSpan(100 + at, 100 + at + len(words), words),) if words else ()
    document = CitedDocument(
        "abcd" * 3, f"{HOSTILE[:30]}.pdf", "Report <b>2022</b>", SHA, "2022-01"
    )
    return Citation(marker, document, 2, 100, 100 + len(quote), quote, spans, 0.5)


def make_chat(quote: str = "It wants\na total ban.", words: str = "a total ban") -> Transcript:
    answer = Answer(
        id="a",
        question="What does it want?",
        searched_for="What does the bank want?",
        status="answered",
        text=quote,
        confidence=0.9,
        sentences=(
            Sentence(quote, (1,), "verbatim"),
            Sentence("It said so.", (1, 2), "supported"),
            Sentence("Invented.", (), "unsupported"),
        ),
        citations=(cite(1, quote, words), cite(2, "It said so twice.")),
        agreements=(Agreement((1, 2)),),
        conflicts=(Conflict((1, 2), "They differ in the date.", "2022-02"),),
        notice="A notice.",
        timings_ms={"total": 1.5, "read": 1},
        steps=(Step("search", "looked", 2.0, None, 7),),
    )
    refusal = replace(
        answer,
        status="abstained",
        text="The documents do not answer this.",
        sentences=(),
        citations=(),
        agreements=(),
        conflicts=(),
        nearest=(cite(1, quote),),
    )
    asked = "2026-11-24T10:00:00.000+00:00"
    messages = (
        Message(
            7, "What does it want?", answer, asked, asked, ("abcd" * 3,), Feedback("up", "yes"),
            {0: Review("right"), 1: Review("wrong", "not so")},
        ),
        Message(8, "What is the capital of France?", refusal, asked, asked),
        Message(9, "And then?", None, asked, None),
    )  # fmt: skip
    return Transcript("What does it want?", asked, messages)


def test_json_comes_back_as_the_same_chat() -> None:
    chat = make_chat()
    back = read_chat(to_json_text(chat).encode())
    assert back.messages == tuple(replace(m, id=0) for m in chat.messages)
    assert (back.title, back.created) == (chat.title, chat.created)


def test_erased_quotes_can_be_saved_and_read() -> None:
    chat = make_chat()
    first = chat.messages[0]
    erased = replace(first, answer=redact(first.answer, ["abcd" * 3]))
    back = read_chat(to_json_text(replace(chat, messages=(erased,))).encode())
    assert back.messages[0].answer == erased.answer


def change(path: str, value: Any) -> bytes:
    """A good file with one value in it changed."""
    data = json.loads(to_json_text(make_chat()))
    *parents, last = [int(p) if p.isdigit() else p for p in path.split("/")]
    place = data
    for parent in parents:
        place = place[parent]
    place[last] = value
    return json.dumps(data).encode()


CITATION = "messages/0/answer/citations/0"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "holds no chat"),
        (b'{"format": "other"}', "holds no chat"),
        (b'{"format": "footnote-chat", "version": 2}', "another version"),
        (b'{"format": "footnote-chat", "version": 1}', "title is missing"),
        (b" " * (MOST_BYTES + 1), "more than 20 MB"),
        (change("title", ["a"]), "title is not what"),
        (change("title", " "), "title is empty"),
        (change("title", "half \ud800"), "title is not what"),
        (change("title", "nul \0"), "title is not what"),
        (change("messages", []), "no question"),
        (change("messages", {}), "messages is not what"),
        (change("messages/0/question", "x" * 3_000), r"messages\[0\].question"),
        (change("messages/0/asked", "yesterday"), "a time is none"),
        (change("messages/0/asked", "2026-11-24"), "a time has no zone"),
        (change("messages/0/documents", ["../../etc"]), "documents are no ids"),
        (change("messages/0/feedback/thumb", "sideways"), "thumb is not what"),
        (change("messages/0/reviews/0/claim", -1), "reviews are of no claims"),
        (change("messages/0/reviews/0/judgement", "true"), "judgement is not what"),
        (change("messages/0/extra", 1), "unknown field 'extra'"),
        (change("messages/0/answer/status", "certain"), "status is not what"),
        (change("messages/0/answer/confidence", float("nan")), "not JSON"),
        (change("messages/0/answer/confidence", 7), "no probability"),
        (change("messages/0/answer/confidence", True), "confidence is not what"),
        (change("messages/0/answer/sentences/0/markers", [9]), "number without a citation"),
        (change(f"{CITATION}/marker", 2), "a number twice"),
        (change(f"{CITATION}/marker", 10**400), "not what|not JSON"),
        (change(f"{CITATION}/quote", "Something else."), "do not fit their place"),
        (change(f"{CITATION}/start", -5), "at no place"),
        (change(f"{CITATION}/answer_spans/0/text", "another word"), "mark other words"),
        (change(f"{CITATION}/document/sha256", "<script>"), "lack a document's hash"),
        (change(f"{CITATION}/document/id", "x' OR 1"), "lack a document's id"),
        (change("messages/0/answer/text", "x" * 200_000), "text is not what"),
    ],
    ids=range(35),
)
def test_what_is_no_chat_is_refused_in_one_sentence(data: bytes, told: str) -> None:
    with pytest.raises(UnreadableChat, match=told) as refused:
        read_chat(data)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=8,
))  # fmt: skip
def test_no_value_in_place_of_a_message_breaks_it(value: Any) -> None:
    with pytest.raises(UnreadableChat):
        read_chat(change("messages/0", value))


class Reader(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value) for name, value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_escapes_all_and_fetches_nothing() -> None:
    chat = make_chat(HOSTILE, "<script>")
    first = replace(
        chat.messages[0], question=HOSTILE, feedback=Feedback("down", HOSTILE),
        reviews={0: Review("wrong", HOSTILE)},
        answer=replace(chat.messages[0].answer, notice=HOSTILE, searched_for=HOSTILE),
    )  # fmt: skip
    page = to_html(replace(chat, title=HOSTILE, messages=(first, *chat.messages[1:])))
    read = Reader()
    read.feed(page)
    assert read.tags <= set(
        "html head meta title style body main h1 h2 h3 p section article ul li a span small b bdi "
        "br blockquote".split()
    )
    links = {value for name, value in read.attributes if name in ("href", "src")}
    assert links == {"#source-1-1", "#source-1-2"}
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert read.text.count("<script>alert(1)</script>") >= 6
    assert "\u202e" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_html_and_markdown_tell_all_of_a_chat() -> None:
    chat = make_chat()
    read = Reader()
    read.feed(to_html(chat))
    markdown = to_markdown(chat).replace("\\", "")
    for text in (" ".join(read.text.split()), markdown):
        for told in (
            "What does it want?", "Searched for: What does the bank want?", "A notice.",
            "a total ban.", "supported by its source", "Report <b>2022</b>", "page 2", SHA,
            "characters 100–121", "2 sources agree ([1], [2])",
            "They differ in the date. ([1], [2], as of 2022-02)",
            "“It said so.” – checked: wrong (not so).",
            "Judged: good answer (yes).", "The documents do not answer this.",
            "The nearest passages", "There is no answer.",
        ):  # fmt: skip
            assert told in text, told
        assert "Invented." not in text


@given(st.text(alphabet="ab *_`#>-+1.)~|$&<[]!\\:/@=\n\t", max_size=40))
def test_markdown_reads_as_the_text_and_means_nothing(text: str) -> None:
    markdown = pytest.importorskip("markdown_it")
    shown = markdown.MarkdownIt("gfm-like", {"linkify": False}).parse(escape_markdown(text))
    kinds = {t.type for t in shown}
    inline = [child for token in shown for child in token.children or []]
    assert kinds <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inline} <= {"text", "text_special"}
    assert "".join(child.content for child in inline) == " ".join(text.split())


def test_an_address_is_no_link_in_markdown() -> None:
    for address in ("http://evil.example", "WWW.evil.example", "a@evil.example", "mailto:x"):
        assert f"\\{'@' if '@' in address else ''}" in escape_markdown(address)

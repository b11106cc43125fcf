"""The source viewer: what it is given to draw, and what it fetches by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.records import AnswerSpan, Block, Citation, CitedDocument, Document, Page
from rag.redact import ERASED
from tests.parse.files import make_pdf
from tests.ui.pages import BANK, ask, button, drawn, keys
from tests.ui.stub import LEADERS, REPORT, StubAssistant
from ui import reading, services
from ui.passage import describe_cited, without_text
from ui.reading import LONGEST_STRETCH, STRETCH_CHARACTERS, find_words, page_finder, stretch_around
from ui.routes import source_routes


def cite(text: str, quote: str, words: str = "") -> Citation:
    start = text.index(quote)
    at = start + quote.index(words)
    return Citation(
        marker=1,
        document=CitedDocument("d", "a.md", "A", "s", None),
        page=None,
        start=start,
        end=start + len(quote),
        quote=quote,
        answer_spans=(AnswerSpan(at, at + len(words), words),) if words else (),
        score=0.9,
    )


@pytest.fixture
def leaders(core: StubAssistant) -> Document:
    return core.library.find("crypto-leaders.md")[0]


# What it is given to draw.


def test_a_passage_is_shown_with_what_stands_round_it(leaders: Document) -> None:
    text = "a" * 30_000 + "THE PASSAGE" + "b" * 10
    shown = describe_cited(cite(text, "THE PASSAGE", "THE"), leaders, text, [])
    start, stretch = shown["stretch"]["from"], shown["stretch"]["text"]
    assert text[start : start + len(stretch)] == stretch
    assert len(stretch) == STRETCH_CHARACTERS + len("THE PASSAGE") + 10
    assert text[shown["from"] : shown["to"]] == "THE PASSAGE"
    assert [text[a:b] for a, b in shown["bold"]] == ["THE"]


def test_other_citations_are_marked_where_they_still_stand(leaders: Document) -> None:
    text = "One thing. Another thing. A third."
    one, other = cite(text, "One thing."), cite(text, "A third.")
    moved = cite("Another thing.", "Another thing.")
    shown = describe_cited(one, leaders, text, [one, other, other, moved])
    assert shown["others"] == [(26, 34)]


def test_a_passage_that_has_moved_is_not_marked_elsewhere(leaders: Document) -> None:
    citation = cite("some THE PASSAGE here", "THE PASSAGE")
    shown = describe_cited(citation, leaders, "now THE PASSAGE stands elsewhere", [])
    assert set(shown) == {"notice", "quote"}
    assert "has changed since" in shown["notice"]


@pytest.mark.parametrize(
    ("quote", "is_changed", "notice"),
    [
        ("THE PASSAGE", False, "This document is no longer in the library; its quote is kept."),
        (
            "THE PASSAGE",
            True,
            "This document has changed since; this is the quote as it was.",
        ),
        (ERASED, False, "This quote has been erased from the saved chats."),
    ],
)
def test_what_has_become_of_a_document_is_told(quote: str, is_changed: bool, notice: str) -> None:
    shown = without_text(cite(quote, quote), is_changed=is_changed)
    assert shown == {"notice": notice, "quote": [{"text": quote, "bold": False}]}


def test_the_other_answers_of_the_chat_are_looked_at(app: Any, leaders: Document) -> None:
    ask(app, BANK)
    ask(app, "What is the capital of France?")
    button(app, next(k for k in keys(app) if k.startswith("anyway_"))).click().run()
    ask(app, BANK)  # the same quote again is no other place
    chat = app.session_state["chat"]
    chat.open_source(chat.messages[0].id, 0, "number")
    app.run()
    (shown,) = drawn(app, "passage")
    quote = "The association asked the president for a meeting."
    start = LEADERS.index(quote)
    assert shown["others"] == [[start, start + len(quote)]]
    assert dict(map(tuple, shown["about"]))["SHA-256"] == [leaders.sha256]


@pytest.mark.parametrize(
    ("start", "end", "length", "stretch"),
    [
        (0, 0, 100, (0, 100)),
        (0, 0, 10**7, (0, STRETCH_CHARACTERS)),
        (9_999_990, 10**7, 10**7, (9_999_990 - STRETCH_CHARACTERS, 10**7)),
        (0, 10**6, 10**7, (0, LONGEST_STRETCH)),
    ],
)
def test_a_stretch_is_never_long(
    start: int, end: int, length: int, stretch: tuple[int, int]
) -> None:
    assert stretch_around(start, end, length) == stretch


def test_words_are_found_whatever_their_case_and_white_space() -> None:
    text = "The Central\n  Bank, the central bank; (a+)+$"
    assert [text[a:b] for a, b in find_words(text, " central bank ")] == [
        "Central\n  Bank",
        "central bank",
    ]
    assert find_words(text, "(a+)+$") == [(38, 44)]
    assert find_words(text, "  ") == []
    assert len(find_words("ab" * 5_000, "b")) == reading.MOST_FOUND


def test_a_character_is_told_its_page() -> None:
    page_of = page_finder([Page(1, 0, 5), Page(2, 6, 12)])
    assert [page_of(n) for n in (0, 5, 6, 99)] == [1, 1, 2, 2]
    assert page_finder([])(3) is None


def test_an_outline_has_headings_alone() -> None:
    text = "# One\n\nwords\n\n## Two\u202e"
    blocks = [
        Block(0, 5, "heading", 1),
        Block(7, 12, "paragraph"),
        Block(14, len(text), "heading", 2),
    ]
    assert reading.outline(text, blocks) == [(1, "One", (0, 5)), (2, "Two", (14, len(text)))]


# What it fetches.


@pytest.fixture
def client(core: StubAssistant) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[source_routes()]), base_url="http://localhost") as client:
        yield client
    services.pages().close()


@pytest.fixture
def report(core: StubAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the stub's PDF, which has a file now."""
    first, second = REPORT[: len(REPORT) // 2], REPORT[len(REPORT) // 2 :]
    path = tmp_path / "report.pdf"
    path.write_bytes(make_pdf([first.splitlines(), second.splitlines()]))
    monkeypatch.setattr(core.library, "original", lambda document_id: path)
    return core.library.find("report.pdf")[0].id


def test_a_stretch_of_text_is_fetched(client: TestClient, leaders: Document) -> None:
    told = client.get(f"/source/{leaders.id}/text?from=2&to=9")
    assert told.json() == {"from": 2, "text": LEADERS[2:9]}
    assert told.headers["Cache-Control"] == "no-store"
    for strange in ("from=-4&to=x", "from=9999999999&to=1", "", "from=²&to=3"):
        assert client.get(f"/source/{leaders.id}/text?{strange}").json()["text"] in ("", "# C")


def test_words_and_headings_are_fetched(client: TestClient, report: str) -> None:
    found = client.get(f"/source/{report}/find", params={"words": "BAN"}).json()["found"]
    at = [n for n in range(len(REPORT)) if REPORT[n : n + 3] == "ban"]
    assert found == [[n, n + 3, 1 if n < len(REPORT) // 2 else 2] for n in at]
    (heading,) = client.get(f"/source/{report}/outline").json()["headings"]
    assert heading == {"level": 1, "words": "Report of January 2022", "at": [0, 22, 1]}


def test_a_page_and_the_boxes_on_it_are_fetched(client: TestClient, report: str) -> None:
    picture = client.get(f"/source/{report}/page/1?width=300")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    told = client.get(f"/source/{report}/boxes/1?at=0-6,5000-6000,0-0").json()
    assert told["pages"] == 2
    ((left, top, right, bottom),) = told["boxes"][0]
    assert 0 < left < right < 0.5
    assert 0 < top < bottom < 0.2
    assert told["boxes"][1:] == [[], []]


def test_boxes_go_with_the_click_once_the_page_is_known(
    client: TestClient, report: str, core: StubAssistant
) -> None:
    document = core.library.document(report)
    citation = replace(cite(REPORT, "Report", "Rep"), page=1)
    assert describe_cited(citation, document, REPORT, [])["placed"] is None
    told = client.get(f"/source/{report}/boxes/1?at=0-6,0-3").json()
    placed = describe_cited(citation, document, REPORT, [])["placed"]
    assert json.loads(json.dumps(placed)) == told


def test_words_of_another_file_are_not_placed(
    client: TestClient, report: str, core: StubAssistant
) -> None:
    core.library._texts[report] = REPORT.replace("Report", "Rapport")
    reading._remembered_text.cache_clear()
    told = client.get(f"/source/{report}/boxes/1?at=0-7,8-10").json()
    assert told["boxes"][0] is None
    assert len(told["boxes"][1]) == 1
    reading._remembered_text.cache_clear()


def test_what_cannot_be_fetched_is_told(
    client: TestClient, leaders: Document, report: str, core: StubAssistant
) -> None:
    for path in ("text", "find?words=a", "outline", "page/1", "boxes/1"):
        told = client.get(f"/source/{'0' * 16}/{path}")
        assert (told.status_code, told.json()["error"][-9:]) == (404, "any more.")
    told = client.get(f"/source/{report}/page/7")
    assert (told.status_code, told.json()["error"]) == (422, "There is no page 7 in this file.")
    core.library.remove([report])
    assert client.get(f"/source/{report}/page/1").status_code == 404
    assert client.get(f"/source/{leaders.name}/text").status_code == 404


def test_an_unforeseen_failure_gives_no_detail(
    client: TestClient, leaders: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "text_of", lambda document_id: 1 / 0)
    told = client.get(f"/source/{leaders.id}/text")
    assert told.status_code == 500
    assert "reference" in told.json()["error"]


def test_another_host_gets_nothing(client: TestClient, leaders: Document) -> None:
    path = f"/source/{leaders.id}/text?from=0&to=5"
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400

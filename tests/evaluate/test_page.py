from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings

from rag.evaluate.compare import compare_runs
from rag.evaluate.page import MEANINGS, render_page
from rag.evaluate.report import Run, summarise
from rag.evaluate.scored import Scored
from tests.evaluate.examples import questions, run, scored

EVIL = '<script>alert("1")</script>'
ASKED = [
    scored(f"q{n}", answerable=n % 3 > 0, confidence=n / 30, right=n % 4 > 0, threshold=0.25)
    for n in range(30)
]
EMPTY_ELEMENTS = {"meta"}


class Reader(HTMLParser):
    """Reads a page as strictly as a test wants it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(name)
        self.ids += [value or "" for key, value in attributes if key == "id"]
        if name not in EMPTY_ELEMENTS:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    return reader


def test_every_measure_has_a_meaning() -> None:
    assert list(summarise(ASKED)) == list(MEANINGS)


def test_the_page_needs_nothing_else() -> None:
    page = render_page(run(ASKED), {"threshold": 0.25}, ["python", "-m", "rag", "evaluate", "x"])
    seen = read(page).seen
    assert not {"script", "link", "img", "iframe"} & set(seen)
    assert "url(" not in page
    assert not re.search(r"https?:", page)
    assert page.count("<figure>") == page.count("<summary>") == 4


def test_the_page_escapes_all_text() -> None:
    evil = Run(EVIL, {"reader": EVIL, "threshold": EVIL}, tuple(ASKED))
    comparison = compare_runs(ASKED, ASKED, EVIL, 10)
    page = render_page(evil, {EVIL: 0.5}, ["python", EVIL], comparison, evil)
    assert "<script" not in page
    assert EVIL in read(page).text


def test_the_page_tells_how_to_repeat_the_run() -> None:
    page = render_page(
        Run("dev", {"reader": "big one", "threshold": 0.5, "embedding_model": ""}, tuple(ASKED)),
        command=["python", "-m", "rag", "evaluate", "dev"],
    )
    assert "RAG_READER='big one' RAG_THRESHOLD=0.5 python -m rag evaluate dev" in read(page).text


def test_a_comparison_has_its_table_and_its_curve() -> None:
    alone = read(render_page(run(ASKED))).seen.count("polyline")
    comparison = compare_runs(ASKED, ASKED, "before", 10)
    reader = read(render_page(run(ASKED), {}, (), comparison, run(ASKED)))
    assert "Against before" in reader.text
    assert "p = 1" in reader.text
    assert reader.seen.count("polyline") == alone + 1


def test_the_named_thresholds_stand_in_the_tables_and_plots() -> None:
    text = read(render_page(run(ASKED), {"cautious": 0.61, "eager": 0.12})).text
    assert text.count("cautious 0.61") == 4
    assert text.count("eager 0.12") == 4


@given(questions(largest=12))
@settings(max_examples=25, deadline=None)
def test_any_run_makes_a_page(asked: list[Scored]) -> None:
    read(render_page(run(asked), {"threshold": 0.5}))

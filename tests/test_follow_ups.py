"""Headings of cited documents, as questions to go on with."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.parse import parse_bytes
from rag.question import propose_follow_ups
from rag.question.headings import Section, ask_about, read_sections
from rag.records import Answer, Block, Citation, CitedDocument, Sentence

REPORT = """# The report

Ships sail.

## Introduction

The first words.

## 1. What the crew wants

More wind.

### Sails

Red ones.

## Harbours

Three of them.
"""


class Shelf:
    def text(self, document_id: str) -> str:
        return REPORT

    def blocks(self, document_id: str) -> tuple[Block, ...]:
        return parse_bytes(REPORT.encode(), "report.md").blocks


def cite(quote: str, marker: int = 1) -> Citation:
    start = REPORT.index(quote)
    document = CitedDocument("d", "report.md", "The report", "", None)
    return Citation(marker, document, None, start, start + len(quote), quote, (), 1.0)


def answered(*quotes: str) -> Answer:
    citations = tuple(cite(quote, number) for number, quote in enumerate(quotes, 1))
    sentences = tuple(Sentence(c.quote, (c.marker,), "verbatim") for c in citations)
    return Answer("id", "q", "q", "answered", "", 1.0, sentences, citations)


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Why the bank is worried", "Tell me why the bank is worried"),
        ("5. The law of July 2023", "Tell me about the law of July 2023"),
        ("2.1 The three forms compared", "Tell me about the three forms compared"),
        ("2013: banks keep away", "Tell me about 2013: banks keep away"),
        ("THE CRITICS", "Tell me about the critics"),
        ("RACIB", "Tell me about RACIB"),
        ("Who may mine?", "Who may mine?"),
        ("Theory of money", "Tell me about Theory of money"),
    ],
)
def test_a_heading_is_asked_about(heading: str, question: str) -> None:
    assert ask_about(heading) == question


def test_sections_end_where_the_next_of_their_level_begins() -> None:
    sections = read_sections(REPORT, Shelf().blocks("d"))
    below = {s.heading: REPORT[s.start : s.end].split("\n\n")[1] for s in sections}
    assert below == {
        "Introduction": "The first words.",
        "1. What the crew wants": "More wind.",
        "Sails": "Red ones.",
        "Harbours": "Three of them.\n",
    }
    crew = next(s for s in sections if "crew" in s.heading)
    assert crew.holds(cite("Red ones."))
    assert not crew.holds(cite("Three of them."))


def test_what_is_cited_already_is_not_proposed_and_the_nearest_comes_first() -> None:
    def questions(*quotes: str) -> list[str]:
        return [f.question for f in propose_follow_ups(answered(*quotes), Shelf())]

    crew, sails, harbours = (
        "Tell me what the crew wants",
        "Tell me about Sails",
        "Tell me about Harbours",
    )
    assert questions("Ships sail.") == [crew, sails, harbours]
    assert questions("Three of them.") == [sails, crew]
    assert questions("Red ones.") == [harbours]
    assert questions("Ships sail.", "Three of them.") == [crew, sails]
    assert questions() == []


def test_an_answer_has_to_begin_below_the_heading() -> None:
    crew = next(iter(propose_follow_ups(answered("Ships sail."), Shelf())))
    assert crew.is_answered(answered("More wind.", "Three of them."))
    assert not crew.is_answered(answered("Three of them.", "More wind."))
    assert not crew.is_answered(answered())


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6)), max_size=12))
def test_sections_lie_within_the_text(parts: list[tuple[int, int]]) -> None:
    text, blocks = "", []
    for length, level in parts:
        blocks.append(
            Block(len(text), len(text) + length, "heading" if level else "paragraph", level)
        )
        text += "x" * length + "\n"
    sections = read_sections(text, blocks)
    assert len(sections) == max(0, sum(block.kind == "heading" for block in blocks) - 1)
    assert all(0 < section.start <= section.end <= len(text) for section in sections)
    assert all(_is_apart_or_within(one, other) for one, other in pairwise(sections))


def _is_apart_or_within(one: Section, later: Section) -> bool:
    return one.end < later.start or later.end <= one.end

"""Spans that a reader found to verified citations, and the sentences that rest on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.quote import find_quote, plain_text
from rag.records import AnswerSpan, Citation, CitedDocument, Document, Passage, Sentence, Span

LocatePage = Callable[[str, int], int | None]
"""Gives the page of a document id on which a character stands, None where there are no pages."""

SEVERAL = 3  # sentences at most, where a question asks for several things
SEVERAL_SCORE = 0.85  # of the best span's score: below it a further sentence adds noise
SECOND_SOURCE_SCORE = 0.95  # the same, for a sentence of another document that says more

ASKS_FOR_SEVERAL = re.compile(
    r"\b(?:list|which|who are|what are|what were|name (?:all|the|some)|all the|compare|differences?"
    r"|reasons|ways|steps|countries|documents)\b",
    re.IGNORECASE,
)


def compose(
    question: str, passages: Sequence[Passage], spans: Sequence[Span], locate_page: LocatePage
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Gives the sentences of an answer and the citations they rest on, numbered from 1.

    Every sentence is a quotation: the clause around a span that answers, without a clause that
    speaks of somebody else, and without marks of layout.
    """
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for span in choose_spans(question, passages, spans):
        passage = passages[span.passage]
        first, last = find_quote(
            question, passage.text, span.start - passage.start, span.end - passage.start
        )
        text = plain_text(passage.text[first:last], passage.document.media_type)
        if any(text == sentence.text for sentence in sentences):
            continue
        start, end = passage.start + first, passage.start + last
        marker = len(citations) + 1
        citations.append(_cite(passage, start, end, (span,), marker, span.score, locate_page))
        sentences.append(Sentence(text, (marker,), "verbatim"))
    return tuple(sentences), tuple(citations)


def cite_nearest(
    passages: Sequence[Passage], count: int, locate_page: LocatePage
) -> tuple[Citation, ...]:
    """Gives the passages nearest to a question that is not answered, in a citation's form."""
    nearest = []
    for marker, passage in enumerate(passages[:count], 1):
        text = passage.text.strip()
        start = passage.start + passage.text.index(text)
        nearest.append(
            _cite(passage, start, start + len(text), (), marker, passage.score, locate_page)
        )
    return tuple(nearest)


def choose_spans(question: str, passages: Sequence[Passage], spans: Sequence[Span]) -> list[Span]:
    """Gives the spans worth showing: the best, and others where they add something."""
    if not spans:
        return []
    best = spans[0]
    if ASKS_FOR_SEVERAL.search(question):
        return [s for s in spans if s.score >= SEVERAL_SCORE * best.score][:SEVERAL]
    for other in spans[1:]:
        from_elsewhere = passages[other.passage].document.id != passages[best.passage].document.id
        if from_elsewhere and other.score >= SECOND_SOURCE_SCORE * best.score:
            return [best, other]
    return [best]


def _cite(
    passage: Passage,
    start: int,
    end: int,
    spans: Sequence[Span],
    marker: int,
    score: float,
    locate_page: LocatePage,
) -> Citation:
    def slice_text(first: int, last: int) -> str:
        return passage.text[first - passage.start : last - passage.start]

    inside = [(max(span.start, start), min(span.end, end)) for span in spans]
    return Citation(
        marker=marker,
        document=_copy_document(passage.document),
        page=locate_page(passage.document.id, start),
        start=start,
        end=end,
        quote=slice_text(start, end),
        answer_spans=tuple(AnswerSpan(s, e, slice_text(s, e)) for s, e in inside if s < e),
        score=round(score, 4),
    )


def _copy_document(document: Document) -> CitedDocument:
    return CitedDocument(document.id, document.name, document.title, document.sha256, document.date)

"""Spans that a reader found to verified citations, and the sentences that rest on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.records import AnswerSpan, Citation, CitedDocument, Document, Passage, Sentence, Span
from rag.sentences import split_sentences
from rag.terms import extract_terms

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
CONNECTIVES = "but|while|whereas|although|though|yet|however"
CLAUSE_BREAK = re.compile(
    rf";\s+|,\s+(?=(?:and\s+)?(?:{CONNECTIVES})\b(?!,))|\s+[–—-]\s+(?=(?:{CONNECTIVES})\b)"
)
# What somebody does to a wish or a word; two parties share it, so it tells neither apart.
ATTITUDES = frozenset(
    extract_terms("want favour favor propose plan support oppose say think argue claim ask call")
)
LEADING_CONNECTIVE = re.compile(rf"(?:(?:and|so|meanwhile|{CONNECTIVES})\b,?\s+)+", re.IGNORECASE)


def compose(
    question: str, passages: Sequence[Passage], spans: Sequence[Span], locate_page: LocatePage
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Gives the sentences of an answer and the citations they rest on, numbered from 1.

    Every sentence is a quotation: the clause around a span that answers, without a clause that
    speaks of somebody else.
    """
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for span in choose_spans(question, passages, spans):
        passage = passages[span.passage]
        start, end = find_clause(question, passage, span)
        quote = passage.text[start - passage.start : end - passage.start]
        if any(quote == sentence.text for sentence in sentences):
            continue
        marker = len(citations) + 1
        citations.append(_cite(passage, start, end, (span,), marker, span.score, locate_page))
        sentences.append(Sentence(quote, (marker,), "verbatim"))
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


def find_clause(question: str, passage: Passage, span: Span) -> tuple[int, int]:
    """Gives the range of the sentence or clause that answers, in the document's characters.

    A sentence such as "the ministries favour A; the bank, however, wants B" speaks of two parties:
    where one clause holds all that the question shares with the sentence, it stands alone.
    """
    first, last = span.start - passage.start, span.end - passage.start
    start, end = _widen_to_sentences(passage.text, first, last)
    clauses = _split_clauses(passage.text, start, end)
    inside = [c for c in clauses if c[0] < last and first < c[1]] or clauses
    start, end = _pick_clauses(question, passage.text, inside, whole=(start, end))
    leading = LEADING_CONNECTIVE.match(passage.text, start, end)
    if leading and (start, end) != (first, last) and leading.end() < min(end, max(last, start + 1)):
        start = leading.end()
    return passage.start + start, passage.start + end


def _widen_to_sentences(text: str, first: int, last: int) -> tuple[int, int]:
    touched = [(s, e) for s, e in split_sentences(text) if s < last and first < e]
    return (touched[0][0], touched[-1][1]) if touched else (first, last)


def _split_clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    clauses, clause_start = [], start
    for separator in CLAUSE_BREAK.finditer(text, start, end):
        clauses.append((clause_start, separator.start()))
        clause_start = separator.end()
    return [*clauses, (clause_start, end)]


def _pick_clauses(
    question: str, text: str, clauses: Sequence[tuple[int, int]], whole: tuple[int, int]
) -> tuple[int, int]:
    asked = set(extract_terms(question)) - ATTITUDES
    shared = asked & set(extract_terms(text[whole[0] : whole[1]]))
    for start, end in clauses:
        if shared and shared <= set(extract_terms(text[start:end])):
            return start, end
    return whole


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

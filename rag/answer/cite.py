"""Places in passages to verified citations: document, page, range, quote and key words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.records import AnswerSpan, Citation, CitedDocument, Document, Passage
from rag.terms import WORD

LocatePage = Callable[[str, int], int | None]
"""Gives the page of a document id on which a character stands, None where there are no pages."""


def cite(
    passage: Passage,
    start: int,
    end: int,
    key_words: Sequence[tuple[int, int]],
    marker: int,
    score: float,
    locate_page: LocatePage,
) -> Citation:
    """Gives the citation of a range of a passage.

    Args:
        start, end: characters of the document, inside the passage.
        key_words: ranges in the same count, widened to whole words; what lies outside the citation
            is left out.
    """

    def slice_text(first: int, last: int) -> str:
        return passage.text[first - passage.start : last - passage.start]

    words = [(start + w.start(), start + w.end()) for w in WORD.finditer(slice_text(start, end))]
    cut = [(max(first, start), min(last, end)) for first, last in key_words]
    inside = [_widen(first, last, words) for first, last in cut if first < last]
    return Citation(
        marker=marker,
        document=_copy_document(passage.document),
        page=locate_page(passage.document.id, start),
        start=start,
        end=end,
        quote=slice_text(start, end),
        answer_spans=tuple(AnswerSpan(s, e, slice_text(s, e)) for s, e in inside),
        score=round(score, 4),
    )


def _widen(first: int, last: int, words: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Gives a range from the beginning of its first word to the end of its last."""
    touched = [(start, end) for start, end in words if start < last and first < end]
    if not touched:
        return first, last
    return touched[0][0], max(last, touched[-1][1])


def cite_nearest(
    passages: Sequence[Passage], count: int, locate_page: LocatePage
) -> tuple[Citation, ...]:
    """Gives the passages nearest to a question that is not answered, in a citation's form."""
    nearest = []
    for marker, passage in enumerate(passages[:count], 1):
        text = passage.text.strip()
        start = passage.start + passage.text.index(text)
        nearest.append(
            cite(passage, start, start + len(text), (), marker, passage.score, locate_page)
        )
    return tuple(nearest)


def _copy_document(document: Document) -> CitedDocument:
    return CitedDocument(document.id, document.name, document.title, document.sha256, document.date)

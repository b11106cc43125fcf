"""Judged sentences to the sentences and citations of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.cite import LocatePage, cite
from rag.gate.judge import Judgement
from rag.records import Citation, Passage, Sentence, Span


def present(
    judgements: Sequence[Judgement],
    passages: Sequence[Passage],
    spans: Sequence[Span],
    locate_page: LocatePage,
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Gives the sentences of an answer and their citations, numbered from 1, each place once.

    Args:
        spans: words that answer, as the reader found them; those inside a quote are its key words.
    """
    sentences: list[Sentence] = []
    citations: dict[tuple[str, int, int], Citation] = {}
    for judgement in judgements:
        markers = []
        for quote in judgement.quotes:
            passage = passages[quote.passage]
            place = (passage.document.id, quote.start, quote.end)
            if place not in citations:
                key_words = [
                    (span.start, span.end)
                    for span in spans
                    if passages[span.passage].document.id == passage.document.id
                ]
                citations[place] = cite(
                    passage,
                    quote.start,
                    quote.end,
                    key_words,
                    len(citations) + 1,
                    judgement.score,
                    locate_page,
                )
            markers.append(citations[place].marker)
        sentences.append(Sentence(judgement.text, tuple(markers), judgement.verdict))
    return tuple(sentences), tuple(citations.values())

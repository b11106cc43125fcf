"""The reader without a network: whole sentences, ranked by words and by vectors.

It is the baseline that the trained reader is held against.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.quote import find_quote
from rag.reader.signs import Candidate, find_candidates
from rag.records import Passage, Reading, Span

if TYPE_CHECKING:
    from rag.embed import Embedder

EMBEDDED_SENTENCES = 24  # embedding more costs time and changes no answer
SPANS = 6


class SentenceReader:
    """Ranks the sentences of passages by shared terms, by cosine, and by the kind of question."""

    name = "reader"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        candidates = sorted(find_candidates(question, passages), key=_prefer)[:EMBEDDED_SENTENCES]
        if not candidates:
            return Reading((), 0.0)
        quotes = [_quote(question, candidate, passages) for candidate in candidates]
        cosines = self._embedder.embed_passages(quotes) @ self._embedder.embed_question(question)
        scored = sorted(
            (
                (_score(c, float(cosine)), c, float(cosine))
                for c, cosine in zip(candidates, cosines, strict=True)
            ),
            key=lambda found: (-found[0], found[1].passage, found[1].start),
        )
        spans = tuple(
            Span(
                candidate.passage,
                passages[candidate.passage].start + candidate.start,
                passages[candidate.passage].start + candidate.end,
                min(max(score, 0.0), 1.0),
            )
            for score, candidate, _ in scored[:SPANS]
        )
        _, best, cosine = scored[0]
        return Reading(spans, _confidence(best, cosine))


def _prefer(candidate: Candidate) -> tuple[float, int, int]:
    return (-_relevance(candidate), candidate.passage, candidate.start)


def _relevance(candidate: Candidate) -> float:
    return candidate.signs.coverage + candidate.signs.context / 2


def _quote(question: str, candidate: Candidate, passages: Sequence[Passage]) -> str:
    text = passages[candidate.passage].text
    first, last = find_quote(question, text, candidate.start, candidate.end)
    return text[first:last]


def _score(candidate: Candidate, cosine: float) -> float:
    signs = candidate.signs
    return (
        0.45 * cosine
        + 0.25 * _relevance(candidate)
        + 0.15 * signs.coverage
        + 0.10 * signs.fits
        + 0.10 * signs.news
        + 0.05 / (1 + candidate.passage)
    )


def _confidence(candidate: Candidate, cosine: float) -> float:
    """How likely the sentence is right, from three signs.

    Their proportions are made by hand; their scale is a logistic regression's, fitted on the dev
    questions of the sample corpus and on those of SQuAD 2.0's two dev articles.
    """
    evidence = 2.06 * cosine + 2.06 * _relevance(candidate) + 0.41 * candidate.signs.fits
    return 1 / (1 + math.exp(3.60 - evidence))

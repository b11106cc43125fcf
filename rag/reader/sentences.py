"""A provisional reader: whole sentences, ranked by words and by vectors.

PROVISIONAL, refusal included: a reader that is trained to find spans and to notice that a passage
does not answer takes its place behind the same protocol.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.quote import find_quote, is_question
from rag.records import Passage, Reading, Span
from rag.sentences import split_sentences
from rag.terms import extract_terms

if TYPE_CHECKING:
    from rag.embed import Embedder

EMBEDDED_SENTENCES = 24  # embedding more costs time and changes no answer
SPANS = 6
ENOUGH_NEWS = 6  # terms that a sentence adds to the question; more are not better

NUMBER = re.compile(r"\d")
YEAR_OR_MONTH = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b"
)
NAME_INSIDE = re.compile(r"(?<=[\w,;–—-]\s)[A-Z][a-z]+")
CUES = (
    (re.compile(r"^\W*(?:who|whose|whom)\b", re.I), NAME_INSIDE),
    (re.compile(r"\b(?:when|what year|which year|what date|since when)\b", re.I), YEAR_OR_MONTH),
    (re.compile(r"\bhow (?:much|many|long|large|big|high)\b|\bpercentage\b", re.I), NUMBER),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: int
    start: int
    end: int
    text: str
    coverage: float  # share of the question's terms, by weight, in the sentence
    context: float  # the same, its passage's headings and text counted in at half weight
    news: int  # terms that the question did not have


class SentenceReader:
    """Ranks the sentences of passages by shared terms, by cosine, and by the kind of question."""

    name = "sentences"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        candidates = _find_candidates(question, passages)[:EMBEDDED_SENTENCES]
        if not candidates:
            return Reading((), 0.0)
        rows = self._embedder.embed_passages([c.text for c in candidates])
        cosines = rows @ self._embedder.embed_question(question)
        cue = _find_cue(question)
        scores = [
            _score(candidate, float(cosine), cue)
            for candidate, cosine in zip(candidates, cosines, strict=True)
        ]
        order = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))
        spans = tuple(
            Span(c.passage, c.start, c.end, min(max(scores[i], 0.0), 1.0))
            for i in order[:SPANS]
            for c in [candidates[i]]
        )
        best = order[0]
        return Reading(spans, _confidence(candidates[best], float(cosines[best]), cue))


def _find_candidates(question: str, passages: Sequence[Passage]) -> list[_Candidate]:
    terms = set(extract_terms(question))
    bags = [set(extract_terms(" ".join((*p.headings, p.text)))) for p in passages]
    frequency = Counter(term for bag in bags for term in bag)
    weight = {t: math.log(1 + (len(passages) + 1) / (frequency[t] + 0.5)) for t in terms}
    total = sum(weight.values()) or 1.0
    found = []
    for index, passage in enumerate(passages):
        for start, end in split_sentences(passage.text):
            if is_question(passage.text[start:end]):
                continue
            first, last = find_quote(question, passage.text, start, end)
            text = passage.text[first:last]
            own = set(extract_terms(text))
            coverage = sum(weight[t] for t in terms & own) / total
            near = sum(weight[t] for t in terms & (bags[index] - own)) / total
            found.append(
                _Candidate(
                    index,
                    passage.start + start,
                    passage.start + end,
                    text,
                    coverage,
                    coverage + near / 2,
                    len(own - terms),
                )
            )
    return sorted(found, key=lambda c: (-c.context, c.passage, c.start))


def _find_cue(question: str) -> re.Pattern[str] | None:
    return next((needed for asked, needed in CUES if asked.search(question)), None)


def _score(candidate: _Candidate, cosine: float, cue: re.Pattern[str] | None) -> float:
    fits = 1.0 if cue is None or cue.search(candidate.text) else 0.0
    rank = 1 / (1 + candidate.passage)
    told = min(candidate.news / ENOUGH_NEWS, 1.0)
    return (
        0.45 * cosine
        + 0.25 * candidate.context
        + 0.15 * candidate.coverage
        + 0.10 * fits
        + 0.10 * told
        + 0.05 * rank
    )


def _confidence(candidate: _Candidate, cosine: float, cue: re.Pattern[str] | None) -> float:
    """A hand-made guess at being right; similarity alone cannot tell a near miss."""
    fits = 1.0 if cue is None or cue.search(candidate.text) else 0.0
    evidence = -6.0 + 5.0 * cosine + 5.0 * candidate.context + 1.0 * fits
    return 1 / (1 + math.exp(-evidence))

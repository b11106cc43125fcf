"""Windows of logits to the words that answer: the best span of each statement, and its odds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby

from rag.reader.network import Logits, Network
from rag.reader.signs import Candidate, find_candidates
from rag.records import Passage, Reading, Span
from rag.terms import extract_terms

LONGEST_ANSWER = 30  # tokens, as in training/measure.py
SPANS = 12
LARGEST_GAP = 5.0
ENOUGH_AGREEMENT = 2  # other passages that say the same; more are not better


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a span; ``training/calibrate.py`` fits how much each weighs.

    Attributes:
        answerable: logit that the passage answers.
        margin: the span's start and end logits above those of "no answer".
        similarity: cosine of question and passage.
        rank_share: the passage's fused score, as a share of the best passage's.
        coverage, context, fits, news: see ``Signs``.
        agreement: how many other passages' best spans say the same, 0 to 1.
    """

    answerable: float
    margin: float
    similarity: float
    rank_share: float
    coverage: float
    context: float
    fits: float
    news: float
    agreement: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for the best span being the answer, and not just the best there is.

    Attributes:
        weight: of the best span, by its evidence.
        gap: by how much that exceeds the second best; 0 without one, ``LARGEST_GAP`` at most.
        known: share of the question's terms in the best span's sentence, passage or headings.
        answerable, margin, similarity, agreement: of the best span, see ``Evidence``.
    """

    weight: float
    gap: float
    known: float
    answerable: float
    margin: float
    similarity: float
    agreement: float


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    start: int
    end: int
    margin: float
    answerable: float
    terms: frozenset[str]


class SpanReader:
    """Reads each passage by itself, and weighs the best span of each statement against all."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def name(self) -> str:
        return self._network.name

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        found = self.find(question, passages)
        if not found:
            return Reading((), 0.0)
        weights = self._network.weights
        evidence = [each for _, each in found]
        _, standing = find_standing(evidence, weights["span"])
        confidence = find_confidence(standing, weights["answer"])
        shares = find_shares(evidence, weights["span"])
        scored = [
            replace(span, score=confidence * share)
            for (span, _), share in zip(found, shares, strict=True)
        ]
        spans = sorted(scored, key=lambda span: (-span.score, span.passage, span.start))[:SPANS]
        return Reading(tuple(spans), confidence)

    def find(self, question: str, passages: Sequence[Passage]) -> list[tuple[Span, Evidence]]:
        """Gives the best span of each statement, unranked, with what speaks for it."""
        candidates = find_candidates(question, passages)
        if not candidates:
            return []
        windows: dict[int, list[Logits]] = {}
        for logits in self._network.read(question, [passage.text for passage in passages]):
            windows.setdefault(logits.text, []).append(logits)
        found = [
            span
            for index, group in groupby(candidates, key=lambda candidate: candidate.passage)
            for span in _find_spans(list(group), windows.get(index, []), passages[index].text)
        ]
        return list(_weigh(found, passages))


def _find_spans(
    candidates: Sequence[Candidate], windows: Sequence[Logits], text: str
) -> Iterator[_Found]:
    """Gives the best span of each statement of one passage, over the windows that hold it."""
    for candidate in candidates:
        spans = [span for window in windows if (span := _find_span(window, candidate))]
        if spans:
            start, end, margin, answerable = max(spans, key=lambda span: span[2])
            terms = frozenset(extract_terms(text[start:end]))
            yield _Found(candidate, start, end, margin, answerable, terms)


def _find_span(window: Logits, statement: Candidate) -> tuple[int, int, float, float] | None:
    """Gives the best span inside a statement: characters of the passage, margin, answerable."""
    import numpy as np

    ranges = window.ranges
    first = next((i for i, (start, _) in enumerate(ranges) if start >= statement.start), None)
    last = sum(1 for _, end in ranges if end <= statement.end)
    if first is None or last <= first:
        return None
    sums = window.starts[first:last, None] + window.ends[None, first:last]
    allowed = np.tril(np.triu(np.ones_like(sums)), LONGEST_ANSWER - 1)
    best = int(np.where(allowed > 0, sums, -np.inf).argmax())
    start, end = divmod(best, last - first)
    margin = float(sums[start, end]) - window.null
    return ranges[first + start][0], ranges[first + end][1], margin, window.answerable


def _weigh(found: Sequence[_Found], passages: Sequence[Passage]) -> Iterator[tuple[Span, Evidence]]:
    best_score = max(passage.score for passage in passages) or 1.0
    best_of = {
        index: max(group, key=lambda span: span.margin)
        for index, group in groupby(found, key=lambda span: span.candidate.passage)
    }
    for span in found:
        index = span.candidate.passage
        passage = passages[index]
        agreeing = sum(
            _say_the_same(span.terms, best.terms)
            for other, best in best_of.items()
            if other != index
        )
        yield (
            Span(index, passage.start + span.start, passage.start + span.end, 0.0),
            Evidence(
                answerable=span.answerable,
                margin=span.margin,
                similarity=passage.similarity or 0.0,
                rank_share=passage.score / best_score,
                agreement=min(agreeing / ENOUGH_AGREEMENT, 1.0),
                **asdict(span.candidate.signs),
            ),
        )


def _say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and bool(other) and (one <= other or other <= one)


def find_standing(
    evidence: Sequence[Evidence], weights: Mapping[str, float]
) -> tuple[int, Standing]:
    """Gives the index of the best of the spans of a reading, and how it stands against the rest.

    Args:
        evidence: of each span, at least one.
        weights: of the span's evidence.
    """
    weighed = [weigh(each, weights) for each in evidence]
    best = max(range(len(weighed)), key=lambda index: (weighed[index], -index))
    others = [value for index, value in enumerate(weighed) if index != best]
    chosen = evidence[best]
    return best, Standing(
        weight=weighed[best],
        gap=min(weighed[best] - max(others), LARGEST_GAP) if others else 0.0,
        known=chosen.coverage + chosen.context,
        answerable=chosen.answerable,
        margin=chosen.margin,
        similarity=chosen.similarity,
        agreement=chosen.agreement,
    )


def find_shares(evidence: Sequence[Evidence], weights: Mapping[str, float]) -> list[float]:
    """Gives each span's standing as a share of the best one's, 0 to 1."""
    weighed = [weigh(each, weights) for each in evidence]
    best = max(weighed)
    return [2 * _to_probability(weight - best) for weight in weighed]


def find_confidence(standing: Standing, weights: Mapping[str, float]) -> float:
    """Gives the probability that the best span answers: that the passages answer at all, times
    the share of right ones among answers to what they answer.
    """
    return weights.get("right", 1.0) * _to_probability(weigh(standing, weights))


def weigh(signs: Evidence | Standing, weights: Mapping[str, float]) -> float:
    """Gives the weighted sum of signs; those without a weight count nothing."""
    values: dict[str, float] = asdict(signs)
    bias = weights.get("bias", 0.0)
    return bias + sum(weights.get(name, 0.0) * value for name, value in values.items())


def _to_probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))

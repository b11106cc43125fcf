"""Windows of logits to the words that answer: the best span of each statement, and its odds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

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
    span: Span
    evidence: Evidence
    terms: frozenset[str]


class SpanReader:
    """Reads each passage by itself, and weighs the best span of each statement against all.

    The passages whose words promise most are read first, and those that the network could hardly
    bring near the best are not read: bounds on what is not known yet, as in the threshold algorithm
    of Fagin, Lotem and Naor, "Optimal Aggregation Algorithms for Middleware" (2003).
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def name(self) -> str:
        return self._network.name

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        if not passages:
            return Reading((), 0.0)
        weights = self._network.weights
        found = self._find(question, passages, weights["span"], weights["span"].get("reach"))
        if not found:
            return Reading((), 0.0)
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
        return self._find(question, passages, {}, None)

    def _find(
        self,
        question: str,
        passages: Sequence[Passage],
        weights: Mapping[str, float],
        reach: float | None,
    ) -> list[tuple[Span, Evidence]]:
        statements = _group_statements(question, passages)
        promises = {
            index: max(weigh(evidence, weights) for _, evidence in group)
            for index, group in statements.items()
        }
        order = sorted(promises, key=lambda index: (-promises[index], index))
        found: list[_Found] = []
        best = -math.inf
        with closing(self._network.read(question, [passages[i].text for i in order])) as windows:
            for index in order:
                if reach is not None and best - promises[index] > reach:
                    break
                spans = list(_find_spans(statements[index], next(windows), index, passages[index]))
                best = max((best, *(weigh(span.evidence, weights) for span in spans)))
                found.extend(spans)
        found.sort(key=lambda each: (each.span.passage, each.span.start))
        return list(_count_agreement(found))


def _group_statements(
    question: str, passages: Sequence[Passage]
) -> dict[int, list[tuple[Candidate, Evidence]]]:
    """Gives the statements of each passage that has some, with what speaks for them unread."""
    best_score = max((passage.score for passage in passages), default=0.0) or 1.0
    groups: dict[int, list[tuple[Candidate, Evidence]]] = {}
    for candidate in find_candidates(question, passages):
        passage = passages[candidate.passage]
        evidence = Evidence(
            answerable=0.0,
            margin=0.0,
            similarity=passage.similarity or 0.0,
            rank_share=passage.score / best_score,
            agreement=0.0,
            coverage=candidate.signs.coverage,
            context=candidate.signs.context,
            fits=candidate.signs.fits,
            news=candidate.signs.news,
        )
        groups.setdefault(candidate.passage, []).append((candidate, evidence))
    return groups


def _find_spans(
    statements: Sequence[tuple[Candidate, Evidence]],
    windows: Sequence[Logits],
    index: int,
    passage: Passage,
) -> Iterator[_Found]:
    """Gives the best span of each statement of one passage, over the windows that hold it."""
    for candidate, evidence in statements:
        spans = [span for window in windows if (span := _find_span(window, candidate))]
        if spans:
            start, end, margin, answerable = max(spans, key=lambda span: span[2])
            yield _Found(
                Span(index, passage.start + start, passage.start + end, 0.0),
                replace(evidence, margin=margin, answerable=answerable),
                frozenset(extract_terms(passage.text[start:end])),
            )


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


def _count_agreement(found: Sequence[_Found]) -> Iterator[tuple[Span, Evidence]]:
    """Notes how many other passages' best spans say what a span says."""
    best_of: dict[int, _Found] = {}
    for each in found:
        former = best_of.setdefault(each.span.passage, each)
        if each.evidence.margin > former.evidence.margin:
            best_of[each.span.passage] = each
    for each in found:
        agreeing = sum(
            _say_the_same(each.terms, best.terms)
            for index, best in best_of.items()
            if index != each.span.passage
        )
        yield each.span, replace(each.evidence, agreement=min(agreeing / ENOUGH_AGREEMENT, 1.0))


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
    names = signs.__dataclass_fields__
    total: float = sum(weights.get(name, 0.0) * getattr(signs, name) for name in names)
    return weights.get("bias", 0.0) + total


def _to_probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))

"""What another threshold would have done: a run replayed, without asking again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.evaluate.scored import Scored

TABLED_THRESHOLDS = [step / 20 for step in range(21)]


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """A run as one threshold decides it; None without cases.

    Attributes:
        coverage: share of all questions that are answered.
        selective_accuracy: share of the answered questions that are right.
        right: share of all questions, refused rightly ones among them.
        refused_rightly: share of the unanswerable questions.
        refused_wrongly: share of the answerable questions.
    """

    threshold: float
    coverage: float | None
    selective_accuracy: float | None
    right: float | None
    refused_rightly: float | None
    refused_wrongly: float | None


def replay(scored: Sequence[Scored], threshold: float) -> AtThreshold:
    """Gives what the threshold would have made of the run."""
    decided = [question.at(threshold) for question in scored]
    return AtThreshold(
        threshold,
        coverage=share(s.answered for s in decided),
        selective_accuracy=share(s.right for s in decided if s.answered),
        right=share(s.right for s in decided),
        refused_rightly=share(not s.answered for s in decided if not s.answerable),
        refused_wrongly=share(not s.answered for s in decided if s.answerable),
    )


def replay_all(scored: Sequence[Scored], thresholds: Iterable[float]) -> list[AtThreshold]:
    """Gives what each of the thresholds would have made of the run."""
    return [replay(scored, threshold) for threshold in thresholds]


def find_threshold(scored: Sequence[Scored], most_refused_wrongly: float) -> float:
    """Gives the highest threshold that refuses at most that share of the answerable questions.

    It is the confidence of one of the answers, 1 where all may be refused, and 0 where even that
    refuses more: some questions found nothing to answer with.
    """
    if most_refused_wrongly >= 1.0:
        return 1.0
    confidences = sorted(s.confidence if s.offered else -1.0 for s in scored if s.answerable)
    refusing_few = (
        confidence
        for confidence in confidences
        if bisect_left(confidences, confidence) / len(confidences) <= most_refused_wrongly
    )
    return max(0.0, max(refusing_few, default=1.0))


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Coverage and selective accuracy, where the threshold is the confidence of an answer."""

    threshold: float
    coverage: float
    accuracy: float


def coverage_curve(scored: Sequence[Scored]) -> list[CurvePoint]:
    """Gives accuracy against coverage as the threshold falls: coverage rises with each point.

    El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (2010).
    Answers of the same confidence are given or refused together.
    """
    offered = sorted((s for s in scored if s.offered), key=lambda s: -s.confidence)
    curve: list[CurvePoint] = []
    right = 0
    for number, question in enumerate(offered, 1):
        right += question.found.right
        last = number == len(offered)
        if last or offered[number].confidence < question.confidence:
            curve.append(CurvePoint(question.confidence, number / len(scored), right / number))
    return curve


def area_under_risk_coverage(curve: Sequence[CurvePoint]) -> float | None:
    """The mean share of wrong answers over all coverages that can be reached; less is better.

    Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation" (2019).
    """
    if not curve:
        return None
    area = covered = 0.0
    for point in curve:
        area += (point.coverage - covered) * (1 - point.accuracy)
        covered = point.coverage
    return area / covered


def share(cases: Iterable[bool]) -> float | None:
    """The share of the cases that hold; None without cases."""
    counted = list(cases)
    return sum(counted) / len(counted) if counted else None

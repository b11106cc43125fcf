"""The measures of an evaluation, as pure functions over plain values."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

BINS = 15  # of the calibration error; enough to see a bend, few enough to fill
Z_95 = 1.959964  # two-sided 95 % of the normal distribution

ARTICLE = re.compile(r"\b(?:a|an|the)\b")
PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "’‘“”«»–—…", " "))

Range = tuple[str, int, int]
"""Document id, start, end."""


def normalise_answer(text: str) -> str:
    """Lower case, without punctuation and articles, single spaces (as SQuAD's evaluation does)."""
    return " ".join(ARTICLE.sub(" ", text.lower().translate(PUNCTUATION)).split())


def contains_answer(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """True where a normalised quote holds a normalised answer, whole words only."""
    held = [f" {normalise_answer(quote)} " for quote in quotes]
    wanted = [f" {normalise_answer(answer)} " for answer in answers]
    return any(answer.strip() and answer in quote for answer in wanted for quote in held)


def token_f1(prediction: str, answer: str) -> float:
    """Harmonic mean of precision and recall over normalised tokens, 0 to 1."""
    predicted, gold = normalise_answer(prediction).split(), normalise_answer(answer).split()
    if not predicted or not gold:
        return float(predicted == gold)
    shared = sum((Counter(predicted) & Counter(gold)).values())
    return 2 * shared / (len(predicted) + len(gold))


def count_characters(ranges: Collection[Range]) -> int:
    """Counts the characters that ranges cover, each once."""
    return sum(end - start for _, start, end in merge_ranges(ranges))


def merge_ranges(ranges: Collection[Range]) -> list[Range]:
    """Gives the same characters as ranges that neither overlap nor touch, in order."""
    merged: list[Range] = []
    for document, start, end in sorted(ranges):
        if merged and merged[-1][0] == document and start <= merged[-1][2]:
            merged[-1] = (document, merged[-1][1], max(end, merged[-1][2]))
        elif start < end:
            merged.append((document, start, end))
    return merged


def count_overlap(cited: Collection[Range], gold: Collection[Range]) -> int:
    """Counts the characters that both cover."""
    total = 0
    gold_ranges = merge_ranges(gold)
    for document, start, end in merge_ranges(cited):
        for other, first, last in gold_ranges:
            if other == document:
                total += max(0, min(end, last) - max(start, first))
    return total


def evidence_recall(cited: Collection[Range], gold: Collection[Range]) -> float:
    """Share of the gold characters that are cited; gold must not be empty."""
    return count_overlap(cited, gold) / count_characters(gold)


def evidence_precision(cited: Collection[Range], gold: Collection[Range]) -> float:
    """Share of the cited characters that are gold; 0 where nothing is cited."""
    characters = count_characters(cited)
    return count_overlap(cited, gold) / characters if characters else 0.0


def harmonic_mean(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Answers of like confidence: how many, their mean confidence, and how many are right."""

    count: int
    confidence: float
    right: int

    @property
    def accuracy(self) -> float:
        return self.right / self.count


def calibration_bins(
    confidences: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> list[CalibrationBin]:
    """Gives the bins of equal mass that hold anything, the least confident first."""
    order = sorted(range(len(confidences)), key=lambda i: (confidences[i], i))
    found = []
    for number in range(bins):
        members = order[number * len(order) // bins : (number + 1) * len(order) // bins]
        if members:
            confidence = sum(confidences[i] for i in members) / len(members)
            found.append(CalibrationBin(len(members), confidence, sum(right[i] for i in members)))
    return found


def expected_calibration_error(
    confidences: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> float:
    """Expected calibration error with bins of equal mass, 0 to 1.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning" (2015), with bins of equal mass instead of equal width.
    """
    found = calibration_bins(confidences, right, bins)
    gaps = sum(b.count * abs(b.confidence - b.accuracy) for b in found)
    return gaps / len(confidences) if found else 0.0


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a share, 95 % unless told; the whole range without trials."""
    if not trials:
        return 0.0, 1.0
    share, weight = successes / trials, z * z / trials
    centre = share + weight / 2
    reach = z * math.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    low, high = (centre - reach) / (1 + weight), (centre + reach) / (1 + weight)
    return max(0.0, low), min(1.0, high)


def recall_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Share of the relevant documents among the first k of a ranking without repetitions."""
    return len(set(ranking[:k]) & set(relevant)) / len(set(relevant))


def ndcg_at(ranking: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain with binary relevance (Järvelin and Kekäläinen)."""
    gain = sum(1 / math.log2(i + 2) for i, doc in enumerate(ranking[:k]) if doc in relevant)
    ideal = sum(1 / math.log2(i + 2) for i in range(min(k, len(set(relevant)))))
    return gain / ideal


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie, interpolated; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

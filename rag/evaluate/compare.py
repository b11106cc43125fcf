"""Two runs over the same questions: whether one is better, or only luckier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import SettingError
from rag.evaluate.measures import BINS, harmonic_mean
from rag.evaluate.scored import Scored

RESAMPLES = 10_000
SEED = 20_220_615
# With fewer answers a bin, the calibration error is mostly chance and grows as they get fewer: a
# resample, which has the same answers several times, then misses it on one side.
ENOUGH_IN_A_BIN = 10

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of both runs over the same questions, and this minus the other.

    ``low`` and ``high`` bound the 95 % interval of the difference. None without cases, and for the
    bounds of the calibration error where either run has too few answers for them.
    """

    this: float | None
    other: float | None
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """This run against another, over the questions of both.

    Attributes:
        other: the other run's name.
        n: questions that both asked.
        only_this, only_other: questions that one of the runs alone got right.
        p: of McNemar's exact test, two-sided.
        differences: by name of the measure.
    """

    other: str
    n: int
    only_this: int
    only_other: int
    p: float
    differences: Mapping[str, Difference]


def compare_runs(
    this: Sequence[Scored], other: Sequence[Scored], name: str, resamples: int = RESAMPLES
) -> Comparison:
    """Compares two runs, question by question.

    Args:
        name: the other run's.
        resamples: of the bootstrap.

    Raises:
        SettingError: no question is in both.
    """
    others = {question.id: question for question in other}
    pairs = [(question, others[question.id]) for question in this if question.id in others]
    if not pairs:
        raise SettingError(
            f"This run and {name!r} share no question: compare runs over the same questions."
        )
    only_this = sum(one.right and not two.right for one, two in pairs)
    only_other = sum(two.right and not one.right for one, two in pairs)
    return Comparison(
        name,
        len(pairs),
        only_this,
        only_other,
        mcnemar(only_this, only_other),
        bootstrap_differences([one for one, _ in pairs], [two for _, two in pairs], resamples),
    )


def mcnemar(only_one: int, only_other: int) -> float:
    """Gives the two-sided p of McNemar's exact test: how likely so uneven a split is by chance."""
    trials = only_one + only_other
    ways, term = 0, 1
    for successes in range(min(only_one, only_other) + 1):
        ways += term
        term = term * (trials - successes) // (successes + 1)
    return min(1.0, 2 * ways / (1 << trials))


def bootstrap_differences(
    this: Sequence[Scored], other: Sequence[Scored], resamples: int = RESAMPLES
) -> dict[str, Difference]:
    """Gives the differences of paired runs with percentile intervals of the paired bootstrap.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993). The seed is fixed, so that the
    same runs give the same intervals.
    """
    one, two = _Columns(this), _Columns(other)
    everything = np.arange(len(this))
    random = np.random.default_rng(SEED)
    drawn: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(resamples):
        picked = random.integers(len(this), size=len(this))
        for name, measure in MEASURES.items():
            drawn[name].append(measure(one, picked) - measure(two, picked))
    if min(one.answers, two.answers) < BINS * ENOUGH_IN_A_BIN:
        drawn["ece"] = []
    return {
        name: _describe(measure(one, everything), measure(two, everything), drawn[name])
        for name, measure in MEASURES.items()
    }


class _Columns:
    """A run as columns; not a number where a measure does not apply."""

    def __init__(self, scored: Sequence[Scored]) -> None:
        self.right = _column([s.right for s in scored])
        self.has_answer = _column([s.given.has_answer for s in scored])
        self.recall = _column([s.given.recall for s in scored])
        self.precision = _column([s.given.precision for s in scored])
        confidence = np.array([s.confidence for s in scored])
        answered = np.array([s.answered for s in scored], dtype=bool)
        self.answers = int(answered.sum())
        order = np.argsort(confidence, kind="stable")
        # The place of each question among the answered ones by confidence, so that a resample is
        # sorted by integers alone.
        self.place = np.where(answered[order], np.arange(len(scored)), -1)[np.argsort(order)]
        self.gap = (confidence - self.right)[order]


def _column(values: Sequence[float | bool | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _mean(column: Numbers, picked: Places) -> float:
    values = column[picked]
    counted = values[~np.isnan(values)]
    return float(counted.mean()) if counted.size else float("nan")


def _evidence_f1(run: _Columns, picked: Places) -> float:
    return harmonic_mean(_mean(run.recall, picked), _mean(run.precision, picked))


def _calibration_error(run: _Columns, picked: Places) -> float:
    """As ``measures.expected_calibration_error``: a bin's mass times its gap is its gaps' sum."""
    places = np.sort(run.place[picked])
    gaps = run.gap[places[places >= 0]]
    if not gaps.size:
        return float("nan")
    sums = np.concatenate(([0.0], np.cumsum(gaps)))
    edges = np.arange(BINS + 1) * gaps.size // BINS
    return float(np.abs(np.diff(sums[edges])).sum() / gaps.size)


MEASURES: Mapping[str, Callable[[_Columns, Places], float]] = {
    "right": lambda run, picked: _mean(run.right, picked),
    "quote_has_answer": lambda run, picked: _mean(run.has_answer, picked),
    "evidence_f1": _evidence_f1,
    "ece": _calibration_error,
}


def _describe(this: float, other: float, drawn: Sequence[float]) -> Difference:
    differences = np.array(drawn)
    counted = differences[~np.isnan(differences)]
    low, high = np.quantile(counted, (0.025, 0.975)) if counted.size else (np.nan, np.nan)
    return Difference(*map(_round, (this, other, this - other, float(low), float(high))))


def _round(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """Gives a comparison as plain values."""
    return {**asdict(comparison), "p": float(f"{comparison.p:.3g}")}

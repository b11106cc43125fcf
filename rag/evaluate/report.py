"""A run and its measures, as plain values and as lines for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.evaluate.compare import Comparison, comparison_to_json
from rag.evaluate.measures import (
    expected_calibration_error,
    harmonic_mean,
    ndcg_at,
    percentile,
    recall_at,
)
from rag.evaluate.scored import Scored
from rag.evaluate.thresholds import area_under_risk_coverage, coverage_curve, share

RECALL_DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Run:
    """The answers to a folder's questions, and how they came about.

    Attributes:
        folder: the name of the evaluated folder.
        settings: without that of the library's place.
        scored: in the order of the questions.
    """

    folder: str
    settings: Mapping[str, Any]
    scored: tuple[Scored, ...]

    @property
    def measures(self) -> dict[str, float | None]:
        return summarise(self.scored)


def summarise(scored: Sequence[Scored]) -> dict[str, float | None]:
    """Gives the measures over all questions, rounded to four decimals; None without cases."""
    recall = _mean([s.given.recall for s in scored])
    precision = _mean([s.given.precision for s in scored])
    answered = [s for s in scored if s.answered]
    ranked = [s for s in scored if s.relevant]
    measures: dict[str, float | None] = {
        "right": share(s.right for s in scored),
        "quote_has_answer": _mean([s.given.has_answer for s in scored]),
        "evidence_recall": recall,
        "evidence_precision": precision,
        "evidence_f1": None if recall is None else harmonic_mean(recall, precision or 0.0),
        "answer_f1": _mean([s.given.answer_f1 for s in scored]),
        "refused_rightly": share(not s.answered for s in scored if not s.answerable),
        "refused_wrongly": share(not s.answered for s in scored if s.answerable),
        "coverage": share(s.answered for s in scored),
        "selective_accuracy": share(s.right for s in answered),
        "aurc": area_under_risk_coverage(coverage_curve(scored)),
        "ece": expected_calibration_error(
            [s.confidence for s in answered], [s.right for s in answered]
        )
        if answered
        else None,
        **{
            f"recall_at_{k}": _mean([recall_at(s.ranking, s.relevant, k) for s in ranked])
            for k in RECALL_DEPTHS
        },
        "ndcg_at_10": _mean([ndcg_at(s.ranking, s.relevant, 10) for s in ranked]),
        **{f"read_{name}": value for name, value in _delays(scored, "read").items()},
        **_delays(scored, "total"),
    }
    return {k: None if v is None else round(v, 4) for k, v in measures.items()}


def _delays(scored: Sequence[Scored], part: str) -> dict[str, float]:
    values = [s.milliseconds[part] for s in scored]
    return {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}


def _mean(values: Sequence[float | bool | None]) -> float | None:
    counted = [float(value) for value in values if value is not None]
    return sum(counted) / len(counted) if counted else None


def report(run: Run, comparison: Comparison | None = None) -> dict[str, Any]:
    """Gives a run as plain values: ``n``, the measures by name, the settings, the comparison."""
    compared = {"comparison": comparison_to_json(comparison)} if comparison else {}
    settings = {name: str(value) for name, value in run.settings.items()}
    return {"n": len(run.scored), **run.measures, "settings": settings, **compared}


def render_table(run: Run, comparison: Comparison | None = None) -> str:
    """Gives a run's measures as lines for a person."""
    lines = [("n", str(len(run.scored)))]
    lines += [(name.replace("_", " "), _show(value)) for name, value in run.measures.items()]
    if comparison:
        lines += [
            ("", ""),
            ("against", f"{comparison.other}, {comparison.n} questions of both"),
            ("right only here", str(comparison.only_this)),
            ("right only there", str(comparison.only_other)),
            ("p (McNemar, exact)", f"{comparison.p:.3g}"),
        ]
        for name, change in comparison.differences.items():
            interval = "" if change.low is None else f"  95 % [{change.low}, {change.high}]"
            lines.append((name.replace("_", " "), _show(change.difference) + interval))
    return "\n".join(f"{name:<20} {value}".rstrip() for name, value in lines)


def _show(value: float | None) -> str:
    return "–" if value is None else str(value)

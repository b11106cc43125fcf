"""The figures of a run: each a plot, what is to be seen in it, and its values as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from rag.evaluate.markup import Markup, tag
from rag.evaluate.measures import calibration_bins, percentile, wilson_interval
from rag.evaluate.plots import Axis, Dot, Guide, Line, Mark, Plot, draw, draw_swatch, top_of
from rag.evaluate.scored import Scored
from rag.evaluate.tables import show_interval, show_milliseconds, show_share, tabulate
from rag.evaluate.thresholds import (
    TABLED_THRESHOLDS,
    AtThreshold,
    coverage_curve,
    replay,
    replay_all,
)

DRAWN_THRESHOLDS = [step / 100 for step in range(101)]
DRAWN_SHARES = [step / 100 for step in range(101)]
PARTS = ("retrieve", "read", "total")


def draw_figures(
    scored: Sequence[Scored],
    thresholds: Mapping[str, float],
    other: tuple[str, Sequence[Scored]] | None = None,
) -> Markup:
    """Gives all figures.

    Args:
        thresholds: to be marked, by name.
        other: name and questions of a run that is compared with.
    """
    return tag(
        "div",
        _figure_of_coverage(scored, thresholds, other),
        _figure_of_reliability(scored),
        _figure_of_refusals(scored, thresholds),
        _figure_of_delay(scored),
        class_="figures",
    )


def _figure(plot: Plot, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    legend = [tag("li", draw_swatch(line.tone), line.name) for line in plot.lines]
    return tag(
        "figure",
        tag("h3", plot.title),
        draw(plot),
        *([tag("ul", *legend, class_="legend")] if len(legend) > 1 else []),
        tag("figcaption", plot.summary),
        tag("details", tag("summary", "As a table"), tabulate(plot.title, heads, rows)),
    )


def _figure_of_coverage(
    scored: Sequence[Scored],
    thresholds: Mapping[str, float],
    other: tuple[str, Sequence[Scored]] | None,
) -> Markup:
    lines = [_curve("This run", scored, 0)]
    if other:
        lines.append(_curve(other[0], other[1], 1))
    named = {name: replay(scored, threshold) for name, threshold in thresholds.items()}
    plot = Plot(
        key="coverage",
        title="Accuracy against coverage",
        summary="Share of right answers among those given, as a lower threshold lets more of them "
        "through. Better runs lie higher.",
        x=Axis("Coverage: share of all questions answered"),
        y=Axis("Selective accuracy"),
        lines=lines,
        marks=[
            Mark(_name(name, at.threshold), at.coverage, at.selective_accuracy)
            for name, at in named.items()
            if at.coverage is not None and at.selective_accuracy is not None
        ],
    )
    rows = [
        (label, show_share(at.coverage), show_share(at.selective_accuracy))
        for label, at in _tabled(scored, thresholds)
    ]
    return _figure(plot, ("Threshold", "Coverage", "Selective accuracy"), rows)


def _curve(name: str, scored: Sequence[Scored], tone: int) -> Line:
    return Line(name, [(point.coverage, point.accuracy) for point in coverage_curve(scored)], tone)


def _figure_of_reliability(scored: Sequence[Scored]) -> Markup:
    answered = [s for s in scored if s.answered]
    bins = calibration_bins([s.confidence for s in answered], [s.right for s in answered])
    intervals = [wilson_interval(b.right, b.count) for b in bins]
    plot = Plot(
        key="reliability",
        title="Reliability",
        summary=f"Answers given, in {len(bins)} bins of equal mass by confidence "
        f"({_bin_sizes([b.count for b in bins])}), with Wilson’s 95\u00a0% intervals. On the "
        "diagonal, confidence is the share of right answers; below it, the answers are surer than "
        "right.",
        x=Axis("Mean confidence"),
        y=Axis("Share right"),
        dots=[
            Dot(
                b.confidence,
                b.accuracy,
                low,
                high,
                f"{b.right} of {b.count} right at a mean confidence of {b.confidence:.2f}",
            )
            for b, (low, high) in zip(bins, intervals, strict=True)
        ],
        diagonal=True,
    )
    rows = [
        (
            show_share(b.confidence),
            show_share(b.accuracy),
            show_interval(low, high),
            str(b.count),
        )
        for b, (low, high) in zip(bins, intervals, strict=True)
    ]
    return _figure(plot, ("Mean confidence", "Share right", "95\u00a0% interval", "Answers"), rows)


def _bin_sizes(counts: Sequence[int]) -> str:
    if not counts:
        return "none was given"
    low, high = min(counts), max(counts)
    if low < high:
        return f"{low} to {high} answers each"
    return "one answer each" if low == 1 else f"{low} answers each"


def _figure_of_refusals(scored: Sequence[Scored], thresholds: Mapping[str, float]) -> Markup:
    drawn = replay_all(scored, DRAWN_THRESHOLDS)
    columns = {
        "Refused rightly, of the unanswerable": "refused_rightly",
        "Refused wrongly, of the answerable": "refused_wrongly",
        "Right, of all": "right",
    }
    plot = Plot(
        key="refusals",
        title="Refusals as the threshold moves",
        summary="A higher threshold refuses more of the questions that the documents do not "
        "answer, and more of those that they do.",
        x=Axis("Threshold"),
        y=Axis("Share of questions"),
        lines=[
            Line(name, _against_threshold(drawn, field), tone)
            for tone, (name, field) in enumerate(columns.items())
        ],
        guides=[Guide(_name(name, value), x=value) for name, value in thresholds.items()],
    )
    rows = [
        (
            label,
            show_share(at.refused_rightly),
            show_share(at.refused_wrongly),
            show_share(at.right),
        )
        for label, at in _tabled(scored, thresholds)
    ]
    return _figure(plot, ("Threshold", "Refused rightly", "Refused wrongly", "Right"), rows)


def _against_threshold(drawn: Sequence[AtThreshold], field: str) -> list[tuple[float, float]]:
    values = ((at.threshold, asdict(at)[field]) for at in drawn)
    return [(threshold, value) for threshold, value in values if value is not None]


def _tabled(
    scored: Sequence[Scored], thresholds: Mapping[str, float]
) -> list[tuple[str, AtThreshold]]:
    """Gives the named thresholds among round ones, in order."""
    rows = [(f"{threshold:.2f}", threshold) for threshold in TABLED_THRESHOLDS]
    rows += [(_name(name, threshold), threshold) for name, threshold in thresholds.items()]
    rows.sort(key=lambda row: row[1])
    return [(label, replay(scored, threshold)) for label, threshold in rows]


def _figure_of_delay(scored: Sequence[Scored]) -> Markup:
    delays = {part: [s.milliseconds[part] for s in scored] for part in PARTS}
    plot = Plot(
        key="delay",
        title="Delay",
        summary="Share of the questions that were done within a time: finding passages, reading "
        "them, and both with all the rest.",
        x=Axis("Milliseconds", top_of([value for values in delays.values() for value in values])),
        y=Axis("Share of questions"),
        lines=[
            Line(part.capitalize(), [(percentile(values, s), s) for s in DRAWN_SHARES], tone)
            for tone, (part, values) in enumerate(delays.items())
            if values
        ],
        guides=[Guide("p50", y=0.5), Guide("p95", y=0.95)],
    )
    rows = [
        (part.capitalize(), *(show_milliseconds(percentile(values, s)) for s in (0.5, 0.95, 1.0)))
        for part, values in delays.items()
    ]
    return _figure(plot, ("Part", "p50", "p95", "Longest"), rows)


def _name(name: str, threshold: float) -> str:
    return f"{name} {threshold:.2f}"

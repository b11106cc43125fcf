"""A run as one page that needs nothing else: tables, plots, and how to repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rag.evaluate.compare import Comparison
from rag.evaluate.figures import draw_figures
from rag.evaluate.markup import Markup, tag
from rag.evaluate.report import Run
from rag.evaluate.scored import Scored
from rag.evaluate.style import STYLE
from rag.evaluate.tables import NONE, show_difference, show_milliseconds, show_share, tabulate
from rag.settings import Settings

DELAYS = ("read_p50", "read_p95", "p50", "p95")

MEANINGS: Mapping[str, tuple[str, str]] = {
    "right": (
        "Right",
        "Answered with the gold answer or half of its evidence; or refused and unanswerable.",
    ),
    "quote_has_answer": ("Quote has answer", "Of the answerable questions."),
    "evidence_recall": ("Evidence recall", "Characters of the evidence that are cited."),
    "evidence_precision": ("Evidence precision", "Characters cited that are evidence."),
    "evidence_f1": ("Evidence F1", "Harmonic mean of the two."),
    "answer_f1": ("Answer F1", "Words of the first answer shared with the gold answer."),
    "refused_rightly": ("Refused rightly", "Of the unanswerable questions."),
    "refused_wrongly": ("Refused wrongly", "Of the answerable questions; less is better."),
    "coverage": ("Coverage", "Questions that are answered."),
    "selective_accuracy": ("Selective accuracy", "Right, of those that are answered."),
    "aurc": (
        "AURC",
        "Area under the risk–coverage curve: the mean share of wrong answers as the threshold "
        "falls; less is better.",
    ),
    "ece": ("ECE", "Expected calibration error of the confidence; less is better."),
    "recall_at_1": ("Recall at\u00a01", "Of the documents with evidence, before any refusal."),
    "recall_at_5": ("Recall at\u00a05", "The same among the first five."),
    "recall_at_10": ("Recall at\u00a010", "The same among the first ten."),
    "ndcg_at_10": ("nDCG at\u00a010", "Ranking of the documents, before any refusal."),
    "read_p50": ("Reading, p50", "Half of the questions were read faster."),
    "read_p95": ("Reading, p95", "Nineteen of twenty were read faster."),
    "p50": ("Answer, p50", "Half of the questions were answered or refused faster."),
    "p95": ("Answer, p95", "Nineteen of twenty were answered or refused faster."),
}


def render_page(
    run: Run,
    thresholds: Mapping[str, float] | None = None,
    command: Sequence[str] = (),
    comparison: Comparison | None = None,
    other: Run | None = None,
) -> str:
    """Gives the page as HTML, without scripts and without anything from elsewhere.

    Args:
        thresholds: to mark in the plots, by name.
        command: the words by which the run is repeated.
        other: the run that it is compared with, whose curve is drawn too.
    """
    thresholds = thresholds or {}
    other_questions = (comparison.other, other.scored) if comparison and other else None
    title = f"Evaluation of {run.folder}"
    body = [
        tag("header", tag("h1", title), tag("p", _describe(run.scored))),
        _section("Measures", _tabulate_measures(run)),
        *([_compare(comparison)] if comparison else []),
        _section("Confidence and delay", draw_figures(run.scored, thresholds, other_questions)),
        _section("How to repeat it", *_tell_how(run, command)),
    ]
    return _wrap(title, tag("main", *body))


def _wrap(title: str, body: Markup) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"{tag('title', title)}\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n"
        "</html>\n"
    )


def _describe(scored: Sequence[Scored]) -> str:
    answerable = sum(s.answerable for s in scored)
    answered = sum(s.answered for s in scored)
    return f"{_count(scored)}, {answerable} of them answerable; {answered} were answered."


def _section(heading: str, *content: Markup) -> Markup:
    return tag("section", tag("h2", heading), *content)


# Tables.


def _tabulate_measures(run: Run) -> Markup:
    rows = []
    for name, value in run.measures.items():
        label, meaning = MEANINGS.get(name, (name.replace("_", " "), ""))
        shown = show_milliseconds(value) if name in DELAYS else show_share(value)
        rows.append((label, shown, tag("span", meaning, class_="meaning")))
    return tabulate("All measures of the run", ("Measure", "Value", "Meaning"), rows)


def _compare(comparison: Comparison) -> Markup:
    rows = [
        (
            MEANINGS[name][0],
            show_share(change.this),
            show_share(change.other),
            show_difference(change.difference),
            NONE
            if change.low is None
            else f"{show_difference(change.low)} to {show_difference(change.high)}",
        )
        for name, change in comparison.differences.items()
    ]
    lead = (
        f"Over the {comparison.n:,} questions that both runs asked, {comparison.only_this} came "
        f"out right in this run alone and {comparison.only_other} in the other alone: McNemar’s "
        f"exact test gives p = {comparison.p:.3g}. The intervals are those of a paired bootstrap; "
        "ECE has none where a run gave too few answers for one."
    )
    heads = ("Measure", "This run", "Other run", "Difference", "95\u00a0% interval")
    table = tabulate(f"This run and {comparison.other}", heads, rows)
    return _section(f"Against {comparison.other}", tag("p", lead), table)


# How to repeat it.


def _tell_how(run: Run, command: Sequence[str]) -> list[Markup]:
    usual = {name: str(value) for name, value in asdict(Settings()).items()}
    settings = {name: str(value) for name, value in run.settings.items()}
    chosen = [
        f"RAG_{name.upper()}={shlex.quote(value)}"
        for name, value in settings.items()
        if usual.get(name) != value
    ]
    rows = [(name.replace("_", " "), value or NONE) for name, value in settings.items()]
    line = " ".join([*chosen, shlex.join(command)])
    return [
        *([tag("pre", tag("code", line), tabindex="0")] if command else []),
        tabulate("Settings of the run", ("Setting", "Value"), rows),
    ]


def _count(scored: Sequence[Scored]) -> str:
    return "1 question" if len(scored) == 1 else f"{len(scored):,} questions"

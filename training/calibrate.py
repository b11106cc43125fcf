"""Fits how sure the assistant is: from what a reading shows to the probability that it is right.

For each question the library's retriever brings passages and the reader finds a span in each of
their statements. What speaks for a span (``Evidence``) is weighed so that a right one comes first:
the likelihood of drawing one, with chances in proportion to the exponential of the weighted sum
(listwise, after Cao et al. 2007). A logistic regression over what speaks for the best span being
the answer (``Standing``) says how likely the library answers at all (after Platt 1999). That times
the share of right answers to what it answers is how likely the answer is right.

    python -m training.calibrate --reader FOLDER --library DIR --questions FILE [--ids FILE] …

Each ``--library`` goes with the ``--questions`` and the ``--ids`` in the same place; ids name the
questions that are fitted on, one a line. Those that judge the reader must not be among them. Every
library weighs the same, however many questions it has.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from rag.answer.compose import COVERING_SCORE, compose
from rag.assistant import open_assistant
from rag.conversation import resolve
from rag.evaluate.measures import Range, contains_answer, count_overlap, evidence_recall
from rag.evaluate.scored import ENOUGH_EVIDENCE
from rag.question import strip_source
from rag.quote import find_quote
from rag.reader.onnx import CONFIG_FILE, OnnxNetwork
from rag.reader.spans import (
    SPANS,
    Evidence,
    SpanReader,
    Standing,
    find_shares,
    find_standing,
    weigh,
)
from rag.records import Passage, Span, Turn
from rag.settings import Settings

SHARE = 0.5  # of the gold evidence, or of the quote, that must be the same for it to be right
RARELY_ADDED = 99  # percentile of what the network adds to a statement's weight
SHORT_ANSWER = 60  # characters: a longer gold answer is a text of its own, not words of a quote

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question: the evidence of each span found, which of them are right, whether the library
    answers the question, and whether the answer made of the spans with given scores is right.
    """

    evidence: Sequence[Evidence]
    right: NDArray[np.bool_]
    weight: float
    answerable: bool
    is_answered_by: Callable[[Sequence[float]], bool]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, compressed or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def collect(
    reader: SpanReader, library: Path, questions: Sequence[dict[str, Any]]
) -> Iterator[Case]:
    """Reads each question against the library; questions of unknown answer are left out."""
    settings = Settings(index=library)
    assistant = open_assistant(settings)
    names = {name: d.id for d in assistant.library.documents() for name in d.names}
    for question in questions:
        if question["answerable"] is None:
            continue
        turns = [Turn(turn["question"], turn["answer"]) for turn in question.get("turns") or []]
        searched_for = resolve(question["question"], turns).question
        passages = assistant.rank(searched_for, settings.retrieved_passages)
        asked = strip_source(searched_for)
        found = reader.find(asked, passages)
        row = {**question, "question": asked}
        right = [is_right(row, passages[s.passage], s.start, s.end, names) for s, _ in found]
        if found:
            yield Case(
                [e for _, e in found],
                np.array(right),
                1 / len(questions),
                bool(question["answerable"]),
                partial(is_answered, row, passages, [span for span, _ in found], names),
            )


def is_answered(
    question: dict[str, Any],
    passages: Sequence[Passage],
    spans: Sequence[Span],
    names: dict[str, str],
    scores: Sequence[float],
) -> bool:
    """Whether the answer that is composed of the spans is right as ``rag.evaluate``
    counts it.
    """
    scored = [replace(span, score=score) for span, score in zip(spans, scores, strict=True)]
    best_first = sorted(scored, key=lambda span: -span.score)[:SPANS]
    _, citations = compose(question["question"], passages, best_first, lambda _document, _at: None)
    cited = [(c.document.id, c.start, c.end) for c in citations]
    gold = gold_ranges(question, names)
    return contains_answer([c.quote for c in citations], gold_answers(question)) or (
        bool(gold) and evidence_recall(cited, gold) >= ENOUGH_EVIDENCE
    )


def gold_answers(question: dict[str, Any]) -> list[str]:
    """The texts that answer."""
    answers = question.get("answer") or []
    return [answers] if isinstance(answers, str) else list(answers)


def gold_ranges(question: dict[str, Any], names: dict[str, str]) -> list[Range]:
    """The located evidence, by the library's ids."""
    return [
        (names.get(e["doc_id"]) or names.get(f"{e['doc_id']}.txt", ""), e["start"], e["end"])
        for e in question["evidence"]
        if e["start"] is not None
    ]


def is_right(
    question: dict[str, Any], passage: Passage, start: int, end: int, names: dict[str, str]
) -> bool:
    """Whether the quote around a span holds a gold answer, or is mostly gold evidence."""
    if not question["answerable"]:
        return False
    first, last = find_quote(
        question["question"], passage.text, start - passage.start, end - passage.start
    )
    short = [answer for answer in gold_answers(question) if len(answer) <= SHORT_ANSWER]
    if contains_answer([passage.text[first:last]], short):
        return True
    cited = [(passage.document.id, passage.start + first, passage.start + last)]
    return any(
        count_overlap(cited, [gold]) >= SHARE * min(gold[2] - gold[1], last - first)
        for gold in gold_ranges(question, names)
    )


def values_of(records: Sequence[Any]) -> Matrix:
    """The fields of records of one kind, a row each."""
    return np.array([[getattr(r, field.name) for field in fields(r)] for r in records])


def fit_logistic(
    features: Matrix, right: NDArray[np.bool_], weights: Matrix, penalty: float = 1.0
) -> Matrix:
    """Coefficients (bias first) by Newton's method, with a ridge on all but the bias."""
    rows = np.column_stack([np.ones(len(features)), features])
    ridge = np.diag([0.0, *[penalty] * features.shape[1]])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ found))
        gradient = rows.T @ (weights * (chance - right)) + ridge @ found
        curvature = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(found)), gradient)
        found -= step
        if np.abs(step).max() < 1e-8:
            break
    return found


def fit_order(cases: Sequence[Case], penalty: float = 0.05) -> Matrix:
    """Weights of the evidence that put a right span first, where there is one."""
    lists = [
        (values_of(case.evidence), case.right, case.weight) for case in cases if case.right.any()
    ]
    scale = len(lists) / sum(weight for _, _, weight in lists)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, gradient = penalty * float(weights @ weights), 2 * penalty * weights
        for features, right, weight in lists:
            sums = features @ weights
            chances = np.exp(sums - sums.max())
            chances /= chances.sum()
            hit = chances[right].sum()
            total -= scale * weight * float(np.log(hit + 1e-12))
            gradient = gradient - scale * weight * (
                (np.where(right, chances, 0) / hit - chances) @ features
            )
        return total, gradient

    start = np.zeros(len(fields(Evidence)))
    found: Matrix = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found


def find_reach(cases: Sequence[Case], weights: Mapping[str, float]) -> float:
    """Gives how far behind the best a statement may be, before it is read, and still matter.

    What the network adds to all but a hundredth of the statements, and on top of it the distance at
    which a statement of another passage may still be quoted.
    """
    unread = {"margin": 0.0, "answerable": 0.0, "agreement": 0.0}
    added = [
        weigh(replace(each, agreement=0.0), weights) - weigh(replace(each, **unread), weights)
        for case in cases
        for each in case.evidence
    ]
    quoted = math.log(2 / COVERING_SCORE - 1)  # find_shares, solved for the distance
    return float(np.percentile(added, RARELY_ADDED)) + quoted


def name_weights(kind: type, found: Matrix) -> dict[str, float]:
    """Coefficients by the field that they weigh, a bias before them if there is one."""
    names = [field.name for field in fields(kind)]
    names = ["bias", *names] if len(found) > len(names) else names
    return {name: round(float(value), 5) for name, value in zip(names, found, strict=True)}


def fit(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """Fits both; gives their weights as ``config.json`` keeps them."""
    span = name_weights(Evidence, fit_order(cases))
    span["reach"] = round(find_reach(cases, span), 5)
    standings = [find_standing(case.evidence, span)[1] for case in cases]
    answerable = np.array([case.answerable for case in cases])
    weights = np.array([case.weight for case in cases])
    found = fit_logistic(values_of(standings), answerable, weights * len(cases) / weights.sum())
    right = [case.is_answered_by(find_shares(case.evidence, span)) for case in cases]
    share = np.average(np.array(right)[answerable], weights=weights[answerable])
    return {"span": span, "answer": {**name_weights(Standing, found), "right": round(share, 5)}}


def chosen(rows: Sequence[dict[str, Any]], ids: Collection[str]) -> list[dict[str, Any]]:
    """The rows with these ids; all where no ids are given."""
    return [row for row in rows if not ids or str(row["id"]) in ids]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--library", type=Path, action="append", required=True)
    parser.add_argument("--questions", type=Path, action="append", required=True)
    parser.add_argument("--ids", type=Path, action="append", default=[])
    options = parser.parse_args()
    reader = SpanReader(OnnxNetwork(options.reader))
    ids = [set(path.read_text().split()) for path in options.ids]
    ids += [set()] * (len(options.library) - len(ids))
    cases = [
        case
        for library, path, wanted in zip(options.library, options.questions, ids, strict=True)
        for case in collect(reader, library, chosen(read_rows(path), wanted))
    ]
    path = options.reader / CONFIG_FILE
    config = json.loads(path.read_text())
    config["calibration"] = fit(cases)
    path.write_text(json.dumps(config, indent=2) + "\n")
    print(len(cases), "questions:", json.dumps(config["calibration"], indent=2))


if __name__ == "__main__":
    main()

"""Fits how sure the assistant is: from what a reading shows to the probability that it is right.

For each question the library's retriever brings passages and the reader finds a span in each of
their sentences. A logistic regression over what speaks for a span (``Evidence``) says how likely
it is right; a second one, on the best span of each question alone, sets the scale (Platt 1999), so
that the number is a probability.

    python -m training.calibrate --reader FOLDER --index DIR --questions FILE

Questions are those of dev data alone; nothing that judges the reader may be named here.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.assistant import open_assistant
from rag.evaluate.measures import contains_answer, count_overlap
from rag.quote import find_quote
from rag.reader.onnx import CONFIG_FILE, OnnxNetwork
from rag.reader.spans import Evidence, SpanReader
from rag.records import Passage
from rag.settings import Settings

PASSAGES = 10
SHARE = 0.5  # of the gold evidence that a quote must cover to be right

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question: a row of features for each span found, and which of them are right."""

    features: Matrix
    right: NDArray[np.bool_]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, compressed or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def collect(
    reader: SpanReader, index: Path, questions: Sequence[dict[str, Any]]
) -> Iterator[Case]:
    """Reads each question against the library in ``index``."""
    assistant = open_assistant(Settings(index=index))
    names = {name: d.id for d in assistant.library.documents() for name in d.names}
    for question in questions:
        passages = assistant.rank(question["question"], PASSAGES)
        found = reader.find(question["question"], passages)
        if not found:
            continue
        features = [astuple(evidence) for _, evidence in found]
        right = [
            bool(question["answerable"])
            and is_right(question, passages[span.passage], span.start, span.end, names)
            for span, _ in found
        ]
        yield Case(np.array(features), np.array(right))


def is_right(
    question: dict[str, Any], passage: Passage, start: int, end: int, names: dict[str, str]
) -> bool:
    """Whether the quote around a span holds a gold answer or half of the gold evidence."""
    first, last = find_quote(
        question["question"], passage.text, start - passage.start, end - passage.start
    )
    answers = question.get("answer") or []
    answers = [answers] if isinstance(answers, str) else answers
    if answers and contains_answer([passage.text[first:last]], answers):
        return True
    cited = [(passage.document.id, passage.start + first, passage.start + last)]
    for evidence in question["evidence"]:
        doc = evidence["doc_id"]
        gold = (names.get(doc) or names.get(f"{doc}.txt", ""), evidence["start"], evidence["end"])
        if evidence["start"] is not None and count_overlap(cited, [gold]) >= SHARE * (
            gold[2] - gold[1]
        ):
            return True
    return False


def fit_logistic(features: Matrix, right: NDArray[np.bool_], penalty: float = 1.0) -> Matrix:
    """Weights (bias first) by Newton's method, with a ridge on all but the bias."""
    rows = np.column_stack([np.ones(len(features)), features])
    ridge = np.diag([0.0, *[penalty] * features.shape[1]])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (chance - right) + ridge @ weights
        curvature = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """Fits both regressions and folds them into one set of weights, by name."""
    features = np.concatenate([case.features for case in cases])
    right = np.concatenate([case.right for case in cases])
    ranking = fit_logistic(features, right)
    best = [int((case.features @ ranking[1:]).argmax()) for case in cases]
    top = np.array([case.features[i] @ ranking[1:] for case, i in zip(cases, best, strict=True)])
    top_right = np.array([case.right[i] for case, i in zip(cases, best, strict=True)])
    bias, scale = fit_logistic(top[:, None], top_right, penalty=0.0)
    names = [field.name for field in fields(Evidence)]
    return {"bias": float(bias), **dict(zip(names, map(float, scale * ranking[1:]), strict=True))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--index", type=Path, action="append", required=True)
    parser.add_argument("--questions", type=Path, action="append", required=True)
    options = parser.parse_args()
    reader = SpanReader(OnnxNetwork(options.reader))
    cases = [
        case
        for index, path in zip(options.index, options.questions, strict=True)
        for case in collect(reader, index, read_rows(path))
    ]
    calibration = fit(cases)
    path = options.reader / CONFIG_FILE
    config = json.loads(path.read_text())
    config["calibration"] = {name: round(value, 6) for name, value in calibration.items()}
    path.write_text(json.dumps(config, indent=2) + "\n")
    print(len(cases), "questions:", config["calibration"])


if __name__ == "__main__":
    main()

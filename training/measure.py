"""How good a reader is: the measures of SQuAD 2.0 (Rajpurkar et al. 2018) and the AUROC of its "it
answers".

Reading is the same for a trained network and an exported graph: both are a function from a batch
to three arrays.
"""

from __future__ import annotations

import argparse
import json
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.data import (
    DEV_ARTICLES,
    TEST_ARTICLES,
    Example,
    allowed,
    held_out,
    of_articles,
    read_examples,
)
from training.encode import Batch, Row, batch_of, by_length, load_tokenizer, tokens_of, windows

MAX_ANSWER = 30
"""Tokens in the longest answer that is considered."""

Floats = NDArray[np.float32]
Network = Callable[[Batch], tuple[Floats, Floats, Floats]]
"""A batch to start logits ``[B, L]``, end logits ``[B, L]`` and answerable logits ``[B]``."""


@dataclass(frozen=True)
class Found:
    """The best span of an example. ``span_logit`` is start plus end logit, ``null_logit`` the same
    for "none".
    """

    text: str
    answerable: float
    span_logit: float
    null_logit: float


@dataclass(frozen=True)
class Figures:
    """F1 and EM in percent; ``threshold`` is the answerable logit from which on an answer is
    given.
    """

    questions: int
    f1: float
    em: float
    f1_answerable: float
    f1_unanswerable: float
    f1_answerable_no_threshold: float
    em_answerable_no_threshold: float
    auroc: float
    threshold: float


def best_span(row: Row, start: Floats, end: Floats) -> tuple[int, int, float]:
    """The best start and end among the passage's tokens (indices into ``row.ranges``), and the sum
    of their logits.
    """
    s = start[row.first : row.first + len(row.ranges)]
    e = end[row.first : row.first + len(row.ranges)]
    sums = s[:, None] + e[None, :]
    n = len(s)
    allowed = np.triu(np.ones((n, n), dtype=bool)) & np.tril(
        np.ones((n, n), dtype=bool), MAX_ANSWER - 1
    )
    best = int(np.where(allowed, sums, -np.inf).argmax())
    return best // n, best % n, float(sums.flat[best])


def read(
    network: Network, tokenizer: Tokenizer, examples: Sequence[Example], tokens: int = 8192
) -> list[Found]:
    """What the network finds for each example; of a long context's windows the surest that it
    answers counts.
    """
    questions = tokens_of(tokenizer, [e.question for e in examples])
    contexts = tokens_of(tokenizer, [e.context for e in examples])
    rows = [
        (i, row)
        for i, (q, c) in enumerate(zip(questions, contexts, strict=True))
        for row in windows(q, c)
    ]
    found: dict[int, Found] = {}
    for indices in by_length([row for _, row in rows], tokens):
        start, end, answerable = network(batch_of([rows[i][1] for i in indices]))
        for place, index in enumerate(indices):
            example, row = rows[index]
            first, last, logit = best_span(row, start[place], end[place])
            text = examples[example].context[row.ranges[first][0] : row.ranges[last][1]]
            new = Found(
                text, float(answerable[place]), logit, float(start[place, 0] + end[place, 0])
            )
            if example not in found or new.answerable > found[example].answerable:
                found[example] = new
    return [found[i] for i in range(len(examples))]


def normalised(text: str) -> list[str]:
    """The words of an answer as SQuAD compares them: small letters, no punctuation, no articles."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def exact_and_f1(text: str, example: Example) -> tuple[float, float]:
    """EM and F1 (0 to 1) of a given answer, the best over the accepted ones; an empty text says
    "no answer".
    """
    said = normalised(text)
    best = (0.0, 0.0)
    for accepted in [normalised(a.text) for a in example.answers] or [[]]:
        same = sum((Counter(said) & Counter(accepted)).values())
        if not said or not accepted:
            scores = (float(said == accepted), float(said == accepted))
        else:
            scores = (float(said == accepted), 2 * same / (len(said) + len(accepted)))
        best = (max(best[0], scores[0]), max(best[1], scores[1]))
    return best


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The probability that a random answerable question scores above a random unanswerable one
    (ties count half).
    """
    values, truth = np.asarray(scores), np.asarray(labels)
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        ranks[values == value] = ranks[values == value].mean()
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        return float("nan")
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def best_threshold(found: Sequence[Found], examples: Sequence[Example]) -> float:
    """The answerable logit that gives the highest F1 over all of the examples."""
    gains = sorted(
        (f.answerable, exact_and_f1(f.text, e)[1] if e.answers else -1.0)
        for f, e in zip(found, examples, strict=True)
    )
    totals = np.cumsum([gain for _, gain in gains][::-1])[::-1]
    if not gains or totals.max() <= 0:
        return gains[-1][0] + 1.0 if gains else 0.0
    cut = int(totals.argmax())
    lower = gains[cut - 1][0] if cut else gains[0][0] - 1.0
    return (lower + gains[cut][0]) / 2


def figures(found: Sequence[Found], examples: Sequence[Example], threshold: float) -> Figures:
    """All figures of what was found for the examples, at a threshold."""
    given = [f.text if f.answerable >= threshold else "" for f in found]
    scores, free = (
        100 * np.array([exact_and_f1(*pair) for pair in zip(texts, examples, strict=True)])
        for texts in (given, [f.text for f in found])
    )
    has = np.array([bool(e.answers) for e in examples])

    def mean(values: NDArray[np.float64]) -> float:
        return float(values.mean()) if len(values) else float("nan")

    return Figures(
        questions=len(examples),
        f1=mean(scores[:, 1]),
        em=mean(scores[:, 0]),
        f1_answerable=mean(scores[has, 1]),
        f1_unanswerable=mean(scores[~has, 1]),
        f1_answerable_no_threshold=mean(free[has, 1]),
        em_answerable_no_threshold=mean(free[has, 0]),
        auroc=auroc([f.answerable for f in found], has.tolist()),
        threshold=threshold,
    )


def torch_network(model: torch.nn.Module, device: torch.device) -> Network:
    """A trained network as a ``Network``."""

    def run(batch: Batch) -> tuple[Floats, Floats, Floats]:
        on_device = batch.to(device)
        with torch.inference_mode():
            reading = model(on_device.ids, on_device.mask, on_device.segments)
        return (
            reading.start.cpu().numpy(),
            reading.end.cpu().numpy(),
            reading.answerable.cpu().numpy(),
        )

    return run


def onnx_network(path: Path, threads: int) -> Network:
    """An exported graph as a ``Network``, on the CPU."""
    import onnxruntime  # noqa: PLC0415  (heavy, and not needed to train)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(batch: Batch) -> tuple[Floats, Floats, Floats]:
        inputs = {
            "input_ids": batch.ids,
            "attention_mask": batch.mask,
            "token_type_ids": batch.segments,
        }
        start, end, answerable = session.run(
            None, {name: tensor.numpy() for name, tensor in inputs.items()}
        )
        return start, end, answerable

    return run


def dev_examples(folder: Path) -> list[Example]:
    """The dev questions of the fixed split: Force and Normans."""
    return of_articles(read_examples(folder / "squad2_a.jsonl.gz"), DEV_ARTICLES)


def main() -> None:
    """Measure an exported graph on the dev articles and, at their threshold, on the questions of
    our own that are kept back; with ``--test`` on the test articles too.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("model", type=Path, help="folder with reader.onnx and tokenizer.json")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reader"))
    parser.add_argument("--file", default="reader.onnx")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--test",
        action="store_true",
        help="also the test articles; look once, choose nothing by it",
    )
    wanted = parser.parse_args()
    network, tokenizer = (
        onnx_network(wanted.model / wanted.file, wanted.threads),
        load_tokenizer(wanted.model / "tokenizer.json"),
    )
    dev = dev_examples(wanted.data)
    found = read(network, tokenizer, dev)
    threshold = best_threshold(found, dev)
    report = {"dev": asdict(figures(found, dev, threshold))}
    own = held_out(allowed(wanted.data))
    report["own"] = asdict(figures(read(network, tokenizer, own), own, threshold))
    if wanted.test:
        test = of_articles(read_examples(wanted.data / "squad2_a.jsonl.gz"), TEST_ARTICLES)
        report["test"] = asdict(figures(read(network, tokenizer, test), test, threshold))
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

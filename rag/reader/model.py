"""The trained reader: a small network that points at the words that answer, run by ONNX Runtime.

The graph has two heads: start and end logits over the tokens, where token 0 stands for "no answer
here", and one logit for whether the passage answers at all. ``training/`` makes it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelMissing
from rag.reader.signs import Candidate, find_candidates
from rag.records import Passage, Reading, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE = "reader.onnx", "tokenizer.json", "config.json"

# As in training/encode.py: a row is [CLS] question [SEP] passage [SEP].
LONGEST_ROW = 256  # tokens
LONGEST_QUESTION = 48  # tokens
STRIDE = 96  # tokens that two neighbouring windows of a long passage share
LONGEST_ANSWER = 30  # tokens
CLS, SEP = 101, 102
ROWS_AT_A_TIME = 4  # rows of like length together; more only adds padding
SPANS = 8


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a span; ``training/calibrate.py`` fits how much each weighs.

    Attributes:
        answerable: logit of the head that says whether the passage answers.
        margin: the span's start and end logits above those of "no answer".
        lead: the same above the best span of the passage; 0 for that one.
        similarity: cosine of question and passage.
        rank_share: the passage's fused score, as a share of the best passage's.
        coverage, context, fits, news: see ``Signs``.
    """

    answerable: float
    margin: float
    lead: float
    similarity: float
    rank_share: float
    coverage: float
    context: float
    fits: float
    news: float


@dataclass(frozen=True, slots=True)
class _Row:
    passage: int
    ids: list[int]
    first: int
    ranges: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Logits:
    """Of the passage's tokens alone; ``null`` is start plus end logit of "no answer"."""

    row: _Row
    starts: Floats
    ends: Floats
    null: float
    answerable: float


class ModelReader:
    """Reads each passage by itself, and weighs the best span of each sentence."""

    name = "reader"

    def __init__(self, folder: Path) -> None:
        """Loads nothing yet. The folder holds the graph, its tokenizer and its configuration."""
        self._folder = folder
        self._loaded: tuple[Any, Any, dict[str, float]] | None = None

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        weights = self._load()[2]
        scored = [
            replace(span, score=_probability(evidence, weights))
            for span, evidence in self.find(question, passages)
        ]
        if not scored:
            return Reading((), 0.0)
        spans = sorted(scored, key=lambda span: (-span.score, span.passage, span.start))[:SPANS]
        return Reading(tuple(spans), spans[0].score)

    def find(self, question: str, passages: Sequence[Passage]) -> list[tuple[Span, Evidence]]:
        """Gives the best span of each sentence, unranked, with what speaks for it."""
        candidates = find_candidates(question, passages)
        if not candidates:
            return []
        session, tokenizer, _ = self._load()
        rows = sorted(_make_rows(tokenizer, question, passages), key=lambda r: -len(r.ids))
        read: dict[int, list[_Logits]] = {}
        for first in range(0, len(rows), ROWS_AT_A_TIME):
            for logits in _run(session, rows[first : first + ROWS_AT_A_TIME]):
                read.setdefault(logits.row.passage, []).append(logits)
        return [
            found
            for index, group in groupby(candidates, key=lambda candidate: candidate.passage)
            for found in _weigh_passage(list(group), read.get(index, []), passages)
        ]

    def _load(self) -> tuple[Any, Any, dict[str, float]]:
        if self._loaded is None:
            config = _check_files(self._folder)
            import onnxruntime
            from tokenizers import Tokenizer

            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(
                str(self._folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            self._loaded = session, tokenizer, dict(config["calibration"])
        return self._loaded


def _check_files(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        for name, expected in config["sha256"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise ValueError(f"{name} is not the file that {CONFIG_FILE} names")
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(
            f"The reader in {folder} cannot be used ({error}): "
            "name another folder in RAG_READER, or unset it for the sentence reader."
        ) from error
    return config


def _make_rows(tokenizer: Any, question: str, passages: Sequence[Passage]) -> Iterator[_Row]:
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:LONGEST_QUESTION]
    room = LONGEST_ROW - len(asked) - 3
    encoded = tokenizer.encode_batch([p.text for p in passages], add_special_tokens=False)
    for index, passage in enumerate(encoded):
        start = 0
        while True:
            ids = [CLS, *asked, SEP, *passage.ids[start : start + room], SEP]
            yield _Row(index, ids, len(asked) + 2, passage.offsets[start : start + room])
            if start + room >= len(passage.ids):
                break
            start += room - STRIDE


def _run(session: Any, rows: Sequence[_Row]) -> Iterator[_Logits]:
    import numpy as np

    shape = (len(rows), max(len(row.ids) for row in rows))
    ids, mask, segments = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        mask[number, : len(row.ids)] = 1
        segments[number, row.first : len(row.ids)] = 1
    starts, ends, answerable = session.run(
        ["start_logits", "end_logits", "answerable_logit"],
        {"input_ids": ids, "attention_mask": mask, "token_type_ids": segments},
    )
    for number, row in enumerate(rows):
        places = slice(row.first, row.first + len(row.ranges))
        null = float(starts[number, 0] + ends[number, 0])
        yield _Logits(
            row, starts[number, places], ends[number, places], null, float(answerable[number])
        )


def _weigh_passage(
    candidates: Sequence[Candidate], windows: Sequence[_Logits], passages: Sequence[Passage]
) -> Iterator[tuple[Span, Evidence]]:
    """Gives the best span of each sentence of one passage, over the windows that hold it."""
    best_passage = max(passage.score for passage in passages) or 1.0
    spans = [
        (candidate, *max(spans, key=lambda span: span[2]))
        for candidate in candidates
        if (spans := [s for window in windows if (s := _find_span(window, candidate))])
    ]
    best = max((margin for _, _, _, margin, _ in spans), default=0.0)
    for candidate, start, end, margin, answerable in spans:
        passage = passages[candidate.passage]
        yield (
            Span(candidate.passage, passage.start + start, passage.start + end, 0.0),
            Evidence(
                answerable,
                margin,
                margin - best,
                passage.similarity or 0.0,
                passage.score / best_passage,
                *astuple(candidate.signs),
            ),
        )


def _find_span(window: _Logits, sentence: Candidate) -> tuple[int, int, float, float] | None:
    """Gives the best span inside a sentence: characters of the passage, margin, answerable."""
    import numpy as np

    ranges = window.row.ranges
    first = next((i for i, (start, _) in enumerate(ranges) if start >= sentence.start), None)
    last = sum(1 for _, end in ranges if end <= sentence.end)
    if first is None or last <= first:
        return None
    sums = window.starts[first:last, None] + window.ends[None, first:last]
    allowed = np.tril(np.triu(np.ones_like(sums)), LONGEST_ANSWER - 1)
    best = int(np.where(allowed > 0, sums, -np.inf).argmax())
    start, end = divmod(best, last - first)
    margin = float(sums[start, end]) - window.null
    return ranges[first + start][0], ranges[first + end][1], margin, window.answerable


def _probability(evidence: Evidence, weights: Mapping[str, float]) -> float:
    logit = weights["bias"] + sum(weights[name] * value for name, value in asdict(evidence).items())
    return 1 / (1 + math.exp(-logit))

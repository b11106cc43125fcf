"""Our own reader: a small network with two heads, made by ``training/``, run by ONNX Runtime.

Its graph gives start and end logits over the tokens, where token 0 stands for "no answer here", and
one logit for whether the passage answers at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rag.errors import ModelMissing
from rag.reader.network import Logits

MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE = "reader.onnx", "tokenizer.json", "config.json"

# As in training/encode.py: a row is [CLS] question [SEP] passage [SEP].
LONGEST_ROW = 256  # tokens
LONGEST_QUESTION = 48  # tokens
STRIDE = 96  # tokens that two neighbouring windows of a long passage share
CLS, SEP = 101, 102


@dataclass(frozen=True, slots=True)
class _Row:
    ids: list[int]
    first: int
    ranges: list[tuple[int, int]]


class OnnxNetwork:
    """Runs the graph of a folder that ``training/export.py`` wrote."""

    name = "reader"

    def __init__(self, folder: Path) -> None:
        """Loads nothing yet."""
        self._folder = folder
        self._loaded: tuple[Any, Any, dict[str, Any]] | None = None

    @property
    def weights(self) -> Mapping[str, Mapping[str, float]]:
        config = self._load()[2]
        if "calibration" not in config:
            why = "training/calibrate.py has not weighed its evidence yet"
            raise ModelMissing(_cannot_be_used(self._folder, why))
        calibration: dict[str, dict[str, float]] = config["calibration"]
        return calibration

    def read(self, question: str, texts: Sequence[str]) -> Generator[Sequence[Logits], None, None]:
        session, tokenizer, _ = self._load()
        # One row and one thread at a time over all cores, as the embedding model does (decision
        # 0022): nothing is padded, and no core waits for another at the end of each layer.
        cores = os.cpu_count() or 1
        ahead: deque[list[Future[Logits]]] = deque()
        with ThreadPoolExecutor(cores) as threads:
            try:
                for rows in _make_rows(tokenizer, question, texts):
                    ahead.append([threads.submit(_run, session, row) for row in rows])
                    if len(ahead) == cores:
                        yield [window.result() for window in ahead.popleft()]
                while ahead:
                    yield [window.result() for window in ahead.popleft()]
            finally:
                for window in chain.from_iterable(ahead):
                    window.cancel()

    def _load(self) -> tuple[Any, Any, dict[str, Any]]:
        if self._loaded is None:
            config = _check_files(self._folder)
            import onnxruntime
            from tokenizers import Tokenizer

            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            options.intra_op_num_threads = 1
            options.enable_cpu_mem_arena = False  # as quick, and keeps 30 MB less
            session = onnxruntime.InferenceSession(
                str(self._folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            self._loaded = session, tokenizer, config
        return self._loaded


def _check_files(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        for name, expected in config["sha256"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise ValueError(f"{name} is not the file that {CONFIG_FILE} names")
    except (OSError, ValueError, KeyError) as error:
        raise ModelMissing(_cannot_be_used(folder, error)) from error
    return config


def _cannot_be_used(folder: Path, why: object) -> str:
    return (
        f"The reader in {folder} cannot be used ({why}): "
        "name another in RAG_READER, or unset it for the built-in one."
    )


def _make_rows(tokenizer: Any, question: str, texts: Sequence[str]) -> Iterator[list[_Row]]:
    """Gives the rows of each text."""
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:LONGEST_QUESTION]
    room = LONGEST_ROW - len(asked) - 3
    for text in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        starts = range(0, max(len(text.ids) - STRIDE, 1), room - STRIDE)
        yield [
            _Row(
                [CLS, *asked, SEP, *text.ids[start : start + room], SEP],
                len(asked) + 2,
                text.offsets[start : start + room],
            )
            for start in starts
        ]


def _run(session: Any, row: _Row) -> Logits:
    import numpy as np

    segments = np.zeros((1, len(row.ids)), dtype=np.int64)
    segments[0, row.first :] = 1
    ids = np.array([row.ids], dtype=np.int64)
    starts, ends, answerable = session.run(
        ["start_logits", "end_logits", "answerable_logit"],
        {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": segments},
    )
    places = slice(row.first, row.first + len(row.ranges))
    return Logits(
        row.ranges,
        starts[0, places],
        ends[0, places],
        null=float(starts[0, 0] + ends[0, 0]),
        answerable=float(answerable[0]),
    )

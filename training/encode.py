"""From questions and passages to rows of token ids, and to batches of one length.

A row is ``[CLS] question [SEP] passage [SEP]``; the question and its marks have segment 0, the
passage and its last [SEP] have segment 1. Padding has id 0, mask 0 and segment 0.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.data import OWN, Example

MAX_LENGTH = 256
"""Tokens in the longest row."""
MAX_QUESTION = 48
"""Tokens of a question that are read; the rest is cut off."""
STRIDE = 96
"""Tokens that two neighbouring windows of a long passage share."""
LENGTHS = (64, 96, 128, 160, 192, 224, 256)
"""The lengths that rows are padded to: few, since each new one is compiled anew by the CPU's
libraries.
"""
CLS, SEP, PAD = 101, 102, 0
MISLEADING = ("squad2", OWN)
"""Sources in which people wrote the unanswerable questions: what misleads should not be cut off."""


@dataclass(frozen=True)
class Tokens:
    """Token ids of a text, and for each the range of its characters."""

    ids: list[int]
    ranges: list[tuple[int, int]]


@dataclass(frozen=True)
class Row:
    """One row for the network. ``first`` is the place of the passage's first token in it,
    ``ranges`` the characters of each passage token. ``start`` and ``end`` are the places of the
    answer's first and last token, 0 for none.
    """

    ids: list[int]
    first: int
    ranges: list[tuple[int, int]]
    start: int = 0
    end: int = 0

    @property
    def answerable(self) -> bool:
        """Whether the answer lies in this row."""
        return self.start > 0


@dataclass(frozen=True)
class Batch:
    """Rows as tensors: ``ids``, ``mask``, ``segments`` ``[B, L]``; ``start``, ``end`` ``[B]``;
    ``answerable`` ``[B]`` 0 or 1.
    """

    ids: Tensor
    mask: Tensor
    segments: Tensor
    start: Tensor
    end: Tensor
    answerable: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a ``tokenizer.json``, without its own truncation and padding."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def tokens_of(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tokens]:
    """Each text's tokens, without special ones."""
    return [
        Tokens(e.ids, e.offsets)
        for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)
    ]


def row_of(question: Tokens, passage: Tokens, start: int, room: int) -> Row:
    """The row with the passage's tokens from ``start`` on, ``room`` of them at most, and no answer
    marked.
    """
    asked = question.ids[:MAX_QUESTION]
    ids = [CLS, *asked, SEP, *passage.ids[start : start + room], SEP]
    return Row(ids, len(asked) + 2, passage.ranges[start : start + room])


def windows(
    question: Tokens, passage: Tokens, length: int = MAX_LENGTH, stride: int = STRIDE
) -> list[Row]:
    """The rows that cover a passage of any length; neighbours share ``stride`` passage tokens."""
    room = length - min(len(question.ids), MAX_QUESTION) - 3
    starts = [0]
    while starts[-1] + room < len(passage.ids):
        starts.append(starts[-1] + room - stride)
    return [row_of(question, passage, start, room) for start in starts]


def answer_tokens(passage: Tokens, start: int, end: int) -> tuple[int, int] | None:
    """The first and last token that touch the characters ``start`` to ``end``; None when none
    does.
    """
    touched = [i for i, (s, e) in enumerate(passage.ranges) if s < end and e > start]
    return (touched[0], touched[-1]) if touched else None


def training_row(
    example: Example, question: Tokens, passage: Tokens, draw: random.Random
) -> Row | None:
    """One row for an example; a passage too long for a drawn length is cut so that the answer
    stays in, anywhere.

    Gives None for an answer that no row can hold.
    """
    length = draw.choices((MAX_LENGTH, 192, 128), (0.5, 0.25, 0.25))[0]
    if example.source in MISLEADING:
        length = MAX_LENGTH
    room = length - min(len(question.ids), MAX_QUESTION) - 3
    spare = max(0, len(passage.ids) - room)
    if not example.answers:
        return row_of(question, passage, draw.randint(0, spare), room)
    answer = example.answers[0]
    span = answer_tokens(passage, answer.start, answer.start + len(answer.text))
    if span is None or span[1] - span[0] >= room:
        return None
    start = draw.randint(max(0, span[1] - room + 1), min(span[0], spare))
    row = row_of(question, passage, start, room)
    return Row(
        row.ids, row.first, row.ranges, row.first + span[0] - start, row.first + span[1] - start
    )


def training_rows(examples: Sequence[Example], tokenizer: Tokenizer, seed: int) -> list[Row]:
    """The rows of a training list, in its order."""
    contexts = sorted({e.context for e in examples})
    passages = dict(zip(contexts, tokens_of(tokenizer, contexts), strict=True))
    questions = tokens_of(tokenizer, [e.question for e in examples])
    draw = random.Random(seed)
    rows = [
        training_row(e, q, passages[e.context], draw)
        for e, q in zip(examples, questions, strict=True)
    ]
    return [row for row in rows if row is not None and row.ranges]


def padded_length(length: int) -> int:
    """The smallest of ``LENGTHS`` that holds a row."""
    return next(fixed for fixed in LENGTHS if fixed >= length)


def planned_batches(rows: Sequence[Row], tokens: int, seed: int) -> list[list[int]]:
    """Indices of rows, grouped by padded length into batches of about ``tokens`` tokens, shuffled.

    Rows fill the batches in their order, so that any head of the shuffled plan is a fair sample.
    Left-overs that fill no batch are dropped.
    """
    waiting: dict[int, list[int]] = {length: [] for length in LENGTHS}
    batches = []
    for index, row in enumerate(rows):
        length = padded_length(len(row.ids))
        waiting[length].append(index)
        if len(waiting[length]) == tokens // length:
            batches.append(waiting[length])
            waiting[length] = []
    random.Random(seed).shuffle(batches)
    return batches


def batch_of(rows: Sequence[Row], length: int | None = None) -> Batch:
    """The rows as tensors, padded to ``length`` or to the fixed length that holds the longest."""
    width = length or padded_length(max(len(row.ids) for row in rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask, segments = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
        mask[i, : len(row.ids)] = 1
        segments[i, row.first : len(row.ids)] = 1
    start, end = (torch.tensor([getattr(row, name) for row in rows]) for name in ("start", "end"))
    return Batch(ids, mask, segments, start, end, (start > 0).float())


def by_length(rows: Sequence[Row], tokens: int) -> Iterator[list[int]]:
    """Indices of all rows in batches of like length, for reading without training."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    batch: list[int] = []
    for index in order:
        length = padded_length(len(rows[index].ids))
        if batch and (len(batch) + 1) * length > tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch

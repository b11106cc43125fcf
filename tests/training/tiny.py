"""A made-up tokenizer, made-up data and a network small enough to train in a second."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from training.data import Answer, Example
from training.model import Shape

SHAPE = Shape(vocabulary=400, positions=256, width=24, inner=48, layers=1, heads=2)

CONTEXT = (
    "Mill Town has a bakery near the river. Anna Berg founded the bakery in 1931 with two friends. "
    "The bakery sells bread to schools and to hospitals. Her son Karl Berg closed the old oven. "
    "Visitors may watch the bakers at work every morning, and the shop next door sells cakes."
)


def asked(question: str, answer: str, title: str = "Mill Town") -> Example:
    """A question that ``CONTEXT`` answers with the given words, or does not when they are empty."""
    answers = (Answer(answer, CONTEXT.index(answer)),) if answer else ()
    return Example("made-up", "squad2", title, CONTEXT, question, answers)


QUESTIONS = (
    asked("Who founded the bakery in 1931?", "Anna Berg"),
    asked("When was the bakery founded?", "1931"),
    asked("What does the bakery sell to schools?", "bread"),
    asked("Who did Anna Berg marry?", ""),
)


def tokenizer() -> Tokenizer:
    """Whole words of the made-up texts, in small letters, from id 110 on."""
    words = " ".join([CONTEXT, *(e.question for e in QUESTIONS)]).lower()
    made = Tokenizer(models.WordLevel({"[UNK]": 100}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    split = [word for word, _ in pre_tokenizers.Whitespace().pre_tokenize_str(words)]
    vocabulary = {word: 110 + i for i, word in enumerate(dict.fromkeys(split))}
    made.model = models.WordLevel({"[UNK]": 100, **vocabulary}, unk_token="[UNK]")
    return made


def write_data(folder: Path) -> None:
    """The two files of the recipe with made-up rows: one of a source that may not be trained on."""
    rows = [
        {
            "id": f"{title}-{i}",
            "title": title,
            "context": e.context,
            "question": e.question,
            "answers": [{"text": a.text, "start": a.start} for a in e.answers],
            "is_impossible": not e.answers,
        }
        for title in ("Warsaw", "Force", "Islamism")
        for i, e in enumerate(QUESTIONS)
    ]
    mix = [
        {**row, "source": source, "synthetic_negative": row["is_impossible"]}
        for source in ("squad1_train_part", "subjqa")
        for row in rows[: len(QUESTIONS)]
    ]
    for name, content in (("squad2_a", rows), ("train_mix", mix)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in content)

"""The questions the reader learns from: read, kept by licence, split, and mixed.

Everything here is deterministic: the same files and the same seed give the same list of examples.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training import negatives

LICENSED_SOURCES: Mapping[str, str] = {
    "squadshifts_wiki": "CC BY 4.0",
    "squadshifts_amazon": "CC BY 4.0",
    "squadshifts_reddit": "CC BY 4.0",
    "qamr": "MIT",
    "squad1_train_part": "CC BY-SA 4.0",
    "nq_oracle": "CC BY-SA 3.0",
    "qed_nq": "CC BY-SA 3.0",
    "covid_qa": "Apache-2.0",
    "squad2": "CC BY-SA 4.0",
}
"""The sources that may be trained on, with their licence. All others are left out."""

TRAINING_ARTICLES = frozenset(
    {"Warsaw", "Packet_switching", "European_Union_law", "Computational_complexity_theory"}
)
DEV_ARTICLES = frozenset({"Force", "Normans"})
TEST_ARTICLES = frozenset({"Islamism", "Harvard_University"})

POSITIVE_SHARES: Mapping[str, float] = {
    "squad1_train_part": 1.5,
    "squadshifts_wiki": 1.2,
    "nq_oracle": 1.2,
    "qed_nq": 1.0,
    "covid_qa": 0.5,
    "qamr": 0.3,
    "squadshifts_reddit": 0.2,
    "squadshifts_amazon": 0.2,
    "squad2": 3.0,
}
"""How often the average answerable question of a source is used; encyclopaedic text counts most."""

HUMAN_NEGATIVES = 4.0
"""How often each unanswerable question that people wrote is used: they are few, and nothing made
by rule equals them.
"""

MINED_NEGATIVES = 0.3
"""The share of the questions that come with a look-alike passage that is used."""

MADE_NEGATIVES: Mapping[str, float] = {
    "entity_swapped": 0.25,
    "sentence_removed": 0.12,
    "word_reversed": 0.25,
    "asks_otherwise": 0.18,
    "negated": 0.03,
}
"""For each rule of ``negatives``: the probability that it is tried on an answerable question."""

NOISE_SHARE = 0.2
"""The share of questions, answerable or not, that are typed carelessly or as key words."""


@dataclass(frozen=True)
class Answer:
    """Words of the context, and the index of their first character in it."""

    text: str
    start: int


@dataclass(frozen=True)
class Example:
    """A question about a context. ``answers`` is empty when the context does not answer; ``kind``
    says how it came.
    """

    id: str
    source: str
    title: str
    context: str
    question: str
    answers: tuple[Answer, ...]
    kind: str = "asked"


def read_examples(path: Path) -> Iterator[Example]:
    """The rows of a ``.jsonl.gz`` file in the form of ``shared/data/README.md``; without a source
    it is SQuAD 2.0.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Example(
                id=str(row["id"]),
                source=row.get("source", "squad2"),
                title=row["title"],
                context=row["context"],
                question=row["question"].strip(),
                answers=()
                if row["is_impossible"]
                else tuple(Answer(a["text"], a["start"]) for a in row["answers"]),
                kind="mined" if row.get("synthetic_negative") else "asked",
            )


def of_articles(examples: Iterable[Example], titles: frozenset[str]) -> list[Example]:
    """The examples about the given articles."""
    return [example for example in examples if example.title in titles]


def trainable(folder: Path) -> list[Example]:
    """All examples under ``folder`` that the licence and the fixed split allow to be trained on,
    in file order.
    """
    mix = [e for e in read_examples(folder / "train_mix.jsonl.gz") if e.source in LICENSED_SOURCES]
    human = of_articles(read_examples(folder / "squad2_a.jsonl.gz"), TRAINING_ARTICLES)
    return mix + human


def repeated(examples: Sequence[Example], share: float, draw: random.Random) -> list[Example]:
    """Each example as often as ``share`` says on average: 2.3 gives each twice, and three in ten
    once more.
    """
    whole, rest = divmod(share, 1.0)
    return [e for e in examples for _ in range(int(whole) + (draw.random() < rest))]


def made_negatives(example: Example, pool: negatives.Pool, draw: random.Random) -> list[Example]:
    """Unanswerable examples made by rule from an answerable one; often none."""
    made = []
    for kind, probability in MADE_NEGATIVES.items():
        if draw.random() >= probability:
            continue
        answer = example.answers[0]
        case = negatives.Case(
            example.title, example.context, example.question, answer.start, answer.text
        )
        changed = negatives.RULES[kind](case, pool, draw)
        if changed is not None:
            made.append(
                replace(
                    example,
                    id=f"{example.id}/{kind}",
                    question=changed.question,
                    context=changed.context,
                    answers=(),
                    kind=kind,
                )
            )
    return made


def with_noise(example: Example, draw: random.Random) -> Example:
    """The example, its question now and then with a slip of the keyboard or as key words."""
    if draw.random() >= NOISE_SHARE:
        return example
    return replace(example, question=negatives.careless(example.question, draw))


def mixture(examples: Sequence[Example], seed: int, human: float = 1.0) -> list[Example]:
    """The shuffled training list: weighted questions, mined and made negatives, noise.

    Any head of it is a fair sample. ``human`` multiplies the share of the SQuAD 2.0 questions, with
    which people tried to mislead.
    """
    draw = random.Random(seed)
    answerable = [e for e in examples if e.answers]
    chosen = []
    for source, share in POSITIVE_SHARES.items():
        times = share * human if source == "squad2" else share
        chosen += repeated([e for e in answerable if e.source == source], times, draw)
    pool = negatives.Pool.of((e.title, e.context) for e in answerable)
    made = [n for e in chosen if len(e.context) > 120 for n in made_negatives(e, pool, draw)]
    mined = repeated([e for e in examples if e.kind == "mined"], MINED_NEGATIVES, draw)
    written = [e for e in examples if not e.answers and e.kind == "asked"]
    misleading = repeated(written, HUMAN_NEGATIVES * human, draw)
    mixed = [with_noise(e, draw) for e in chosen + made + mined + misleading]
    draw.shuffle(mixed)
    return mixed

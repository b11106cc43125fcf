"""The questions the reader learns from: read, kept by licence, split, and mixed.

Everything here is deterministic: the same files and the same seed give the same list of examples.
"""

from __future__ import annotations

import gzip
import hashlib
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

OWN = "own"
"""The source of the questions that were written for this project, over contexts of the others."""
OWN_QUESTIONS = Path(__file__).parent / "questions.jsonl"
HELD_OUT = 10
"""One in so many of the contexts with questions of our own is kept back, as one more dev set."""


@dataclass(frozen=True)
class Shares:
    """How much of each kind a pass has: ``ordinary`` multiplies the tables above, ``human`` those
    of SQuAD 2.0's questions; ``own`` and ``retrieved`` say how often each of theirs is used.
    """

    ordinary: float = 1.0
    human: float = 1.0
    own: float = 0.0
    retrieved: float = 0.0


FIRST_STAGE = Shares()


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
                kind=row.get("kind", "mined" if row.get("synthetic_negative") else "asked"),
            )


def of_articles(examples: Iterable[Example], titles: frozenset[str]) -> list[Example]:
    """The examples about the given articles."""
    return [example for example in examples if example.title in titles]


def key_of(context: str) -> str:
    """What names a context where its text may not stand."""
    return hashlib.sha256(context.encode()).hexdigest()[:12]


def is_held_out(key: str) -> bool:
    """Whether the context of our own questions with this key is kept back."""
    return int(key, 16) % HELD_OUT == 0


def own_examples(contexts: Mapping[str, Example], path: Path) -> list[Example]:
    """The questions of our own, in file order; ``contexts`` gives an example about each context by
    its key. Questions about any other context are left out.
    """
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        about = contexts.get(row["context"])
        if about is None:
            continue
        start, end = row["start"], row["end"]
        answers = () if start is None else (Answer(about.context[start:end], start),)
        examples.append(
            replace(
                about,
                id=f"{OWN}/{number}",
                source=OWN,
                question=row["question"],
                answers=answers,
                kind=row["kind"],
            )
        )
    return examples


def allowed(folder: Path) -> list[Example]:
    """All examples under ``folder``, and our own about them, that the licence and the fixed split
    of articles allow to be trained on, in file order.
    """
    mix = [e for e in read_examples(folder / "train_mix.jsonl.gz") if e.source in LICENSED_SOURCES]
    human = of_articles(read_examples(folder / "squad2_a.jsonl.gz"), TRAINING_ARTICLES)
    asked = [e for e in mix + human if e.kind == "asked"]
    return mix + human + own_examples({key_of(e.context): e for e in asked}, OWN_QUESTIONS)


def trainable(folder: Path, retrieved: Path | None = None) -> list[Example]:
    """What is trained on: all that is allowed, and the negatives of a file that
    ``training.retrieved`` wrote, except what is about a context kept back.
    """
    examples = allowed(folder)
    back = {e.context for e in held_out(examples)}
    negatives_found = list(read_examples(retrieved)) if retrieved else []
    return [e for e in examples + negatives_found if e.context not in back]


def held_out(examples: Iterable[Example]) -> list[Example]:
    """Those of our own questions that are kept back to measure by."""
    return [e for e in examples if e.source == OWN and is_held_out(key_of(e.context))]


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


def mixture(examples: Sequence[Example], seed: int, shares: Shares = FIRST_STAGE) -> list[Example]:
    """The shuffled training list: weighted questions, mined and made negatives, noise.

    Any head of it is a fair sample.
    """
    draw = random.Random(seed)
    answerable = [e for e in examples if e.answers]
    chosen = []
    for source, share in POSITIVE_SHARES.items():
        times = share * (shares.human if source == "squad2" else shares.ordinary)
        chosen += repeated([e for e in answerable if e.source == source], times, draw)
    pool = negatives.Pool.of((e.title, e.context) for e in answerable)
    made = [n for e in chosen if len(e.context) > 120 for n in made_negatives(e, pool, draw)]
    mined = [e for e in examples if e.kind == "mined"]
    misleading = [e for e in examples if not e.answers and e.kind == "asked"]
    chosen += made
    for of_one_kind, times in (
        (mined, MINED_NEGATIVES * shares.ordinary),
        (misleading, HUMAN_NEGATIVES * shares.human),
        ([e for e in examples if e.source == OWN], shares.own),
        ([e for e in examples if e.kind == "retrieved"], shares.retrieved),
    ):
        chosen += repeated(of_one_kind, times, draw)
    mixed = [with_noise(e, draw) for e in chosen]
    draw.shuffle(mixed)
    return mixed

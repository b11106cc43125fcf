"""Negatives as the reader meets them: passages that the product's own retrieval brings for a
question, and that lack the answer.

    nice -n 19 python -m training.retrieved --out ../scratch/reader/retrieved.jsonl.gz

The training contexts make a library. Each question of a sample is asked of it, by words and by
vectors as in ``rag.retrieve``; the best passage without the answer's words becomes a negative.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embed import Embedder, make_embedder
from rag.records import Document, StoredChunk
from rag.retrieve import Retriever
from rag.terms import extract_terms
from rag.words import TantivyIndex
from training.data import Example, trainable
from training.measure import normalised

SOURCES = ("squadshifts_wiki", "squad1_train_part", "nq_oracle", "qed_nq", "squad2")
"""Encyclopaedic texts: a passage of one may well be brought for a question about another."""
QUESTIONS_OF_A_SOURCE = 800
LONGEST_PASSAGE = 1_500
"""Characters; a library cuts what is longer."""
LOOKED_AT = 10
"""Passages of a question among which one without the answer is looked for."""

Vectors = NDArray[np.float32]


class Shelf:
    """Passages in memory, each a document of its own, as the retriever and the word index ask for
    them.
    """

    library_id = "training"

    def __init__(self, passages: Sequence[tuple[str, str]], embedder: Embedder) -> None:
        """Embeds the passages: pairs of title and text."""
        self.passages = passages
        self._model = embedder.name
        self._vectors = embedder.embed_passages([text for _, text in passages])

    def generation(self) -> int:
        return 1

    def changes_since(self, generation: int) -> None:
        del generation

    def document(self, document_id: str) -> Document:
        title, text = self.passages[int(document_id)]
        length = len(text)
        return Document(
            document_id, title, title, "", None, None, "text/plain", None, length, 1, "", (), ()
        )

    def chunk_ids(self, document_ids: Collection[str] | None = None) -> list[int]:
        return [*range(len(self.passages))] if document_ids is None else [*map(int, document_ids)]

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        return {i: self._chunk(i) for i in ids}

    def iterate_chunks(self, ids: Sequence[int]) -> Iterator[list[StoredChunk]]:
        yield [self._chunk(i) for i in ids]

    def vectors_of(self, chunk_ids: Sequence[int], model: str) -> dict[int, Vectors]:
        return {i: self._vectors[i] for i in chunk_ids} if model == self._model else {}

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        cosines = self._vectors @ vector
        ids = np.arange(len(cosines)) if among is None else np.asarray(among)
        best = ids[np.argsort(-cosines[ids], kind="stable")[:k]]
        return [(int(i), float(cosines[i])) for i in best]

    def _chunk(self, i: int) -> StoredChunk:
        text = self.passages[i][1]
        return StoredChunk(i, str(i), 0, len(text), (), None, text)


def lacks(passage: str, answers: Collection[str]) -> bool:
    """Whether a passage has none of the answers: neither as SQuAD compares them nor with all of
    their terms somewhere.
    """
    words, terms = f" {' '.join(normalised(passage))} ", set(extract_terms(passage))
    return not any(
        f" {' '.join(normalised(answer))} " in words or terms.issuperset(extract_terms(answer))
        for answer in answers
    )


def sample(examples: Sequence[Example], seed: int) -> list[Example]:
    """Answerable questions to ask, as many of each source where it has them, whose answers have
    terms to look for.
    """
    draw = random.Random(seed)
    chosen = []
    for source in SOURCES:
        fitting = [
            e
            for e in examples
            if e.source == source and e.answers and all(extract_terms(a.text) for a in e.answers)
        ]
        chosen += draw.sample(fitting, min(QUESTIONS_OF_A_SOURCE, len(fitting)))
    return chosen


def mine(
    questions: Sequence[Example], passages: Sequence[tuple[str, str]], embedder: Embedder
) -> Iterator[Example]:
    """For each question the best passage that lacks its answers, where one of the first does."""
    shelf = Shelf(passages, embedder)
    with tempfile.TemporaryDirectory() as folder:
        words = TantivyIndex(Path(folder))
        words.follow(shelf)
        retriever = Retriever(shelf, shelf, words, embedder)
        for asked in questions:
            answers = [answer.text for answer in asked.answers]
            for found in retriever.retrieve(asked.question, LOOKED_AT):
                if found.text != asked.context and lacks(found.text, answers):
                    yield replace(
                        asked,
                        id=f"{asked.id}/retrieved",
                        title=found.document.title,
                        context=found.text,
                        answers=(),
                        kind="retrieved",
                    )
                    break


def row_of(example: Example) -> dict[str, object]:
    """A negative in the form of the data's files."""
    return {
        "id": example.id,
        "source": example.source,
        "title": example.title,
        "context": example.context,
        "question": example.question,
        "answers": [],
        "is_impossible": True,
        "kind": example.kind,
    }


def main() -> None:
    """Read the arguments and write the negatives."""
    parser = argparse.ArgumentParser(description="mine negatives with the product's retrieval")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reader"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=20)
    wanted = parser.parse_args()
    examples = [e for e in trainable(wanted.data) if e.kind == "asked"]
    passages = {
        e.context: e.title
        for e in examples
        if e.source in SOURCES and len(e.context) <= LONGEST_PASSAGE
    }
    shelved = [(title, context) for context, title in passages.items()]
    mined = mine(sample(examples, wanted.seed), shelved, make_embedder())
    unfinished = wanted.out.with_suffix(".part")
    with gzip.open(unfinished, "wt", encoding="utf-8") as file:
        for example in mined:
            file.write(json.dumps(row_of(example)) + "\n")
    unfinished.replace(wanted.out)


if __name__ == "__main__":
    main()

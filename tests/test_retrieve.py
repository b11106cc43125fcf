from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.records import Document, StoredChunk
from rag.retrieve import Retriever, fuse
from tests.passages import make_passage

scores = st.dictionaries(st.integers(0, 20), st.floats(0.01, 50), max_size=20)
cosines = st.dictionaries(st.integers(0, 20), st.floats(-1, 1), max_size=20)


@given(words=scores, similarity=cosines)
def test_fused_scores_lie_between_minus_1_and_1(
    words: dict[int, float], similarity: dict[int, float]
) -> None:
    fused = fuse(words, similarity)
    assert fused.keys() == words.keys() | similarity.keys()
    assert all(-1 <= score <= 1 + 1e-9 for score in fused.values())


def test_what_both_find_comes_before_what_either_finds() -> None:
    fused = fuse({1: 9.0, 2: 9.0}, {1: 0.8, 2: 0.2, 3: 0.8})
    assert max(fused, key=lambda chunk_id: fused[chunk_id]) == 1


class Rooms:
    """A store of three chunks in two documents, both rankings, and an embedder."""

    name = "fake"
    dimension = 2
    vectors: ClassVar = {1: (1.0, 0.0), 2: (0.0, 1.0), 3: (0.6, 0.8)}

    def document(self, document_id: str) -> Document | None:
        return make_passage("x", 0, document_id).document

    def chunk_ids(self, document_ids: Collection[str]) -> list[int]:
        return [i for i, document in ((1, "a"), (2, "a"), (3, "b")) if document in document_ids]

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        kept = {1: "a", 2: "a", 3: "b"}
        return {i: StoredChunk(i, kept[i], 0, 1, (), None, "x") for i in ids if i in kept}

    def vectors_of(self, chunk_ids: Sequence[int], model: str) -> dict[int, NDArray[np.float32]]:
        return {i: np.array(self.vectors[i], np.float32) for i in chunk_ids if i in self.vectors}

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return np.array([1.0, 0.0], np.float32)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError("a question embeds no passage")


class VectorRanking(Rooms):
    def search(
        self, vector: NDArray[np.float32], k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        found = [(i, float(np.dot(row, vector))) for i, row in self.vectors.items()]
        return sorted((f for f in found if among is None or f[0] in among), key=lambda f: -f[1])[:k]


class WordRanking:
    def search(
        self, query: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        return [(9, 7.0), (2, 5.0)]  # 9 was removed a moment ago


@pytest.fixture
def retriever() -> Retriever:
    rooms = Rooms()
    return Retriever(rooms, VectorRanking(), WordRanking(), rooms)


def test_a_passage_knows_how_it_was_found(retriever: Retriever) -> None:
    passages = {p.chunk_id: p for p in retriever.retrieve("q", 10)}
    assert passages[1].vector_rank == 1
    assert passages[1].word_rank is None
    assert passages[2].word_rank == 2
    assert passages[2].similarity == pytest.approx(0.0)


def test_a_chunk_that_is_gone_is_left_out(retriever: Retriever) -> None:
    assert {p.chunk_id for p in retriever.retrieve("q", 10)} == {1, 2, 3}


def test_no_more_than_asked_for(retriever: Retriever) -> None:
    assert len(retriever.retrieve("q", 2)) == 2


def test_only_the_documents_asked(retriever: Retriever) -> None:
    found = retriever.retrieve("q", 10, ["b"])
    assert [p.chunk_id for p in found if p.vector_rank] == [3]

"""A question to passages: found by words and by vectors, and ranked by both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from rag.records import Document, Passage, StoredChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.embed import Embedder

# Both chosen on figures, see docs/decisions/0002-retrieval.md.
CANDIDATES = 50  # chunks from each ranking
SPARE = 5  # passages more than asked for, as one may just have been removed
CANDIDATES_BEFORE = 100  # chunks by the words of the question before
WEIGHT_BEFORE = 0.2  # of the score for it; see docs/decisions/0013-follow-ups.md
VECTOR_WEIGHT = 0.5  # of the fused score; the rest is the words'


class ChunkStore(Protocol):
    """What retrieval asks of the store."""

    def document(self, document_id: str) -> Document | None: ...

    def chunk_ids(self, document_ids: Collection[str]) -> list[int]: ...

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]: ...

    def vectors_of(
        self, chunk_ids: Sequence[int], model: str
    ) -> dict[int, NDArray[np.float32]]: ...


class VectorSearch(Protocol):
    """Gives (chunk id, cosine), best first."""

    def search(
        self, vector: NDArray[np.float32], k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]: ...


class WordSearch(Protocol):
    """Gives (chunk id, BM25 score), best first."""

    def search(
        self, query: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]: ...


class Retriever:
    """Finds the passages of a library that bear on a question."""

    def __init__(
        self, store: ChunkStore, vectors: VectorSearch, words: WordSearch, embedder: Embedder
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._words = words
        self._embedder = embedder

    def retrieve(
        self, question: str, k: int, documents: Collection[str] | None = None, before: str = ""
    ) -> list[Passage]:
        """Gives at most ``k`` passages, best first.

        Args:
            question: as it stands alone.
            k: how many passages.
            documents: ids of the documents to search; None for all.
            before: the question before it in the conversation; what bears on both comes first.
        """
        vector = self._embedder.embed_question(question)
        among = None if documents is None else self._store.chunk_ids(documents)
        by_vector = self._vectors.search(vector, CANDIDATES, among)
        by_words = self._words.search(question, CANDIDATES, documents)
        similarity = {**self._similarities(vector, by_words), **dict(by_vector)}
        fused = fuse(dict(by_words), similarity)
        if before:
            fused = self._favour(fused, before, documents)
        best = sorted(fused, key=lambda chunk_id: (-fused[chunk_id], chunk_id))[: k + SPARE]
        return self._passages(best, fused, similarity, by_words, by_vector)[:k]

    def _favour(
        self, fused: Mapping[int, float], before: str, documents: Collection[str] | None
    ) -> dict[int, float]:
        """Adds to the score of each candidate a part of its score for the question before."""
        by_words = self._words.search(before, CANDIDATES_BEFORE, documents)
        rows = self._store.vectors_of(list(fused), self._embedder.name)
        vector = self._embedder.embed_question(before)
        earlier = fuse(
            dict(by_words), {chunk_id: float(row @ vector) for chunk_id, row in rows.items()}
        )
        return {
            chunk_id: score + WEIGHT_BEFORE * earlier.get(chunk_id, 0.0)
            for chunk_id, score in fused.items()
        }

    def _similarities(
        self, vector: NDArray[np.float32], by_words: Sequence[tuple[int, float]]
    ) -> dict[int, float]:
        """Cosines of what the words found, so that each candidate is judged by both."""
        found = self._store.vectors_of([chunk_id for chunk_id, _ in by_words], self._embedder.name)
        return {chunk_id: float(row @ vector) for chunk_id, row in found.items()}

    def _passages(
        self,
        ids: Sequence[int],
        fused: Mapping[int, float],
        similarity: Mapping[int, float],
        by_words: Sequence[tuple[int, float]],
        by_vector: Sequence[tuple[int, float]],
    ) -> list[Passage]:
        chunks = self._store.chunks(ids)
        documents = {
            document_id: self._store.document(document_id)
            for document_id in {chunk.document_id for chunk in chunks.values()}
        }
        word_ranks = {chunk_id: rank for rank, (chunk_id, _) in enumerate(by_words, 1)}
        vector_ranks = {chunk_id: rank for rank, (chunk_id, _) in enumerate(by_vector, 1)}
        return [
            Passage(
                chunk_id=chunk_id,
                document=document,
                start=chunk.start,
                end=chunk.end,
                text=chunk.text,
                headings=chunk.headings,
                page=chunk.page,
                score=fused[chunk_id],
                similarity=similarity.get(chunk_id),
                word_rank=word_ranks.get(chunk_id),
                vector_rank=vector_ranks.get(chunk_id),
            )
            for chunk_id in ids
            # A chunk that was removed a moment ago is in an index still, but not in the store.
            if (chunk := chunks.get(chunk_id)) and (document := documents[chunk.document_id])
        ]


def fuse(
    word_scores: Mapping[int, float],
    similarity: Mapping[int, float],
    vector_weight: float = VECTOR_WEIGHT,
) -> dict[int, float]:
    """Gives each chunk one score: a weighted sum of its BM25 score and its cosine.

    After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023):
    unlike reciprocal ranks a sum keeps how far apart two passages are. BM25 is divided by the
    best score, as it has no upper bound; a cosine stays as it is, so that where all candidates
    are about equally near, it is the words that decide.
    """
    most_words = max(word_scores.values(), default=0.0) or 1.0
    return {
        chunk_id: vector_weight * similarity.get(chunk_id, 0.0)
        + (1 - vector_weight) * word_scores.get(chunk_id, 0.0) / most_words
        for chunk_id in word_scores.keys() | similarity.keys()
    }

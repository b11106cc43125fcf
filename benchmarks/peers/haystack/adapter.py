"""Haystack, as in its pages on preprocessing and on the in-memory store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.serve import serve


class Haystack:
    """Its own splitter of 200 words, its own store; saved after each turn."""

    def __init__(self, folder: Path, model: str) -> None:
        self._file = folder / "store.json"
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        if self._file.exists():
            self._store = InMemoryDocumentStore.load_from_disk(str(self._file))
        embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        self._indexing = Pipeline()
        self._indexing.add_component("splitter", DocumentSplitter())
        self._indexing.add_component("embedder", embedder)
        self._indexing.add_component("writer", DocumentWriter(document_store=self._store))
        self._indexing.connect("splitter", "embedder")
        self._indexing.connect("embedder", "writer")
        asker = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
        self._asking = Pipeline()
        self._asking.add_component("embedder", asker)
        retriever = InMemoryEmbeddingRetriever(document_store=self._store)
        self._asking.add_component("retriever", retriever)
        self._asking.connect("embedder.embedding", "retriever.query_embedding")
        self._indexing.warm_up()
        self._asking.warm_up()
        asker.run("warm up")

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        def run() -> None:
            whole = [
                Document(content=document["text"], meta={"page": document["id"]})
                for document in documents
            ]
            self._indexing.run({"splitter": {"documents": whole}})
            self._store.save_to_disk(str(self._file))

        return run

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        request = {"embedder": {"text": question}, "retriever": {"top_k": count}}
        found = self._asking.run(request)["retriever"]["documents"]
        return [{"id": part.meta["page"], "text": part.content} for part in found]


if __name__ == "__main__":
    serve(Haystack)

"""Chroma's persistent client, as in its getting started.

It leaves cutting to others; it is given the passages that LangChain's tutorial makes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.serve import serve


class Chroma:
    """One collection with Chroma's own settings."""

    def __init__(self, folder: Path, model: str) -> None:
        embed = SentenceTransformerEmbeddingFunction(model_name=model)
        embed(["warm up"])
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        self._client = chromadb.PersistentClient(path=str(folder))
        self._pages = self._client.get_or_create_collection("pages", embedding_function=embed)

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        def run() -> None:
            rows = [
                (f"{document['id']}/{number}", text)
                for document in documents
                for number, text in enumerate(self._splitter.split_text(document["text"]))
            ]
            most = self._client.get_max_batch_size()
            for start in range(0, len(rows), most):
                ids, texts = zip(*rows[start : start + most], strict=True)
                self._pages.add(ids=list(ids), documents=list(texts))

        return run

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        found = self._pages.query(query_texts=[question], n_results=count)
        pairs = zip(found["ids"][0], found["documents"][0], strict=True)
        return [{"id": id_.split("/")[0], "text": text} for id_, text in pairs]


if __name__ == "__main__":
    serve(Chroma)

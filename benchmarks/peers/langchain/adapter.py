"""LangChain with FAISS, as in its tutorial "Build a semantic search engine"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.serve import serve


class LangChain:
    """Splitter of 1,000 and 200 characters, a flat index; saved after each turn."""

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        self._embeddings = HuggingFaceEmbeddings(model_name=model)
        self._embeddings.embed_query("warm up")
        self._splitter = RecursiveCharacterTextSplitter(
            chunk_size=1000, chunk_overlap=200, add_start_index=True
        )
        self._store = None
        if (folder / "index.faiss").exists():
            self._store = FAISS.load_local(
                str(folder), self._embeddings, allow_dangerous_deserialization=True
            )

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        def run() -> None:
            whole = [
                Document(page_content=document["text"], metadata={"id": document["id"]})
                for document in documents
            ]
            chunks = self._splitter.split_documents(whole)
            if self._store is None:
                self._store = FAISS.from_documents(chunks, self._embeddings)
            else:
                self._store.add_documents(chunks)
            self._store.save_local(str(self._folder))

        return run

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        found = self._store.similarity_search(question, k=count)
        return [{"id": chunk.metadata["id"], "text": chunk.page_content} for chunk in found]


if __name__ == "__main__":
    serve(LangChain)

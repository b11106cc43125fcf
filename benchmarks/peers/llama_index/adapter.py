"""LlamaIndex, as in its starter tutorial with a local model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from llama_index.core import (
    Document,
    Settings,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.peers.serve import serve


class LlamaIndex:
    """Its own splitter of 1,024 and 200 tokens, its own store; saved after each turn."""

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        Settings.embed_model = HuggingFaceEmbedding(model_name=model)
        Settings.embed_model.get_query_embedding("warm up")
        self._index = None
        if (folder / "docstore.json").exists():
            context = StorageContext.from_defaults(persist_dir=str(folder))
            self._index = load_index_from_storage(context)

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        def run() -> None:
            whole = [Document(text=document["text"], id_=document["id"]) for document in documents]
            if self._index is None:
                self._index = VectorStoreIndex.from_documents(whole)
            else:
                nodes = Settings.node_parser.get_nodes_from_documents(whole)
                self._index.insert_nodes(nodes)
            self._index.storage_context.persist(persist_dir=str(self._folder))

        return run

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        found = self._index.as_retriever(similarity_top_k=count).retrieve(question)
        return [{"id": node.node.ref_doc_id, "text": node.node.get_content()} for node in found]


if __name__ == "__main__":
    serve(LlamaIndex)

"""The library as a LangChain retriever, for chains and agents built with LangChain."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever

from rag.records import Passage


@runtime_checkable  # pydantic checks it
class Ranks(Protocol):
    """What the retriever asks of the assistant."""

    def rank(self, question: str, count: int) -> list[Passage]: ...


class PassageRetriever(BaseRetriever):
    """Gives the passages that the assistant itself reads, best first.

    ``page_content`` is the passage's text, exact to the character; the metadata says where it
    stands: ``document_id``, ``name``, ``title``, ``sha256``, ``date``, ``page``, ``start``,
    ``end`` and ``score``.
    """

    assistant: Ranks
    k: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's signature)
    ) -> list[LangChainDocument]:
        return [_to_langchain(passage) for passage in self.assistant.rank(query, self.k)]


def _to_langchain(passage: Passage) -> LangChainDocument:
    document = passage.document
    return LangChainDocument(
        id=str(passage.chunk_id),
        page_content=passage.text,
        metadata={
            "document_id": document.id,
            "name": document.name,
            "title": document.title,
            "sha256": document.sha256,
            "date": document.date,
            "page": passage.page,
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
        },
    )

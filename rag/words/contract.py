"""What any word index must do, whatever engine is behind it, and what it is derived from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from rag.records import Document, StoredChunk

if TYPE_CHECKING:
    from rag.store import Changes


class ChunkSource(Protocol):
    """What the index is derived from."""

    @property
    def library_id(self) -> str: ...

    def generation(self) -> int: ...

    def document(self, document_id: str) -> Document | None: ...

    def chunk_ids(self) -> list[int]: ...

    def iterate_chunks(self, ids: Sequence[int]) -> Iterator[list[StoredChunk]]: ...

    def changes_since(self, generation: int) -> Changes | None: ...


class WordIndex(Protocol):
    """Finds chunks by their words; holds nothing that the store does not."""

    def search(
        self, query: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """Gives at most ``k`` pairs of chunk id and BM25 score, best first, ties by id.

        Args:
            query: words in any form; nothing in it is syntax.
            documents: ids of documents to choose from; all where None.
        """
        ...

    def reopen(self, source: ChunkSource) -> bool:
        """Takes up what another process wrote; gives whether the index is level with the source."""
        ...

    def follow(self, source: ChunkSource) -> None:
        """Brings the index level. Only for the holder of the library's write lock."""
        ...

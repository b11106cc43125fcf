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

    def stem(self, word: str) -> str:
        """Gives a word as it is indexed; empty for a stop word, or for what is not one word."""
        ...

    def count(self, stem: str) -> int:
        """Gives how many chunks have a stem in their text or headings; that of both counts twice.

        Removed chunks may count until the index is built anew.
        """
        ...

    def beginning_with(self, letters: str) -> list[tuple[str, int]]:
        """Gives the stems in the chunks' texts that begin so, and how many chunks have each."""
        ...

    def read_ids(self) -> set[int]:
        """Gives every chunk id that can be found, to compare with the store."""
        ...

    def is_open(self, library: str) -> bool:
        """Whether there is anything of this library to search in, level or not."""
        ...

    @property
    def generation(self) -> int:
        """The generation with which the index is level; -1 where there is none."""
        ...

    @property
    def deleted(self) -> int:
        """How many removed chunks have left words behind in what is kept."""
        ...

    def reopen(self, source: ChunkSource) -> bool:
        """Takes up what another process wrote; gives whether the index is level with the source."""
        ...

    def follow(self, source: ChunkSource) -> None:
        """Brings the index level. Only for the holder of the library's write lock."""
        ...

    def rebuild(self, source: ChunkSource) -> None:
        """Builds the index from the source alone; nothing of what was removed stays in it.

        Only for the holder of the library's write lock.
        """
        ...

    def serve(self, source: ChunkSource) -> None:
        """Makes the best of what is there for those who ask, while another holds the library."""
        ...

    def problems(self, source: ChunkSource) -> list[str]:
        """What is wrong with the index as it is kept, a sentence each.

        What is missing, of another library, or behind is no problem: it is built anew or brought
        level. Only for the holder of the write lock, or it is in motion.
        """
        ...

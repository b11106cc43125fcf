"""What any vector index must do, whatever engine is behind it, and what it is derived from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.store import Changes

    Vectors = NDArray[np.float32]


class VectorSource(Protocol):
    """What the index is derived from."""

    @property
    def library_id(self) -> str: ...

    def generation(self) -> int: ...

    def chunk_ids(self) -> list[int]: ...

    def changes_since(self, generation: int) -> Changes | None: ...

    def vectors_of(self, chunk_ids: Sequence[int], model: str) -> dict[int, Vectors]: ...


@dataclass(frozen=True, slots=True)
class IndexState:
    """How an index searches.

    Attributes:
        search: ``exact`` where all vectors are compared, else the kind of the index.
        recall: the share of the exact first ten that it finds, as measured on this library; None
            where it has not been measured.
        clusters, probes: into how many clusters the vectors are sorted, and how many of these a
            question looks into; 0 where they are not.
    """

    search: str
    recall: float | None
    clusters: int = 0
    probes: int = 0


class VectorIndex(Protocol):
    """Finds the chunks whose vectors are nearest; holds nothing that the store does not."""

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Gives at most ``k`` pairs of chunk id and cosine, best first, ties by id.

        Args:
            vector: of length 1, shape (dimension,).
            among: chunk ids to choose from; all where None.
        """
        ...

    def follow(self, source: VectorSource, model: str, save: bool) -> None:
        """Brings the index level with the source, building it anew where that is needed.

        Args:
            model: the embedding model whose vectors are wanted.
            save: whether this process may write the index down for others.
        """
        ...

    def rebuild(self, source: VectorSource, model: str) -> None:
        """Builds the index from the source alone and writes it down."""
        ...

    def prepare(self, is_stopped: Callable[[], bool]) -> bool:
        """Does what takes long and what no question waits for; holds nobody up, writes nothing.

        Gives whether anything has been prepared: a ``follow`` that may save brings it to bear, and
        there may be more to prepare after it.
        """
        ...

    def is_open(self, library: str) -> bool:
        """Whether there is anything of this library to search in, level or not."""
        ...

    def is_level(self, source: VectorSource, model: str) -> bool:
        """Whether the index holds what the source does; costs one query."""
        ...

    def state(self, source: VectorSource, model: str) -> IndexState:
        """Tells how it searches, or will as soon as it has been opened."""
        ...

    def read_all(self) -> dict[int, Vectors]:
        """Gives every chunk id and vector of the index, to compare with the store."""
        ...

    def problems(self) -> list[str]:
        """What is wrong with the index as it is kept, a sentence each."""
        ...

"""What the other rooms may expect of an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Gives vectors of length 1, so that a dot product is a cosine.

    Attributes:
        name: identity of the model; vectors of different names must never be compared.
        dimension: length of a vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Gives one row per text: float32, shape (len(texts), dimension)."""
        ...

    def embed_question(self, text: str) -> Vectors:
        """Gives the vector of one question: float32, shape (dimension,)."""
        ...

    def knows(self, word: str) -> bool:
        """True for a lower-case word that the model has whole in its vocabulary."""
        ...

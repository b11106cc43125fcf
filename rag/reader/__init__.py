"""Question and passages to the words that answer, and how sure it is that they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.records import Passage, Reading


class Reader(Protocol):
    """Finds the words of passages that answer a question.

    Attributes:
        name: what an answer names as its model.
    """

    @property
    def name(self) -> str: ...

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Gives spans of the passages, best first, and the probability that they answer.

        Without passages it gives no span and 0. The same arguments give the same reading.
        """
        ...

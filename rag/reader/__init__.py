"""Question and passages to the words that answer, and how sure it is that they do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.reader.hub import HubNetwork
from rag.reader.onnx import MODEL_FILE, OnnxNetwork
from rag.reader.sentences import SentenceReader
from rag.reader.spans import SpanReader
from rag.records import Passage, Reading

if TYPE_CHECKING:
    from rag.embed import Embedder

BUILT_IN = Path(__file__).parent / "weights"
SENTENCES = "sentences"
"""The setting that names the reader without a network: the baseline of every figure."""


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


def open_reader(setting: str, embedder: Embedder) -> Reader:
    """Opens the reader that a setting names; loads no weights yet.

    Args:
        setting: empty for the built-in reader, ``sentences`` for the one without a network, else
            a folder that ``training/export.py`` wrote, or an extractive question-answering model
            (local folder or hub name).
        embedder: what the reader without a network compares sentences by.
    """
    if setting == SENTENCES:
        return SentenceReader(embedder)
    folder = Path(setting) if setting else BUILT_IN
    if not setting or (folder / MODEL_FILE).is_file():
        return SpanReader(OnnxNetwork(folder))
    return SpanReader(HubNetwork(setting))

"""The façade that wires question to answer. It holds no conversation of its own."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag import __version__
from rag.cite import cite_nearest, compose
from rag.conversation import stand_alone
from rag.embed import Embedder, SentenceTransformerEmbedder
from rag.errors import QuestionError
from rag.library import Library
from rag.reader import Reader
from rag.reader.model import ModelReader
from rag.reader.sentences import SentenceReader
from rag.records import Answer, Citation, Passage, Turn
from rag.retrieve import Retriever
from rag.settings import LONGEST_QUESTION, Settings
from rag.suggest import propose_questions

REPORTED_PACKAGES = ("faiss-cpu", "tantivy", "sentence-transformers", "torch", "streamlit")
NEAREST = 3  # passages shown with a refusal

ABSTAINED = "The documents do not answer this."
EMPTY_LIBRARY = "The library has no documents yet: add some, then ask again."


class Assistant:
    """Answers questions from a library's documents, each sentence with its citation."""

    def __init__(
        self, settings: Settings, library: Library, embedder: Embedder, reader: Reader
    ) -> None:
        self.library = library
        self._settings = settings
        self._embedder = embedder
        self._retriever = Retriever(library.store, library.vectors, library.words, embedder)
        self._reader = reader
        self._loading = threading.Lock()
        self._ready = False

    @property
    def ready(self) -> bool:
        """True once a question would not wait for a model any more."""
        return self._ready

    def load(self) -> None:
        """Loads the models and indexes, so that the first question does not wait for them."""
        with self._loading:
            if self._ready:
                return
            self.library.refresh()
            self._reader.read("warm up", self._retriever.retrieve("warm up", 1))
            self._ready = True

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        documents: Collection[str] | None = None,
        answer_id: str | None = None,
    ) -> Answer:
        """Answers one question.

        Args:
            question: as the person wrote it.
            turns: what was said before, oldest first.
            documents: ids of the documents to ask; None for all.
            answer_id: the id the answer is to bear; without one it derives from the question.

        Raises:
            QuestionError: the question is empty or too long.
        """
        started = time.perf_counter()
        question = check_question(question)
        searched_for = stand_alone(question, turns)
        blank = Answer(
            id=answer_id or hashlib.sha256(question.encode()).hexdigest()[:12],
            question=question,
            searched_for=searched_for,
            status="abstained",
            text=ABSTAINED,
            confidence=0.0,
            model=self._reader.name,
        )
        self.library.refresh()
        passages = self._retriever.retrieve(
            searched_for, self._settings.retrieved_passages, documents
        )
        retrieved = time.perf_counter()
        answer = self._answer(blank, passages)
        ended = time.perf_counter()
        return replace(
            answer,
            timings_ms={
                "retrieve": _milliseconds(started, retrieved),
                "read": _milliseconds(retrieved, ended),
                "total": _milliseconds(started, ended),
            },
        )

    def rank(
        self, question: str, count: int, documents: Collection[str] | None = None
    ) -> list[Passage]:
        """Gives the passages that a question is read against, best first."""
        self.library.refresh()
        return self._retriever.retrieve(check_question(question), count, documents)

    def suggested_questions(self, count: int) -> list[str]:
        """Gives questions that the documents answer, drawn from what they say of themselves."""
        answered: list[str] = []
        for question in propose_questions(self.library):
            if len(answered) == count:
                break
            if self.ask(question).status == "answered":
                answered.append(question)
        return answered

    def status(self) -> dict[str, Any]:
        """Gives counts, models, sizes and versions, as plain values."""
        counts = self.library.status()
        return {
            "documents": counts.documents,
            "passages": counts.chunks,
            "characters": counts.characters,
            "models": {"embedding": self._embedder.name, "reader": self._reader.name},
            "index": {"folder": str(self._settings.index), "bytes": counts.bytes},
            "versions": {
                "footnote": __version__,
                "python": platform.python_version(),
                **{name: importlib.metadata.version(name) for name in REPORTED_PACKAGES},
            },
        }

    def _answer(self, blank: Answer, passages: Sequence[Passage]) -> Answer:
        if not passages:
            return replace(blank, text=EMPTY_LIBRARY) if self._is_empty() else blank
        reading = self._reader.read(blank.searched_for, passages)
        answer = replace(blank, confidence=round(reading.confidence, 4))
        if not reading.spans or reading.confidence < self._settings.threshold:
            return replace(answer, nearest=self._cite_nearest(passages))
        sentences, citations = compose(
            blank.searched_for, passages, reading.spans, self.library.locate_page
        )
        return replace(
            answer,
            status="answered",
            text=" ".join(sentence.text for sentence in sentences),
            sentences=sentences,
            citations=citations,
        )

    def _cite_nearest(self, passages: Sequence[Passage]) -> tuple[Citation, ...]:
        return cite_nearest(passages, NEAREST, self.library.locate_page)

    def _is_empty(self) -> bool:
        return not self.library.documents()


def open_assistant(settings: Settings) -> Assistant:
    """Opens the library and the rooms around it; loads no model yet."""
    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    library = Library.open(settings, embedder)
    reader = ModelReader(Path(settings.reader)) if settings.reader else SentenceReader(embedder)
    return Assistant(settings, library, embedder, reader)


def check_question(question: str) -> str:
    """Gives the question without the white space around it; refuses what cannot be asked."""
    question = question.strip()
    if not question:
        raise QuestionError("There is no question: write one and ask again.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters and {LONGEST_QUESTION:,} is the most: "
            "shorten it, or add the text as a document and ask about it."
        )
    return question


def _milliseconds(start: float, end: float) -> float:
    return round(1000 * (end - start), 1)

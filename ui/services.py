"""What all pages share: one assistant, one history, one loader, one job; made when first used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import streamlit as st

from rag.history import History
from rag.records import Answer, Document, Turn
from rag.settings import Settings, read_settings
from ui.intake import Intake, Report
from ui.loading import ModelLoader


class Shelf(Protocol):
    """The library, as far as the pages use it."""

    def documents(self) -> list[Document]:
        """Gives the documents, in the order of their names."""
        ...

    def document(self, document_id: str) -> Document:
        """Gives one document, or raises UnknownDocument."""
        ...

    def text(self, document_id: str) -> str:
        """Gives a document's extracted text, or raises UnknownDocument."""
        ...

    def add_bytes(self, data: bytes, name: str) -> Report:
        """Takes in one file."""
        ...

    def remove(self, document_ids: Sequence[str]) -> object:
        """Removes documents."""
        ...


class Core(Protocol):
    """The assistant, as far as the pages use it."""

    @property
    def library(self) -> Shelf:
        """Gives the library it answers from."""
        ...

    def load(self) -> None:
        """Loads the models."""
        ...

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Answer:
        """Answers one question."""
        ...

    def suggested_questions(self, count: int) -> list[str]:
        """Gives questions that the documents answer."""
        ...


def _open_assistant(settings: Settings) -> Core:
    from rag.assistant import open_assistant  # noqa: PLC0415 - so that its failure can be told

    return open_assistant(settings)


open_core: Callable[[Settings], Core] = _open_assistant
"""Opens the core; a test puts another in its place."""


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Gives the settings, read once from the environment."""
    return read_settings()


@st.cache_resource(show_spinner=False)
def core() -> Core:
    """Gives the one assistant of the process."""
    return open_core(settings())


@st.cache_resource(show_spinner=False)
def history() -> History:
    """Gives the kept conversations."""
    return History.open(Path(settings().index) / "history.sqlite")


@st.cache_resource(show_spinner=False)
def models() -> ModelLoader:
    """Gives the loader of the models; it has not begun yet."""
    return ModelLoader(core().load)


@st.cache_resource(show_spinner=False)
def intake() -> Intake:
    """Gives the job that takes in uploaded files."""
    return Intake(core().library)


class Suggestions:
    """Questions to begin with; found in a thread, and again when the documents change."""

    def __init__(self, core: Core, models: ModelLoader, count: int = 4) -> None:
        self._core, self._models, self._count = core, models, count
        self._lock = threading.Lock()
        self._wanted: frozenset[str] = frozenset()
        self._found: frozenset[str] | None = None
        self._questions: tuple[str, ...] = ()
        self._looking = False

    def questions(self, documents: frozenset[str]) -> tuple[str, ...] | None:
        """Gives the questions for these documents, or None while they are being looked for."""
        with self._lock:
            if self._found == documents:
                return self._questions
            self._wanted = documents
            if not self._looking and self._models.ready:
                self._looking = True
                threading.Thread(target=self._look, name="footnote-suggest", daemon=True).start()
            return None

    def _look(self) -> None:
        wanted = self._wanted
        questions: Sequence[str] = ()
        try:
            questions = self._core.suggested_questions(self._count)
        finally:  # a failure leaves the page without suggestions, which it can do without
            with self._lock:
                self._questions, self._found = tuple(questions), wanted
                self._looking = False


@st.cache_resource(show_spinner=False)
def suggestions() -> Suggestions:
    """Gives the questions to begin with."""
    return Suggestions(core(), models())

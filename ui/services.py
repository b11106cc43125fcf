"""What all pages share: one assistant, one history, one loader; made when first used."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import streamlit as st

from rag.assistant import open_assistant
from rag.errors import FootnoteError
from rag.history import History
from rag.library import stop_workers
from rag.records import Answer, Document, Job, JobStage, Turn
from rag.settings import Settings, read_settings
from rag.store import Counts
from ui.loading import ModelLoader


class Shelf(Protocol):
    """The library, as far as the pages use it."""

    def documents(self) -> list[Document]:
        """Gives the documents, in the order of their names."""
        ...

    def document(self, document_id: str, /) -> Document:
        """Gives one document, or raises UnknownDocument."""
        ...

    def text(self, document_id: str) -> str:
        """Gives a document's extracted text, or raises UnknownDocument."""
        ...

    def status(self) -> Counts:
        """Gives how many there are of what."""
        ...

    def start_worker(self) -> None:
        """Takes in what is submitted, in a thread."""
        ...

    def submit_upload(self, name: str, data: bytes) -> Job:
        """Puts a file into the queue."""
        ...

    def jobs(self) -> list[Job]:
        """Gives what was submitted, first come first."""
        ...

    def count_jobs(self) -> dict[JobStage, int]:
        """Gives how many there are in each stage."""
        ...

    def cancel(self, job_ids: Collection[str], /) -> None:
        """Cancels jobs."""
        ...

    def retry(self, job_ids: Collection[str], /) -> None:
        """Tries again what was refused."""
        ...

    def clear_finished(self) -> None:
        """Forgets the jobs that are over."""
        ...

    def remove(self, document_ids: Sequence[str], /) -> object:
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


open_core: Callable[[Settings], Core] = open_assistant
"""Opens the core; a test puts another in its place."""


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Gives the settings, read once from the environment."""
    return read_settings()


@st.cache_resource(show_spinner=False)
def core() -> Core:
    """Gives the one assistant of the process, whose library takes in what is submitted."""
    assistant = open_core(settings())
    assistant.library.start_worker()
    return assistant


@asynccontextmanager
async def while_serving(_app: object) -> AsyncIterator[None]:
    """What the server does before it serves, and after."""
    yield
    stop_workers()


@st.cache_resource(show_spinner=False)
def history() -> History:
    """Gives the kept conversations."""
    return History.open(Path(settings().index) / "history.sqlite")


@st.cache_resource(show_spinner=False)
def models() -> ModelLoader:
    """Gives the loader of the models; it has not begun yet."""
    return ModelLoader(core().load)


class Suggestions:
    """Questions to begin with; found in a thread, and again when the documents have changed."""

    def __init__(self, core: Core, models: ModelLoader, wanted: int = 4) -> None:
        self._core, self._models, self._wanted = core, models, wanted
        self._lock = threading.Lock()
        self._questions: tuple[str, ...] = ()
        self._library: Counts | None = None  # as it was when the questions were found
        self._looking = False

    def questions(self) -> tuple[str, ...] | None:
        """Gives the questions, or None while they are being looked for."""
        library = self._core.library.status()
        with self._lock:
            if self._library == library:
                return self._questions
            if not self._looking and self._models.ready:
                self._looking = True
                look = threading.Thread(
                    target=self._look, args=(library,), name="footnote-suggest", daemon=True
                )
                look.start()
            return None

    def _look(self, library: Counts) -> None:
        questions: Sequence[str] = ()
        try:
            questions = self._core.suggested_questions(self._wanted)
        except FootnoteError:
            pass  # the page can do without suggestions
        finally:
            with self._lock:
                self._questions, self._library = tuple(questions), library
                self._looking = False


@st.cache_resource(show_spinner=False)
def suggestions() -> Suggestions:
    """Gives the questions to begin with."""
    return Suggestions(core(), models())

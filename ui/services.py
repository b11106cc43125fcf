"""What all pages share: one assistant, one history, one loader; made when first used."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import streamlit as st

from rag.assistant import open_assistant
from rag.errors import FootnoteError
from rag.history import History, history_path
from rag.library import Library, Watcher, stop_workers
from rag.pages import PageProcess, PdfPages
from rag.settings import Settings, read_settings
from rag.store import Counts
from ui.loading import ModelLoader
from ui.shelf import Core, Follower, Shelf

open_core: Callable[[Settings], Core] = open_assistant
"""Opens the core; a test puts another in its place."""


def open_watcher(library: Shelf) -> Follower:
    """Opens what follows folders; a test puts another in its place."""
    return cast(Follower, Watcher(cast(Library, library)))


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
    pages().close()


@st.cache_resource(show_spinner=False)
def history() -> History:
    """Gives the kept conversations."""
    return History.open(history_path(settings()))


@st.cache_resource(show_spinner=False)
def pages() -> PdfPages:
    """Gives the pages of PDFs; the process that draws them starts with this."""
    process = PageProcess()
    process.start()
    return PdfPages(process)


@st.cache_resource(show_spinner=False)
def watcher() -> Follower:
    """Gives what follows folders; it has begun with those that are remembered."""
    follower = open_watcher(core().library)
    follower.start()
    return follower


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

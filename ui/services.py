"""What all pages share: one assistant, one history, one loader; made when first used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import streamlit as st

from rag.assistant import open_assistant
from rag.history import History, history_path
from rag.library import Library, Watcher, stop_workers
from rag.pages import PageProcess, PdfPages
from rag.settings import Settings, read_settings
from ui.loading import ModelLoader
from ui.lookups import Lookups
from ui.shelf import Core, Follower, Shelf

SUGGESTED = 4  # questions to begin with

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


@st.cache_resource(show_spinner=False)
def lookups() -> Lookups:
    """Gives what is looked for behind the pages."""
    return Lookups(core(), models())


def questions_to_begin_with() -> Sequence[str] | None:
    """Gives the questions of the first page, or None while they are being looked for."""
    return lookups().find("questions", lambda: core().suggest_questions(SUGGESTED))

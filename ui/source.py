"""The open source: beside the chat where there is room, as a drawer where there is not."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from rag.errors import UnknownDocument
from rag.records import Citation, Document
from ui import services
from ui.conversation import Chat, Opened
from ui.failures import told
from ui.passage import Excerpt, draw_passage, excerpt, without_text

EXCERPTS_REMEMBERED = 64


def draw_panel(chat: Chat) -> None:
    """Draws the open source beside the chat."""
    with st.container(key="panel"):
        _draw(chat, closable=True)


def draw_drawer(chat: Chat) -> None:
    """Draws the open source over the chat; Escape and a click outside close it."""
    drawer = st.dialog("Source", position="right", width="medium", on_dismiss=chat.close_source)
    drawer(_draw)(chat, closable=False)


def _draw(chat: Chat, *, closable: bool) -> None:
    opened = chat.opened
    message = chat.message(opened.message) if opened else None
    if opened is None or message is None:
        return
    with told("The source could not be shown."):
        sources = message.sources
        _draw_controls(chat, opened, len(sources), closable)
        citation = sources[opened.position]
        on_close = chat.close_source if closable else None
        draw_passage(citation, _excerpt(citation), opened.opened_at, on_close)


def _draw_controls(chat: Chat, opened: Opened, total: int, closable: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="source_controls"):
        st.text(f"{opened.position + 1} of {total}")
        st.button(
            "Previous",
            key="previous_source",
            on_click=chat.step_source,
            args=(-1,),
            disabled=opened.position == 0,
        )
        st.button(
            "Next",
            key="next_source",
            on_click=chat.step_source,
            args=(1,),
            disabled=opened.position + 1 >= total,
        )
        if closable:
            st.button("Close source", key="close_source", on_click=chat.close_source)


def _excerpt(citation: Citation) -> Excerpt:
    library = services.core().library
    try:
        document = library.document(citation.document.id)
    except UnknownDocument:
        # A changed file is a document of its own: the name is what it has in common with the old.
        return without_text(citation, is_changed=bool(library.find(citation.document.name)))
    return _excerpt_of(citation, document)


@lru_cache(maxsize=EXCERPTS_REMEMBERED)
def _excerpt_of(citation: Citation, document: Document) -> Excerpt:
    return excerpt(citation, services.core().library.text(document.id))

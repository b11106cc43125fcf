"""The open source: beside the chat where there is room, as a drawer where there is not."""

from __future__ import annotations

import streamlit as st

from rag.errors import UnknownDocument
from rag.records import Citation
from ui import reading, services
from ui.citations import facts
from ui.conversation import Chat
from ui.failures import told
from ui.passage import Data, Steps, describe_cited, draw_passage, without_text
from ui.words import title_of


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
        citation = sources[opened.position]
        draw_passage(
            _shown(chat, citation),
            title=title_of(citation.document),
            facts=facts(citation),
            opened_at=opened.opened_at,
            steps=Steps(opened.position, len(sources)),
            on_step=chat.step_source,
            on_close=chat.close_source if closable else None,
        )


def _shown(chat: Chat, citation: Citation) -> Data:
    library = services.core().library
    try:
        document = library.document(citation.document.id)
        text = reading.text_of(document.id)
    except UnknownDocument:
        # A changed file is a document of its own: the name is what it has in common with the old.
        return without_text(citation, is_changed=bool(library.find(citation.document.name)))
    answers = (message.answer for message in chat.messages if message.answer)
    others = [c for answer in answers for c in answer.citations if c.document.id == document.id]
    return describe_cited(citation, document, text, others)

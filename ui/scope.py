"""Which documents the chat asks: a row of pills above its input, and a line under a question."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from rag.errors import UnknownDocument
from rag.records import Document
from ui import conversation, services
from ui.conversation import Chat, Message
from ui.words import clean, count, label

SHOWN_BY_TITLE = 4  # more documents than these are told as a number
_TITLE_CHARACTERS = 40


def draw_scope(chat: Chat) -> None:
    """Draws the chosen documents, each with a way to take it out of the choice."""
    if not chat.scope:
        return
    found = conversation.documents_in_scope(chat)
    with st.bottom, st.container(horizontal=True, key="scope", vertical_alignment="center"):
        st.text("Asking:")
        if len(found) <= SHOWN_BY_TITLE:
            for document in found:
                _draw_pill(chat, document)
        else:
            st.button(
                f"{count(len(found), 'document')} ×",
                key="scope_all",
                help="Ask all documents again",
                on_click=conversation.change_scope,
                args=((),),
            )
        gone = len(chat.scope) - len(found)
        if gone:
            st.text(_gone_in_words(gone))
        st.button(
            "Ask all documents",
            key="scope_none",
            type="tertiary",
            on_click=conversation.change_scope,
            args=((),),
        )


def _draw_pill(chat: Chat, document: Document) -> None:
    st.button(
        f"{label(_title(document), _TITLE_CHARACTERS)} ×",
        key=f"scope_{document.id}",
        help="Take it out of the choice",
        on_click=conversation.change_scope,
        args=([i for i in chat.scope if i != document.id],),
    )


def asked_in_words(message: Message) -> str:
    """Gives which documents a question was put to; '' where it was all."""
    if not message.documents:
        return ""
    if len(message.documents) == 1:
        with suppress(UnknownDocument):
            return f"Asked: {_title(services.core().library.document(message.documents[0]))}"
    return f"Asked: {count(len(message.documents), 'document')}"


def _gone_in_words(gone: int) -> str:
    verb = "is" if gone == 1 else "are"
    return f"{count(gone, 'chosen document')} {verb} no longer in the library."


def _title(document: Document) -> str:
    return clean(document.title) or clean(document.name)

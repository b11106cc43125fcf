"""The page of the library: what is in it, what comes in, and one document where ``?d=`` says so."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.records import Document
from ui import conversation, services
from ui.adding import draw_adding
from ui.backup import draw_backup
from ui.document import draw_document, open_document, opened_document
from ui.failures import told
from ui.folders import draw_folders
from ui.jobs import draw_jobs
from ui.listing import draw_listing
from ui.removal import draw_undo
from ui.sample import draw_sample_offer
from ui.words import date_in_words


def draw() -> None:
    """Draws the page."""
    with st.container(key="page"), told("The library could not be shown."):
        draw_undo()
        if document_id := opened_document():
            draw_document(document_id, lambda: _show(""), _go_to_chat)
        else:
            _draw_library()


def _draw_library() -> None:
    st.title("Library", anchor=False)
    library = services.core().library
    documents = library.documents()
    twins = library.all_twins()
    _draw_numbers(documents, len(twins))
    st.header("Add documents", anchor=False)
    draw_adding()
    draw_folders()
    draw_jobs()
    if documents:
        st.header("Documents", anchor=False)
        cited = services.history().citation_counts()
        draw_listing(documents, cited, twins.keys(), _show, lambda: _go_to_chat(""))
    draw_backup()


def _draw_numbers(documents: Sequence[Document], duplicates: int) -> None:
    if not documents:
        st.text("The library is empty. Add documents here, or begin with the sample.")
        draw_sample_offer()
        return
    with st.container(horizontal=True, key="numbers"):
        st.metric("Documents", f"{len(documents):,}", width="content")
        st.metric("Passages", f"{sum(d.chunks for d in documents):,}", width="content")
        newest = max(document.added for document in documents)
        st.metric("Last change", date_in_words(newest[:10]), width="content")
        if duplicates:
            st.metric("Likely duplicates", f"{duplicates:,}", width="content")


def _show(document_id: str) -> None:
    """Goes to a document's view, or to the list of all."""
    open_document(document_id)
    st.rerun()


def _go_to_chat(conversation_id: str) -> None:
    """Goes to a conversation, or to the one of this tab."""
    if conversation_id:
        conversation.choose(conversation_id)
        st.switch_page("chat.py", query_params={conversation.PARAMETER: conversation_id})
    st.switch_page("chat.py")

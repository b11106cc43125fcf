"""Removing documents on the library page, and the bar by which that is undone."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from rag.records import Document, RemovedDocument
from ui import services
from ui.failures import told
from ui.polling import follow
from ui.words import clean, count

UNDO_SECONDS = 30
_POLL_SECONDS = 1.0
_LISTED = 10
_NOTICE = "removal_notice"


@st.dialog("Remove from the library")
def confirm_removal(documents: Sequence[Document]) -> None:
    """Asks whether documents are to be removed, and with their quotations or not."""
    st.text(
        f"For {UNDO_SECONDS} seconds this can be undone; then nothing of it is left in the library."
    )
    for document in documents[:_LISTED]:
        st.text(clean(document.name))
    if len(documents) > _LISTED:
        st.text(f"and {len(documents) - _LISTED} more")
    erase = st.checkbox("Erase its quotations from saved chats as well", key="erase_quotes")
    st.text(
        "The quotations are erased at once, and that cannot be undone."
        if erase
        else "Quotations in saved chats stay."
    )
    with st.container(horizontal=True):
        if st.button("Remove", key="remove_now", type="primary"):
            with told("The documents could not be removed."):
                _remove([document.id for document in documents], erase)
                st.rerun()
        if st.button("Keep", key="remove_not"):
            st.rerun()


def _remove(document_ids: Sequence[str], erase_quotes: bool) -> None:
    services.core().library.remove(document_ids, undo_seconds=UNDO_SECONDS)
    if erase_quotes:
        services.history().erase_quotes(document_ids)


def draw_undo() -> None:
    """Draws a bar for each removal that can be undone, whichever browser it was made in."""
    if notice := st.session_state.pop(_NOTICE, ""):
        st.text(notice)
    follow(_draw_bars, lambda: bool(services.core().library.removed()), _POLL_SECONDS)


def _draw_bars() -> None:
    removed = sorted(services.core().library.removed(), key=lambda document: document.until)
    for until, together in groupby(removed, key=lambda document: document.until):
        _draw_bar(until, list(together))


def _draw_bar(until: float, documents: Sequence[RemovedDocument]) -> None:
    seconds = max(0, math.ceil(until - time.time()))
    with st.container(horizontal=True, vertical_alignment="center", key=f"undo_bar_{until}"):
        st.text(f"Removed {count(len(documents), 'document')}.")
        st.button(
            f"Undo ({seconds} s)",
            key=f"undo_{until}",
            on_click=_undo,
            args=([document.id for document in documents],),
        )


def _undo(document_ids: Sequence[str]) -> None:
    with told("The removal could not be undone."):
        library = services.core().library
        library.undo_removal(document_ids)
        lost = sum(not library.find(document_id) for document_id in document_ids)
        if lost:
            st.session_state[_NOTICE] = (
                f"{count(lost, 'document')} could not be put back: the time was over, or the file "
                "has another content in the library by now."
            )

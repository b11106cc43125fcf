"""The page of this browser's chats: finding one, naming, pinning, saving and deleting it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rag.exchange import MOST_BYTES, read_chat
from rag.history import TITLE_CHARACTERS, Conversation, Found
from ui import conversation, services
from ui.downloads import FORMS, chat_address
from ui.failures import told
from ui.saving import draw_saving
from ui.words import clean, count, date_in_words, label

LISTED = 25  # at once: each has a menu of its own
_NOTICE = "history_notice"
_RENAME, _PIN, _UNPIN, _REVIEW, _SAVE, _DELETE = (
    "Rename…", "Pin", "Unpin", "Check its answers", "Save…", "Delete…",
)  # fmt: skip


def draw() -> None:
    """Draws the page."""
    with told("The chats could not be shown."), st.container(key="page"):
        st.title("Your chats", anchor=False)
        if notice := st.session_state.pop(_NOTICE, ""):
            st.text(notice)
        words = st.text_input(
            "Search your questions and their answers", key="search_chats", type="search"
        )
        found = services.history().search(conversation.owner(), words or "")
        _draw_list(found, words or "")
        _draw_taking_in()


def _draw_list(found: Sequence[Found], words: str) -> None:
    if not found:
        st.text(f"No chat holds “{clean(words)}”." if words.strip() else "There is no chat yet.")
        return
    if words.strip():
        st.text(f"{count(len(found), 'chat')} found")
    pages = -(-len(found) // LISTED)
    first = LISTED * (st.pagination(pages, key="chats_page") - 1) if pages > 1 else 0
    for one in found[first : first + LISTED]:
        _draw_row(one, words)


def _draw_row(found: Found, words: str) -> None:
    chat = found.conversation
    with st.container(key=f"row_{chat.id}", gap=None):
        with st.container(horizontal=True, vertical_alignment="center", key=f"head_{chat.id}"):
            if st.button(label(chat.title), key=f"open_{chat.id}", type="tertiary"):
                open_chat(chat.id)
            _draw_menu(chat)
        pinned = "Pinned · " if chat.pinned else ""
        st.text(f"{pinned}{date_in_words(chat.changed[:10])}")
        if words.strip() and found.excerpt:
            st.text(clean(found.excerpt))


def _draw_menu(chat: Conversation) -> None:
    options = [_RENAME, _UNPIN if chat.pinned else _PIN, _REVIEW, _SAVE, _DELETE]
    chosen = st.menu_button(
        "More",
        options,
        key=f"menu_{chat.id}",
        type="tertiary",
        help=f"More for {label(chat.title)}",
    )
    if chosen in (_PIN, _UNPIN):
        services.history().pin(chat.id, conversation.owner(), chosen == _PIN)
        st.rerun()
    elif chosen == _REVIEW:
        st.switch_page("review.py", query_params={conversation.PARAMETER: chat.id})
    elif chosen == _RENAME:
        _rename(chat)
    elif chosen == _SAVE:
        _save(chat)
    elif chosen == _DELETE:
        _confirm_deletion(chat)


@st.dialog("Rename the chat")
def _rename(chat: Conversation) -> None:
    with st.form("rename", border=False):
        title = st.text_input(
            "Title", value=chat.title, max_chars=TITLE_CHARACTERS, key=f"title_{chat.id}"
        )
        if st.form_submit_button("Rename"):
            with told("The chat could not be renamed."):
                services.history().rename(chat.id, conversation.owner(), title)
                st.rerun()


@st.dialog("Save the chat")
def _save(chat: Conversation) -> None:
    st.text(clean(chat.title))
    draw_chat_saving(chat.id)
    st.text(
        "Each answer comes with its quotes, their pages and places, and the hash of each file. "
        "JSON can be taken in again, here or elsewhere."
    )


def draw_chat_bar(conversation_id: str) -> None:
    """Draws what can be done with a whole chat, above its questions."""
    with st.container(horizontal=True, key="chat_bar", vertical_alignment="center"):
        st.page_link(
            "review.py",
            label="Check answers",
            query_params={conversation.PARAMETER: conversation_id},
        )
        draw_chat_saving(conversation_id)


def draw_chat_saving(conversation_id: str) -> None:
    """Draws the links by which a whole chat is saved."""
    links = {name: chat_address(conversation_id, form) for form, name in FORMS.items()}
    draw_saving(f"save_{conversation_id}", "Save this chat as", links)


@st.dialog("Delete the chat")
def _confirm_deletion(chat: Conversation) -> None:
    questions = len(services.history().messages(chat.id))
    st.text(clean(chat.title))
    st.text(
        f"{count(questions, 'question')} with answers, quotes, thumbs and checks will be erased "
        "from this machine; that cannot be undone. The documents stay in the library."
    )
    with st.container(horizontal=True):
        if st.button("Delete", key="delete_now", type="primary"):
            with told("The chat could not be deleted."):
                conversation.delete(chat.id)
                st.session_state[_NOTICE] = "The chat is deleted."
                st.rerun()
        if st.button("Keep", key="delete_not"):
            st.rerun()


def open_chat(conversation_id: str) -> None:
    """Goes to a chat of the history."""
    conversation.choose(conversation_id)
    st.switch_page("chat.py", query_params={conversation.PARAMETER: conversation_id})


def _draw_taking_in() -> None:
    with (
        st.expander("Take in a saved chat"),
        st.form("take_in_chat", clear_on_submit=True, border=False),
    ):
        file = st.file_uploader(
            "A chat that was saved as JSON",
            type="json",
            key="saved_chat",
            max_upload_size=MOST_BYTES // 1_000_000,
        )
        submitted = st.form_submit_button("Take it in")
    if submitted:
        with told("The chat could not be taken in."):
            _take_in(file)


def _take_in(file: UploadedFile | None) -> None:
    if file is None:
        st.text("Choose a file first.")
        return
    chat = read_chat(file.getvalue())
    services.history().take_in(conversation.owner(), chat)
    st.session_state[_NOTICE] = (
        f"Taken in: {clean(chat.title)}, with {count(len(chat.messages), 'question')}. "
        "Check its answers to see which quotes stand in the documents of this library."
    )
    st.rerun()

"""What stands round every page: title, style, navigation, and the side bar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui import conversation, jobs, services
from ui.failures import told
from ui.polling import follow
from ui.words import count, label

_HERE = Path(__file__).parent
_ICON = "📖"  # an icon font's name would be fetched from elsewhere
CHATS_LISTED = 20
_POLL_SECONDS = 1.0


def pages() -> list[StreamlitPage]:
    """Gives the pages; the first is the chat."""
    scripts = _HERE / "scripts"
    return [
        st.Page(scripts / "chat.py", title="Chat", default=True),
        st.Page(scripts / "history.py", title="Your chats", url_path="chats"),
        st.Page(scripts / "review.py", title="Check answers", url_path="review"),
        st.Page(scripts / "library.py", title="Library", url_path="library"),
        st.Page(scripts / "settings.py", title="Settings", url_path="settings"),
    ]


def draw() -> None:
    """Draws the frame and the chosen page in it."""
    st.set_page_config(page_title="Footnote", page_icon=_ICON, layout="wide")
    st.html(_HERE / "page.css")
    chat_page, *others = pages()
    page = st.navigation([chat_page, *others])
    with st.sidebar, told("The side bar could not be shown."):
        _draw_new_chat(chat_page)
        follow(_draw_work, _is_working, _POLL_SECONDS, on_poll=_begin_work)
    page.run()
    # After the page, so that the chat it has just begun is in the list.
    with st.sidebar, told("The chats could not be listed."):
        _draw_chats(chat_page)


def _draw_new_chat(chat_page: StreamlitPage) -> None:
    if st.button("New chat", key="new_chat", width="stretch"):
        conversation.begin_new()
        st.switch_page(chat_page)


def _draw_chats(chat_page: StreamlitPage) -> None:
    chats = conversation.kept_chats(CHATS_LISTED)
    if chats:
        st.caption("Latest chats")
    with st.container(key="chats", gap=None):
        for chat_id, title in chats:
            if st.button(label(title, 60), key=f"chat_{chat_id}", type="tertiary", width="stretch"):
                conversation.choose(chat_id)
                st.switch_page(chat_page, query_params={conversation.PARAMETER: chat_id})


def _is_working() -> bool:
    return not services.models().settled or jobs.is_working()


def _begin_work() -> None:
    # It competes with the page for the processor: it waits until the page is painted.
    if not services.models().settled:
        services.models().begin()
    services.watcher()
    services.pages()


def _draw_work() -> None:
    with st.container(key="state", gap=None):
        st.text(_models_in_words())
        st.text(count(services.core().library.status().documents, "document"))
        if work := jobs.work_in_words():
            st.text(work)


def _models_in_words() -> str:
    models = services.models()
    if models.failure:
        return models.failure
    return "Ready" if models.ready else "Loading the models…"

"""The one place to add documents: files, a whole folder, a text, or a web address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Literal, cast

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rag.errors import UnreadableDocument
from ui import services
from ui.failures import told
from ui.words import file_name

_NOTICE = "adding_notice"
_KINDS = "Text, web pages, PDF, Office files, books, mails, zip archives"


def draw_adding() -> None:
    """Draws a tab for each way; what is added goes into the queue."""
    notice = st.session_state.pop(_NOTICE, "")
    files, folder, text, address = st.tabs(["Files", "Whole folder", "Text", "Web address"])
    with files:
        _draw_upload("files", "Files to add", True)
    with folder:
        _draw_upload("folder", "A folder to add, with all that is in it", "directory")
    with text:
        _draw_paste()
    with address:
        _draw_address()
    if notice:
        st.text(notice)


def _draw_upload(key: str, title: str, multiple: Literal["directory"] | bool) -> None:
    with st.form(f"upload_{key}", clear_on_submit=True, border=False):
        st.caption(_KINDS)
        files = st.file_uploader(title, accept_multiple_files=multiple, key=key)
        submitted = st.form_submit_button("Add to the library")
    if submitted:
        _submit(lambda: _submit_files(cast(list[UploadedFile], files)))


def _submit_files(files: Iterable[UploadedFile]) -> str:
    """Gives a sentence where there is something to say."""
    submit = services.core().library.submit_upload
    refused = []
    empty = True
    for file in files:
        if _is_hidden(file.name):
            continue
        empty = False
        try:
            submit(file_name(file.name), file.getvalue())
        except UnreadableDocument as error:
            refused.append(str(error))
    return "Choose something to add first." if empty else "\n".join(refused)


def _is_hidden(name: str) -> bool:
    """Whether a system put the file into a folder, as it does with ``.DS_Store``."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith(".") and part.strip(".") for part in parts)


def _draw_paste() -> None:
    with st.form("paste", clear_on_submit=True, border=False):
        title = st.text_input("Title", key="paste_title", max_chars=200)
        text = st.text_area("Text", key="paste_text", height=180)
        submitted = st.form_submit_button("Add to the library")
    if submitted:
        _submit(lambda: _submit_text(title.strip(), text))


def _submit_text(title: str, text: str) -> str:
    if not text.strip():
        return "Paste a text first."
    title = title or " ".join(text.split()[:8])
    services.core().library.submit_text(text, f"{file_name(title)[:80]}.txt", title)
    return ""


def _draw_address() -> None:
    offline = services.settings().offline
    with st.form("address", clear_on_submit=True, border=False):
        url = st.text_input(
            "Address of a page or file on the web",
            key="address_url",
            placeholder="https://",
            disabled=offline,
        )
        if offline:
            st.text("Nothing is fetched from the web: the setting RAG_OFFLINE is on.")
        submitted = st.form_submit_button("Add to the library", disabled=offline)
    if submitted:
        _submit(lambda: _submit_address(url.strip()))


def _submit_address(url: str) -> str:
    if not url:
        return "Write an address first."
    services.core().library.submit_address(url)
    return ""


def _submit(put: Callable[[], str]) -> None:
    """Puts something into the queue, and draws the page anew with what is to be said of it."""
    with told("This could not be added."):
        st.session_state[_NOTICE] = put()
        st.rerun()

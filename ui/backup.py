"""Library and chats as one file to download, and such a file put back."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import streamlit as st

from rag.backup import IN_A_DATABASE, restore_backup, write_backup
from ui import conversation, services
from ui.failures import told
from ui.words import count, date_in_words

_NOTICE = "backup_notice"


def draw_backup() -> None:
    """Draws what backs up and restores, folded up."""
    if notice := st.session_state.pop(_NOTICE, ""):
        st.text(notice)
    with st.expander("Backup and restore", key="backup"):
        if services.settings().library:
            st.text(IN_A_DATABASE)
            return
        st.text("A backup holds all documents, and the chats of all who use this Footnote.")
        now = datetime.now(UTC)
        st.download_button(
            "Download a backup",
            data=partial(_make_backup, services.settings().index),
            file_name=f"footnote-{now:%Y-%m-%d}.zip",
            mime="application/zip",
            key="download_backup",
            on_click="ignore",
        )
        file = st.file_uploader("Put a backup back", type="zip", key="backup_file")
        if st.button("Restore…", key="restore", disabled=file is None) and file is not None:
            _confirm_restore(file)
        st.caption("Larger ones in a terminal: `python -m rag backup FILE` and `restore FILE`.")


def _make_backup(index: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup.zip"
        write_backup(index, path)
        return path.read_bytes()


@st.dialog("Restore a backup")
def _confirm_restore(file: BytesIO) -> None:
    st.text(
        "The backup takes the place of all documents and of everybody's chats. What has come in "
        "since is lost; download a backup first if it may be needed."
    )
    with st.container(horizontal=True):
        if st.button("Restore", key="restore_now", type="primary"):
            with told("The backup could not be restored."):
                _restore(file)
                st.rerun()
        if st.button("Keep", key="restore_not"):
            st.rerun()


def _restore(file: BytesIO) -> None:
    manifest = restore_backup(services.settings().index, file)
    conversation.begin_new()
    st.session_state[_NOTICE] = (
        f"Restored {count(manifest.documents, 'document')} and "
        f"{count(manifest.conversations, 'chat')}, as they were on "
        f"{date_in_words(manifest.made[:10])}."
    )

"""The page that lists the documents, takes in new ones, and removes them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.records import Document
from ui import services
from ui.backup import draw_backup
from ui.chat import SAMPLE_COMMAND
from ui.failures import told
from ui.intake import Item
from ui.polling import follow
from ui.removal import confirm_removal, draw_undo
from ui.tables import Cell, Column, Row, chosen, draw_table
from ui.words import clean, count, date_in_words, kind_in_words

_POLL_SECONDS = 0.5
_TABLE = "documents"
_COLUMNS = (
    Column("Title"),
    Column("Kind", on_phone=False, one_line=True),
    Column("Date", one_line=True),
    Column("Pages", number=True, on_phone=False),
    Column("Characters", number=True, on_phone=False),
    Column("Added", on_phone=False, one_line=True),
)
_STAGES = {"queued": "Queued", "reading": "Reading", "ready": "Ready", "refused": "Refused"}


def draw() -> None:
    """Draws the page."""
    with st.container(key="page"):
        st.title("Library", anchor=False)
        with told("The library could not be shown."):
            documents = services.core().library.documents()
            _draw_numbers(documents)
            draw_undo()
            _draw_upload()
            follow(_draw_job, lambda: services.intake().busy, _POLL_SECONDS)
            _draw_documents(documents)
            draw_backup()


def _draw_numbers(documents: Sequence[Document]) -> None:
    if not documents:
        st.text("The library is empty. Add files here, or take in the sample corpus:")
        st.code(SAMPLE_COMMAND, language=None)
        return
    with st.container(horizontal=True, key="numbers"):
        st.metric("Documents", f"{len(documents):,}", width="content")
        st.metric("Passages", f"{sum(d.chunks for d in documents):,}", width="content")
        st.metric(
            "Last change", date_in_words(max(d.added for d in documents)[:10]), width="content"
        )


def _draw_upload() -> None:
    with st.form("upload", clear_on_submit=True, border=True):
        files = st.file_uploader(
            "Add documents: text, web pages, PDF, Office files, books, mails, zip",
            accept_multiple_files=True,
            key="files",
        )
        submitted = st.form_submit_button("Add to the library")
    if not submitted:
        return
    if not files:
        st.text("Choose one or more files first.")
        return
    services.intake().submit([(file.name, file.getvalue()) for file in files])
    st.rerun()


def _draw_job() -> None:
    intake = services.intake()
    items = intake.items
    if not items:
        return
    done = sum(item.stage in {"ready", "refused"} for item in items)
    refused = sum(item.stage == "refused" for item in items)
    st.progress(done / len(items), text=_progress_in_words(done, refused, len(items)))
    draw_table("job", "Files being taken in", (Column("File"), Column("State")), _job_rows(items))
    if not intake.busy:
        st.button("Clear this list", key="clear_job", on_click=intake.forget_finished)


def _progress_in_words(done: int, refused: int, total: int) -> str:
    words = f"{done} of {count(total, 'file')} done"
    return f"{words}, {refused} refused" if refused else words


def _job_rows(items: Sequence[Item]) -> list[Row]:
    return [
        Row(
            str(item.number),
            item.name,
            (Cell(item.name), Cell(_STAGES[item.stage], note=clean(item.note))),
        )
        for item in items
    ]


def _draw_documents(documents: Sequence[Document]) -> None:
    if not documents:
        return
    draw_table(
        _TABLE,
        "Documents",
        _COLUMNS,
        [_row(document) for document in documents],
        selectable=True,
        filterable=len(documents) > 5,
    )
    by_id = {document.id: document for document in documents}
    marked = [by_id[i] for i in chosen(_TABLE) if i in by_id]
    words = f"Remove {count(len(marked), 'document')}…" if marked else "Remove…"
    if st.button(words, key="remove", disabled=not marked):
        confirm_removal(marked)


def _row(document: Document) -> Row:
    title, name = clean(document.title) or clean(document.name), clean(document.name)
    note = " · ".join([name if name != title else "", *map(clean, document.warnings)]).strip(" ·")
    cells = (
        Cell(title, note=note),
        Cell(kind_in_words(document.media_type)),
        Cell(date_in_words(document.date), sort=document.date or ""),
        Cell("" if document.pages is None else f"{document.pages:,}", sort=document.pages or 0),
        Cell(f"{document.characters:,}", sort=document.characters),
        Cell(date_in_words(document.added[:10]), sort=document.added),
    )
    return Row(document.id, title, cells)

"""The table of documents on the library page, and what can be done with those chosen in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import streamlit as st

from rag.records import Document
from ui import conversation
from ui.kinds import kind_in_words, language_in_words
from ui.removal import confirm_removal
from ui.tables import Cell, Column, Filter, Row, chosen, draw_table
from ui.words import clean, count, date_in_words

_TABLE = "documents"
_OPENED = "opened_document"
_FEW = 5  # so many rows are found without a filter
_WITH_WARNINGS, _DUPLICATES, _CITED = "With warnings", "Likely duplicates", "Cited in chats"
_COLUMNS = (
    Column("Title"),
    Column("Kind", on_phone=False, one_line=True),
    Column("Date", on_phone=False, one_line=True),
    Column("Language", on_phone=False, one_line=True),
    Column("Pages", number=True, on_phone=False),
    Column("Characters", number=True, on_phone=False),
    Column("Added", on_phone=False, one_line=True, phone_words="added {}"),
    Column("Cited", number=True, on_phone=False),
    Column("Remarks", on_phone=False),
)


def draw_listing(
    documents: Sequence[Document],
    cited: Mapping[str, int],
    duplicates: Collection[str],
    on_open: Callable[[str], None],
    go_to_chat: Callable[[], None],
) -> None:
    """Draws the table and the actions; what is chosen draws this part alone again.

    Args:
        cited: how often each document is cited, by its id.
        duplicates: ids of the documents that have likely duplicates.
        on_open: is given the id of the document whose title was clicked.
    """
    rows = [_row(d, cited.get(d.id, 0), d.id in duplicates) for d in documents]
    by_id = {document.id: document for document in documents}

    @st.fragment
    def draw_part() -> None:
        if opened := st.session_state.pop(_OPENED, ""):
            on_open(opened)
        _draw_actions([by_id[i] for i in chosen(_TABLE) if i in by_id], go_to_chat)
        draw_table(
            _TABLE,
            "Documents",
            _COLUMNS,
            rows,
            selectable=True,
            filterable=len(rows) > _FEW,
            filters=_filters(rows) if len(rows) > _FEW else (),
            on_open=_note_opened,
        )

    draw_part()


def _note_opened(document_id: str) -> None:
    """Notes what was clicked for the coming run: no page can be left inside a callback."""
    st.session_state[_OPENED] = document_id


def _draw_actions(marked: Sequence[Document], go_to_chat: Callable[[], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="choice", gap="small"):
        words = f"Ask {count(len(marked), 'document')}" if marked else "Ask these"
        if st.button(words, key="ask_these", type="primary", disabled=not marked):
            conversation.choose_scope([document.id for document in marked])
            go_to_chat()
        words = f"Remove {count(len(marked), 'document')}…" if marked else "Remove…"
        if st.button(words, key="remove", disabled=not marked):
            confirm_removal(marked)
        if not marked:
            st.text("Choose documents to ask only them, or to remove them.")


def _row(document: Document, cited: int, has_duplicates: bool) -> Row:
    title, name = clean(document.title) or clean(document.name), clean(document.name)
    kind, language = kind_in_words(document.media_type), language_in_words(document.language)
    warnings = len(document.warnings)
    remarks = [count(warnings, "warning")] if warnings else []
    tags = [kind, language]
    if warnings:
        tags.append(_WITH_WARNINGS)
    if has_duplicates:
        tags.append(_DUPLICATES)
        remarks.append("likely duplicate")
    if cited:
        tags.append(_CITED)
    pages = document.pages
    cells = (
        Cell(title, note=name if name != title else ""),
        Cell(kind),
        Cell(date_in_words(document.date, short=True), sort=document.date or ""),
        Cell(language),
        Cell("" if pages is None else f"{pages:,}", sort=-1 if pages is None else pages),
        Cell(f"{document.characters:,}", sort=document.characters),
        Cell(date_in_words(document.added[:10], short=True), sort=document.added[:19]),
        Cell(f"{cited:,}" if cited else "", sort=cited),
        Cell(", ".join(remarks), sort=2 * warnings + has_duplicates),
    )
    return Row(document.id, title, cells, tuple(tags))


def _filters(rows: Sequence[Row]) -> list[Filter]:
    """Gives the filters that tell some of these rows from others."""
    states = (_WITH_WARNINGS, _DUPLICATES, _CITED)
    there = {tag for row in rows for tag in row.tags}
    filters = [
        Filter("Kind", "All kinds", _by_frequency(row.cells[1].text for row in rows)),
        Filter("Language", "All languages", _by_frequency(row.cells[3].text for row in rows)),
        Filter("State", "All documents", tuple(state for state in states if state in there)),
    ]
    return [one for one in filters if len(one.options) > (one.title != "State")]


def _by_frequency(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(filter(None, values)).most_common())

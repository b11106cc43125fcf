"""One document: what is known of it, what it says, and who cites it.

Its address is ``?d=<id>``; ``&from=<start>&to=<end>`` opens it at these characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from rag.errors import UnknownDocument
from rag.records import Citation, Document, Twin
from ui import conversation, reading, services
from ui.facts import facts_of
from ui.failures import told
from ui.passage import describe, draw_passage
from ui.removal import confirm_removal
from ui.sheet import Facts, Heading, Lines, Text, draw_sheet
from ui.words import clean, count, date_in_words, shorten

PARAMETER = "d"
FROM, TO = "from", "to"
PASSAGES_AT_ONCE = 25
CITING_LISTED = 50
MOST_OF_NEARLY = 0.99  # of the wording: all of it would be the same text
_OFFSET = re.compile(r"[0-9]{1,10}")
_TABS = ("Document", "Passages", "Warnings", "Raw facts")


def draw_document(
    document_id: str, go_back: Callable[[], None], go_to_chat: Callable[[str], None]
) -> None:
    """Draws a document's page.

    Args:
        go_back: goes to the list of documents.
        go_to_chat: goes to the chat of an id; to the one of this tab where that is empty.
    """
    library = services.core().library
    if st.button("Back to all documents", key="back", type="tertiary"):
        go_back()
    try:
        document = library.document(document_id)
    except UnknownDocument:
        st.text("The document of this address is not in the library any more.")
        return
    draw_sheet("title", "", [Heading(clean(document.title) or clean(document.name))])
    _draw_actions(document, go_to_chat)
    draw_sheet("facts", "What is known of it", [Facts(list(facts_of(document)))])
    _draw_duplicates(document)
    _draw_edit(document)
    _draw_citing(document, go_to_chat)
    _draw_contents(document)


def opened_document() -> str:
    """Gives the id of the document that the address names; '' for none."""
    return st.query_params.get(PARAMETER, "")


def open_document(document_id: str) -> None:
    """Has the address name a document, or none where the id is ''."""
    st.query_params.clear()
    if document_id:
        st.query_params[PARAMETER] = document_id


def opened_place(length: int) -> tuple[int, int]:
    """Gives the characters that the address names; (0, 0) where there are no such ones."""
    start, end = (st.query_params.get(name, "") for name in (FROM, TO))
    if not (_OFFSET.fullmatch(start) and _OFFSET.fullmatch(end)):
        return 0, 0
    return (int(start), int(end)) if int(start) < int(end) <= length else (0, 0)


def place_address(citation: Citation) -> str:
    """Gives the address that opens a document at a quote."""
    named = {PARAMETER: citation.document.id, FROM: citation.start, TO: citation.end}
    return f"library?{urlencode(named)}"


def _draw_actions(document: Document, go_to_chat: Callable[[str], None]) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button("Ask this document", key="ask_this", type="primary"):
            conversation.choose_scope([document.id])
            go_to_chat("")
        if st.button("Remove…", key="remove_this"):
            confirm_removal([document])


# Likely duplicates.


def _draw_duplicates(document: Document) -> None:
    twins = services.core().library.twins(document.id)
    if not twins:
        return
    with st.container(border=True, key="duplicates"):
        draw_sheet("duplicates_title", "", [Heading("Likely duplicates", 2)])
        for twin in twins:
            _draw_twin(document, twin)


def _draw_twin(document: Document, twin: Twin) -> None:
    library = services.core().library
    try:
        other = library.document(twin.document_id)
    except UnknownDocument:  # removed a moment ago
        return
    share = min(twin.share, MOST_OF_NEARLY)
    likeness = "The same words" if twin.same_text else f"Nearly the same text ({share:.0%} shared)"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"{likeness}: {clean(other.title) or clean(other.name)} ({clean(other.name)})")
        st.button("Look at it", key=f"look_{other.id}", on_click=open_document, args=(other.id,))
        if st.button("Keep both", key=f"keep_{other.id}"):
            with told("The choice could not be kept."):
                library.keep_both(document.id, other.id)
                st.rerun()
        if st.button("Remove this one…", key=f"remove_{other.id}"):
            confirm_removal([document])


# Title and date of a person's own.


def _draw_edit(document: Document) -> None:
    with st.expander("Edit title and date"), st.form("edit", border=False):
        known = services.core().library.told(document.id)
        title = st.text_input("Title", value=document.title, key=f"title_{document.id}")
        date = st.text_input(
            "Date",
            value=document.date or "",
            key=f"date_{document.id}",
            placeholder="2022, 2022-06 or 2022-06-15",
        )
        says = [clean(known.title or ""), date_in_words(known.date)]
        st.text(f"The file itself says: {', '.join(filter(None, says)) or 'nothing'}.")
        if st.form_submit_button("Save"):
            with told("This could not be saved."):
                services.core().library.edit(document.id, title=title, date=date)
                st.rerun()


# Who cites it.


def _draw_citing(document: Document, go_to_chat: Callable[[str], None]) -> None:
    citing = services.history().citing(document.id, conversation.owner())
    if not citing:
        return
    with st.expander(f"Cited in {count(len(citing), 'answer')} of your chats"):
        for number, one in enumerate(citing[:CITING_LISTED]):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.text(f"{date_in_words(one.asked[:10])}: {shorten(clean(one.question), 160)}")
                if st.button("Open the chat", key=f"citing_{number}"):
                    go_to_chat(one.conversation_id)
        if len(citing) > CITING_LISTED:
            st.text(f"and {len(citing) - CITING_LISTED:,} more")


# What it says.


@st.fragment
def _draw_contents(document: Document) -> None:
    tabs = st.tabs(_TABS, key=f"contents_{document.id}", on_change="rerun")
    draw: tuple[Callable[[Document], None], ...] = (
        _draw_whole,
        _draw_passages,
        _draw_warnings,
        _draw_raw_facts,
    )
    for tab, draw_inside in zip(tabs, draw, strict=True):
        with tab:
            if tab.open:
                draw_inside(document)


def _draw_whole(document: Document) -> None:
    text = reading.text_of(document.id)
    if not text.strip():
        st.text("Nothing was read in this file.")
        return
    place = opened_place(len(text))
    draw_passage(
        describe(document, text, place),
        title=clean(document.title) or clean(document.name),
        opened_at=int(place[1] > 0),
        key=f"whole_{document.id}",
    )


def _draw_passages(document: Document) -> None:
    parts = -(-document.chunks // PASSAGES_AT_ONCE)
    if not parts:
        st.text("There are no passages.")
        return
    first = PASSAGES_AT_ONCE * _choose_part("passages", document, parts)
    passages = services.core().library.passages(document.id, first, PASSAGES_AT_ONCE)
    pieces = []
    for number, passage in enumerate(passages, first + 1):
        page = "" if passage.page is None else f"page {passage.page}"
        span = f"characters {passage.start + 1:,} to {passage.end:,}"
        headings = " › ".join(map(clean, passage.headings))
        place = " · ".join(part for part in (f"{number:,}", page, span, headings) if part)
        pieces.append(Text(passage.text, place))
    draw_sheet("passages", "Passages", pieces)


def _choose_part(key: str, document: Document, parts: int) -> int:
    """Gives which part is to be shown, from 0; a part is chosen where there is more than one."""
    if parts <= 1:
        return 0
    return st.pagination(parts, key=f"{key}_{document.id}") - 1


def _draw_warnings(document: Document) -> None:
    if document.warnings:
        draw_sheet("warnings", "Warnings", [Lines([clean(w) for w in document.warnings])])
    else:
        st.text("There are no warnings.")


def _draw_raw_facts(document: Document) -> None:
    sources = services.core().library.sources(document.id)
    facts = [
        ("id", [document.id]),
        ("sha256", [document.sha256]),
        ("media type", [clean(document.media_type)]),
        ("language", [document.language or "not known"]),
        ("date", [clean(document.date or "not known")]),
        ("added", [document.added]),
        *(
            (
                f"source {number}",
                [
                    f"origin {source.origin}",
                    f"name {clean(source.name)}",
                    f"size {source.size:,} bytes",
                    *([f"location {clean(source.location)}"] if source.location else []),
                ],
            )
            for number, source in enumerate(sources, 1)
        ),
    ]
    draw_sheet("raw", "Raw facts", [Facts(facts)])

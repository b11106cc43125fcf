"""Shows a source: the whole document at the exact place, the cited passage marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.records import Citation, Document
from rag.redact import ERASED
from ui import reading
from ui.assets import mount
from ui.citations import mark_key_words
from ui.conversation import trigger
from ui.facts import facts_of

CHANGED = "This document has changed since; this is the quote as it was."
GONE = "This document is no longer in the library; its quote is kept."
QUOTE_ERASED = "This quote has been erased from the saved chats."
MOST_OTHERS = 40  # of the chat's other citations, that are marked too

Range = tuple[int, int]
Data = dict[str, Any]


@dataclass(frozen=True)
class Steps:
    """Where a source stands among those of its answer, ``position`` from 0."""

    position: int
    total: int


def without_text(citation: Citation, *, is_changed: bool) -> Data:
    """Describes a quote by itself, with a sentence that says what has become of its document."""
    notice = CHANGED if is_changed else GONE
    if citation.quote == ERASED:
        notice = QUOTE_ERASED
    spans = [(s.start - citation.start, s.end - citation.start) for s in citation.answer_spans]
    return {"notice": notice, "quote": mark_key_words(citation.quote, spans)}


def describe_cited(
    citation: Citation, document: Document, text: str, others: Sequence[Citation]
) -> Data:
    """Describes a document, open at a quote.

    A quote is marked only where it still stands at its place; otherwise it is shown by itself, with
    a sentence that says why.

    Args:
        text: the document's.
        others: further citations of the same document, marked lightly.
    """
    if not _stands(citation, text):
        return without_text(citation, is_changed=True)
    spans = [(s.start - citation.start, s.end - citation.start) for s in citation.answer_spans]
    bold, at = [], citation.start
    for part in mark_key_words(citation.quote, spans):
        end = at + len(part["text"])
        if part["bold"]:
            bold.append((at, end))
        at = end
    there = [(c.start, c.end) for c in others if _stands(c, text)]
    place = citation.start, citation.end
    return describe(document, text, place) | {
        "bold": bold,
        "others": [one for one in dict.fromkeys(there) if one != place][:MOST_OTHERS],
    }


def _stands(citation: Citation, text: str) -> bool:
    return text[citation.start : citation.end] == citation.quote


def describe(document: Document, text: str, place: Range) -> Data:
    """Describes a document, open at a place; an empty place is marked nowhere."""
    start, end = place
    begin, stop = reading.stretch_around(start, end, len(text))
    page_of = reading.page_finder(reading.pages_of(document))
    return {
        "document": document.id,
        "length": len(text),
        "pages": document.pages or 0,
        "isPdf": document.media_type == reading.PDF,
        "page": page_of(start) or 0,
        "from": start,
        "to": end,
        "bold": [],
        "others": [],
        "stretch": {"from": begin, "text": text[begin:stop]},
        "about": list(facts_of(document, whole=True)),
    }


def draw_passage(
    shown: Data,
    *,
    title: str,
    facts: str = "",
    opened_at: int = 0,
    steps: Steps | None = None,
    on_step: Callable[[int], None] | None = None,
    on_close: Callable[[], None] | None = None,
    key: str = "passage",
) -> None:
    """Draws a source; each ``opened_at`` scrolls to the passage and gives it the focus once.

    Args:
        shown: what ``describe``, ``describe_cited`` or ``without_text`` gives.
        title: of the document; as a heading where there are ``facts`` below it.
        opened_at: 0 where nobody has asked for the passage just now.
        on_step: gets 1 for the next source of the answer, -1 for the one before.
        on_close: is called by Escape and by a button; None for a drawer, which closes by itself.
    """

    def tell_closed() -> None:
        if on_close is not None and trigger(key, "close"):
            on_close()

    def tell_stepped() -> None:
        step = trigger(key, "step")
        if on_step is not None and step in (-1, 1):
            on_step(step)

    data: Data = {
        "document": "",
        "notice": "",
        **shown,
        "title": title,
        "facts": facts,
        "openedAt": opened_at,
        "closable": on_close is not None,
        "steps": None if steps is None else [steps.position, steps.total],
    }
    mount(
        Path(__file__).parent, key, data, on_close_change=tell_closed, on_step_change=tell_stepped
    )

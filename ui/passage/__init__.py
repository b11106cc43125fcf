"""Shows a source: the document's text with the cited passage marked to the character."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.records import Citation
from rag.redact import ERASED
from ui.assets import mount
from ui.citations import facts, mark_key_words
from ui.conversation import trigger
from ui.words import title_of

WINDOW_CHARACTERS = 20_000  # on each side of the passage: more would make the page slow


@dataclass(frozen=True)
class Excerpt:
    """The text round a passage; ``parts`` is the passage itself, bold where it answers."""

    before: str
    parts: tuple[tuple[str, bool], ...]
    after: str
    cut_before: bool = False
    cut_after: bool = False
    notice: str = ""


CHANGED = "This document has changed since; this is the quote as it was."
GONE = "This document is no longer in the library; its quote is kept."
QUOTE_ERASED = "This quote has been erased from the saved chats."


def without_text(citation: Citation, *, is_changed: bool) -> Excerpt:
    """Shows a quote by itself, with a sentence that says what has become of its document."""
    notice = CHANGED if is_changed else GONE
    if citation.quote == ERASED:
        notice = QUOTE_ERASED
    return Excerpt("", _quote(citation), "", notice=notice)


def excerpt(citation: Citation, text: str) -> Excerpt:
    """Cuts the passage and its surroundings out of a document's text.

    A passage is marked only where it still stands at its place; otherwise the quote is shown by
    itself, with a sentence that says why.
    """
    if text[citation.start : citation.end] != citation.quote:
        return without_text(citation, is_changed=True)
    parts = _quote(citation)
    begin = max(0, citation.start - WINDOW_CHARACTERS)
    end = min(len(text), citation.end + WINDOW_CHARACTERS)
    return Excerpt(
        before=text[begin : citation.start],
        parts=parts,
        after=text[citation.end : end],
        cut_before=begin > 0,
        cut_after=end < len(text),
    )


def _quote(citation: Citation) -> tuple[tuple[str, bool], ...]:
    spans = [(s.start - citation.start, s.end - citation.start) for s in citation.answer_spans]
    return tuple((p["text"], p["bold"]) for p in mark_key_words(citation.quote, spans))


def draw_passage(
    citation: Citation, shown: Excerpt, opened_at: int, on_close: Callable[[], None] | None
) -> None:
    """Draws a source; each ``opened_at`` scrolls to the passage and gives it the focus once.

    Escape calls ``on_close``; a drawer, which closes by itself, gives None.
    """
    key = "passage"

    def tell_closed() -> None:
        if on_close is not None and trigger(key, "close"):
            on_close()

    data: dict[str, Any] = {
        "title": title_of(citation.document),
        "facts": facts(citation),
        "before": shown.before,
        "parts": [{"text": text, "bold": bold} for text, bold in shown.parts],
        "after": shown.after,
        "cutBefore": shown.cut_before,
        "cutAfter": shown.cut_after,
        "notice": shown.notice,
        "openedAt": opened_at,
        "closable": on_close is not None,
    }
    mount(Path(__file__).parent, key, data, on_close_change=tell_closed)

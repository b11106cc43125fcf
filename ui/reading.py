"""What the source viewer reads of a document: stretches of its text, words in it, its outline."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from rag.pages import Box, BoxFinder, PageLayout
from rag.records import Block, Document, Page
from ui import services
from ui.words import clean, shorten

STRETCH_CHARACTERS = 5_000  # to each side of a place: what is drawn at once
LONGEST_STRETCH = 40_000
LONGEST_SOUGHT = 200
MOST_FOUND = 500
MOST_HEADINGS = 400
PDF = "application/pdf"

_TEXTS_REMEMBERED = 6
_LONGEST_REMEMBERED = 4_000_000  # characters: at most 16 MB each

Range = tuple[int, int]


def text_of(document_id: str) -> str:
    """Gives a document's text; raises UnknownDocument."""
    library = services.core().library
    if library.document(document_id).characters > _LONGEST_REMEMBERED:
        return library.text(document_id)
    return _remembered_text(document_id)


@lru_cache(maxsize=_TEXTS_REMEMBERED)
def _remembered_text(document_id: str) -> str:
    return services.core().library.text(document_id)


def stretch_around(start: int, end: int, length: int) -> Range:
    """Gives the stretch of a text that is drawn round a place."""
    begin = max(0, start - STRETCH_CHARACTERS)
    return begin, min(length, max(end, start) + STRETCH_CHARACTERS, begin + LONGEST_STRETCH)


def find_words(text: str, words: str) -> list[Range]:
    """Gives where words stand, whatever their case and the white space between them."""
    parts = words[:LONGEST_SOUGHT].split()
    if not parts:
        return []
    pattern = re.compile(r"\s+".join(re.escape(part.lower()) for part in parts), re.IGNORECASE)
    lowered = text.lower()
    if len(lowered) == len(text):  # "İ" becomes two; else ten times as quick in a long text
        text, pattern = lowered, re.compile(pattern.pattern)
    found = []
    for match in pattern.finditer(text):
        found.append(match.span())
        if len(found) == MOST_FOUND:
            break
    return found


def outline(text: str, blocks: Sequence[Block]) -> list[tuple[int, str, Range]]:
    """Gives the first headings: level, words, and where each stands."""
    headings = [block for block in blocks if block.kind == "heading"][:MOST_HEADINGS]
    return [
        (h.level, shorten(clean(text[h.start : h.end]).strip("# "), 120), (h.start, h.end))
        for h in headings
    ]


def pages_of(document: Document) -> Sequence[Page]:
    """Gives the pages of a document."""
    return services.core().library.pages(document.id) if document.pages else ()


def page_finder(pages: Sequence[Page]) -> Callable[[int], int | None]:
    """Gives what tells the number of the page on which a character stands; None without pages."""
    starts = [page.start for page in pages]

    def page_of(offset: int) -> int | None:
        at = bisect_right(starts, offset)
        return pages[at - 1].number if at else None

    return page_of


def place_on(document_id: str, number: int, ranges: Sequence[Range]) -> dict[str, Any]:
    """Gives a page of a PDF as the viewer knows it: size, and the boxes of each range.

    A range that does not reach the page has none; one whose words cannot be placed is None.

    Raises:
        UnknownDocument, PageUnavailable: the document is gone, or the page cannot be read.
    """
    library = services.core().library
    layout = services.pages().layout(document_id, number, lambda: library.original(document_id))
    return _place(document_id, number, ranges, layout)


def place_at_once(document_id: str, number: int, ranges: Sequence[Range]) -> dict[str, Any] | None:
    """Gives the same where the page is remembered; else None, since nothing is waited for."""
    layout = services.pages().remembered_layout(document_id, number)
    return None if layout is None else _place(document_id, number, ranges, layout)


def _place(
    document_id: str, number: int, ranges: Sequence[Range], layout: PageLayout
) -> dict[str, Any]:
    pages = services.core().library.pages(document_id)
    page = next((page for page in pages if page.number == number), Page(number, 0, 0))
    text = text_of(document_id)[page.start : page.end]
    finder = cache(lambda: BoxFinder(text, layout))  # made where a range reaches the page
    boxes: list[list[Box] | None] = []
    for start, end in ranges:
        begin, stop = max(start, page.start) - page.start, min(end, page.end) - page.start
        boxes.append(finder().find(begin, stop) if begin < stop else [])
    size = {"width": layout.width, "height": layout.height}
    return {"pages": layout.pages, **size, "boxes": boxes}

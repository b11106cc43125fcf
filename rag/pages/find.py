"""Words of a document's text → the boxes round the same words on the picture of their page.

Exact or not at all: white space aside, every letter must be the same, in the same order. The page
may have a hyphen more than the text, and only where it divides a word at the end of a line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rag.pages.layout import Box, PageLayout

_PARAGRAPHS = re.compile(r"\n\n+")
# Letters before and after that tell one occurrence of the same words from another.
_CONTEXTS = ((0, 0), (30, 30), (30, 0), (0, 30), (120, 120), (120, 0), (0, 120))


class BoxFinder:
    """Finds stretches of one page's text on its picture.

    Args:
        text: what the parser read from this page.
    """

    def __init__(self, text: str, page: PageLayout) -> None:
        self._page = page
        self._ours, self._theirs = _Letters.of_text(text), _Letters.of_page(page)

    def find(self, start: int, end: int) -> list[Box] | None:
        """Gives the boxes round ``text[start:end]``, one for each line that it stands in.

        Gives None where the words cannot be told exactly: they are not among the page's letters, or
        stand there more than once with the same words around.
        """
        page = self._page
        found = _find(self._ours, start, end, self._theirs, page)
        if found is None:
            parts = list(_paragraphs(self._ours.source, start, end))
            if len(parts) < 2:
                return None
            found = []
            for part in parts:  # other things of the page may stand between two paragraphs
                placed = _find(self._ours, *part, self._theirs, page)
                if placed is None:
                    return None
                found += placed
        return [
            page.box(places[0], places[-1])
            for _, group in groupby(found, key=lambda place: page.cells[place])
            for places in [list(group)]
        ]


@dataclass(frozen=True, slots=True)
class _Letters:
    """A text without white space and hyphens, and where each letter stood in it."""

    source: str
    plain: str
    places: list[int]

    @classmethod
    def of_text(cls, text: str) -> _Letters:
        kept = [(i, c) for i, c in enumerate(text) if c != "-" and not c.isspace()]
        return cls(text, "".join(c for _, c in kept), [i for i, _ in kept])

    @classmethod
    def of_page(cls, page: PageLayout) -> _Letters:
        return cls.of_text(page.letters)


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for gap in _PARAGRAPHS.finditer(text, start, end):
        yield at, gap.start()
        at = gap.end()
    yield at, end


def _find(
    ours: _Letters, start: int, end: int, theirs: _Letters, page: PageLayout
) -> list[int] | None:
    """Gives the places of the letters on the page; none at all where there are only hyphens."""
    first, last = bisect_left(ours.places, start), bisect_left(ours.places, end)
    if first == last:
        return []
    for before, after in _CONTEXTS:
        begin, stop = max(first - before, 0), min(last + after, len(ours.plain))
        wanted = ours.plain[begin:stop]
        at = theirs.plain.find(wanted)
        if at >= 0 and theirs.plain.find(wanted, at + 1) < 0:
            at += first - begin
            places = range(theirs.places[at], theirs.places[at + last - first - 1] + 1)
            written = ours.source[ours.places[first] : ours.places[last - 1] + 1]
            return list(places) if _agree("".join(written.split()), places, page) else None
    return None


def _agree(written: str, places: range, page: PageLayout) -> bool:
    """Says whether these are the same letters, but for hyphens at the end of a line."""
    at = 0
    for place in places:
        letter = page.letters[place]
        if at < len(written) and written[at] == letter:
            at += 1
        elif letter != "-" or place not in page.line_ends:
            return False
    return at == len(written)

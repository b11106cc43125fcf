"""Puts an extracted text together, block by block, so that every range is exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.errors import UnreadableDocument
from rag.parse.clean import clean_words, plain_name
from rag.records import Block, BlockKind, Page

_MARKUP = re.compile(r"^#{1,6}\s+|\s+#+\s*$|\*\*|__|`|\n[ \t]*(?:=+|-+|~+)[ \t]*$")
_CHAPTER = re.compile(
    r"(?:chapter|section|part|book|volume)\s+[\dIVXLC]+\b|\d+(?:\.\d+)*\.?\s", re.I
)
_SEPARATORS: dict[tuple[BlockKind, BlockKind], str] = {("table_row", "table_row"): "\n"}


class TextBuilder:
    """Collects cleaned blocks; a blank line stands between two, a line break between table rows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._page_starts: list[tuple[int, int]] = []
        self.blocks: list[Block] = []

    def add(self, kind: BlockKind, words: str, level: int = 0) -> None:
        """Adds a block; ``words`` has no white space around it, and nothing is added for none."""
        if not words:
            return
        if self.blocks:
            self._write(_SEPARATORS.get((self.blocks[-1].kind, kind), "\n\n"))
        start = self._length
        self._write(words)
        self.blocks.append(Block(start, self._length, kind, level))

    def add_row(self, cells: Sequence[str], level: int = 0) -> None:
        """Adds a table's row, a tab between cells; with a level it is the heads of the columns."""
        words = "\t".join(clean_words(cell) for cell in cells).strip()
        self.add("heading" if level else "table_row", words, level)

    def add_text(self, text: str, blocks: Iterable[Block], deeper: int = 0) -> None:
        """Adds a text as it is, with its blocks, its headings so many levels deeper."""
        words = text.strip()
        if not words:
            return
        if self.blocks:
            self._write("\n\n")
        shift = self._length - (len(text) - len(text.lstrip()))
        self._write(words)
        for block in blocks:
            level = min(block.level + deeper, 6) if block.level else 0
            self.blocks.append(Block(block.start + shift, block.end + shift, block.kind, level))

    def begin_page(self, number: int) -> None:
        """Says that what is added from here on stands on this page."""
        self._page_starts.append((number, self._length))

    def begin_page_inside_last_block(self, number: int, offset: int) -> None:
        """Says that the page begins within the last block, ``offset`` characters into it."""
        self._page_starts.append((number, self.blocks[-1].start + offset))

    @property
    def length(self) -> int:
        """How many characters the text has."""
        return self._length

    def text(self) -> str:
        return "".join(self._parts)

    def pages(self) -> tuple[Page, ...]:
        """Gives the pages; each ends where the next one starts."""
        ends = [*(start for _, start in self._page_starts[1:]), self._length]
        return tuple(
            Page(number, start, end)
            for (number, start), end in zip(self._page_starts, ends, strict=False)
        )

    def _write(self, words: str) -> None:
        self._parts.append(words)
        self._length += len(words)


def refuse_if_empty(text: str, name: str) -> None:
    """Raises UnreadableDocument for a text without a single character that can be seen."""
    if not text.strip("\u200b\u200c\u200d\u2060\ufeff \n\t\x0b\x0c\u00a0\u3000\u2028\u2029"):
        raise UnreadableDocument(
            f'"{plain_name(name)}" has no text; add a file that has some, or check this one.'
        )


def title_or_fallback(title: str | None, text: str, blocks: list[Block]) -> str | None:
    """Gives the title, or else the words of the first heading, or None."""
    if title:
        return title[:300]
    return first_heading(text, blocks)


def first_heading(text: str, blocks: list[Block]) -> str | None:
    """Gives the first heading that names the whole, not a chapter of it, without its markup."""
    for block in blocks:
        if block.kind == "heading":
            words = _MARKUP.sub("", text[block.start : block.end].strip())
            if words and not _CHAPTER.match(words):
                return " ".join(words.split())[:300]
    return None

"""Blocks of texts that are kept as they are, read line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.records import Block, BlockKind

Style = Literal["plain", "markdown", "rst"]

_ATX = re.compile(r" {0,3}(#{1,6})(?:\s|$)")
_SETEXT = re.compile(r" {0,3}(=+|-+)\s*$")
_PLAIN_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,})\s*$")
_RST_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_<>])\1{2,}\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"\s*(?:[-*+•◦▪‣]|\d{1,9}[.)]|\(?[a-z][.)])\s+\S")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CHAPTER = re.compile(
    r"\s*(?:(BOOK|PART|VOLUME)|(CHAPTER|SECTION|Chapter|Section))\s+[\dIVXLC]+\b.{0,80}$"
)
_ENDS_SENTENCE = re.compile(r"[.!?…:;,][\"'”’)\]]*\s*$")
_LONG_LINE = 120  # characters; lines that are wrapped by hand are shorter
_LONGEST_HEADING = 100


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    words: str

    @property
    def is_blank(self) -> bool:
        return not self.words.strip()


class LineReader:
    """Reads the blocks of one text; each method takes the index of a line and gives the next."""

    def __init__(self, text: str, style: Style, start: int = 0) -> None:
        self._text = text
        self._style = style
        self._markdown = style == "markdown"
        self._rst = style == "rst"
        self._rst_levels: dict[str, int] = {}
        self._lines = _split(text, start)
        self._blocks: list[Block] = []

    def read(self) -> list[Block]:
        """Gives the blocks from ``start`` to the end of the text, in order."""
        i = 0
        while i < len(self._lines):
            i = i + 1 if self._lines[i].is_blank else self._read_block(i)
        return self._blocks

    def _read_block(self, i: int) -> int:
        words = self._lines[i].words
        if self._markdown and _FENCE.match(words):
            return self._read_fence(i)
        if level := self._heading_level(i):
            lines = 3 if self._is_overlined(i) else 2 if self._is_underlined(i) else 1
            return self._add("heading", i, i + lines, level)
        if self._is_table_row(i):
            has_rule = i + 1 < len(self._lines) and bool(
                _TABLE_RULE.match(self._lines[i + 1].words) and "-" in self._lines[i + 1].words
            )
            return self._add("table_row", i, i + 2 if has_rule else i + 1)
        kind: BlockKind = "list_item" if _ITEM.match(words) else "paragraph"
        return self._add(kind, i, self._paragraph_end(i, kind))

    def _add(self, kind: BlockKind, first: int, after: int, level: int = 0) -> int:
        start, end = self._lines[first].start, self._lines[after - 1].end
        piece = self._text[start:end]
        start += len(piece) - len(piece.lstrip())
        self._blocks.append(Block(start, start + len(piece.strip()), kind, level))
        return after

    def _read_fence(self, i: int) -> int:
        match = _FENCE.match(self._lines[i].words)
        mark = match[1] if match else "```"
        after = i + 1
        while after < len(self._lines):
            after += 1
            line = self._lines[after - 1].words.strip()
            if line.startswith(mark) and not line.strip(mark[0]):
                break
        while self._lines[after - 1].is_blank:
            after -= 1
        return self._add("code", i, after)

    def _heading_level(self, i: int) -> int:
        """Gives the level of the heading that begins at line ``i``; 0 where there is none."""
        words = self._lines[i].words
        if self._markdown and (match := _ATX.match(words)):
            return len(match[1])
        if self._is_overlined(i) or (self._rst and self._is_underlined(i)):
            over = self._lines[i].words[0] if self._is_overlined(i) else ""
            marks = over or self._lines[i + 1].words[0]
            return self._rst_levels.setdefault(over + marks, min(len(self._rst_levels) + 1, 6))
        if self._is_underlined(i):
            return 1 if self._lines[i + 1].words.strip()[0] == "=" else 2
        return self._plain_heading_level(i) if self._style == "plain" else 0

    def _is_underlined(self, i: int) -> bool:
        if i + 1 >= len(self._lines) or (i > 0 and not self._lines[i - 1].is_blank):
            return False
        words, below = self._lines[i].words.strip(), self._lines[i + 1].words
        if len(words) > _LONGEST_HEADING or "|" in words or _ITEM.match(words):
            return False
        if self._markdown:
            return bool(_SETEXT.match(below)) and not _TABLE_RULE.match(words)
        if self._rst:
            is_words = bool(words) and not _RST_UNDERLINE.match(words)
            return is_words and bool(_RST_UNDERLINE.match(below))
        return bool(_PLAIN_UNDERLINE.match(below)) and any(c.isalnum() for c in words)

    def _is_overlined(self, i: int) -> bool:
        """In reStructuredText a title may have the same rule over it as under it."""
        if not self._rst or i + 2 >= len(self._lines) or self._lines[i + 1].is_blank:
            return False
        over, title, under = (self._lines[n].words for n in (i, i + 1, i + 2))
        is_rule = bool(_RST_UNDERLINE.match(over)) and over.strip() == under.strip()
        return is_rule and not _RST_UNDERLINE.match(title.strip())

    def _plain_heading_level(self, i: int) -> int:
        """Recognises chapters, lines in capitals and a title, each alone between blank lines."""
        words = self._lines[i].words.strip()
        alone = (i == 0 or self._lines[i - 1].is_blank) and self._followed_by_blank(i)
        if not alone or len(words) > _LONGEST_HEADING:
            return 0
        if match := _CHAPTER.match(words):
            return 1 if match[1] else 2
        if _ENDS_SENTENCE.search(words) or _ITEM.match(words) or not any(map(str.isalpha, words)):
            return 0
        if not self._blocks and i + 1 < len(self._lines):
            return 1
        is_capitals = words.isupper() and sum(map(str.isalpha, words)) > 3
        return 2 if is_capitals else 0

    def _followed_by_blank(self, i: int) -> bool:
        return i + 1 >= len(self._lines) or self._lines[i + 1].is_blank

    def _is_table_row(self, i: int) -> bool:
        words = self._lines[i].words.strip()
        if words.startswith("|") and words.count("|") > 1:
            return True
        if not (" | " in words or "\t" in words) or _ITEM.match(words):
            return False
        mark = "|" if " | " in words else "\t"
        neighbours = [n for n in (i - 1, i + 1) if 0 <= n < len(self._lines)]
        return any(mark in self._lines[n].words.strip() for n in neighbours)

    def _paragraph_end(self, i: int, kind: BlockKind) -> int:
        after = i + 1
        while after < len(self._lines) and not self._lines[after].is_blank:
            if self._begins_block(after, kind):
                break
            after += 1
        return after

    def _begins_block(self, i: int, kind: BlockKind) -> bool:
        words, above = self._lines[i].words, self._lines[i - 1].words
        if self._markdown and (_FENCE.match(words) or _ATX.match(words)):
            return True
        if _ITEM.match(words) or self._is_table_row(i):
            return True
        if not self._markdown and words[:1].isspace() and not above[:1].isspace():
            return kind == "paragraph"
        is_long = len(above) > _LONG_LINE or len(words) > _LONG_LINE
        return is_long and bool(_ENDS_SENTENCE.search(above))


def blocks_of_lines(text: str, *, style: Style, start: int = 0) -> list[Block]:
    """Gives the blocks of ``text[start:]``, with ranges in ``text``."""
    return LineReader(text, style, start).read()


def _split(text: str, start: int) -> Sequence[_Line]:
    lines: list[_Line] = []
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        lines.append(_Line(start, end, text[start:end]))
        start = end + 1
    return lines

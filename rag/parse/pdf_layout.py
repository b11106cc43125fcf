"""The lines of PDF pages → headings, paragraphs, list items and table rows."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.parse.pdf_hyphens import Hyphens
from rag.parse.pdf_lines import ITEM, Line
from rag.records import BlockKind

_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"'”’)\]\d]*$")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|стр\.?)?\s*[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:of|/|von|из)\s*\d{1,4})?$", re.I
)
_DIGITS = re.compile(r"\d+")
_LARGER = 1.15  # times the size of the body: a heading
_SAME_SIZE = 0.12
_LONGEST_HEADING = 200  # characters
_LONGEST_BOLD_HEADING = 120
_NOT_A_HEADING = (".", ",", ";")
_EDGE_LINES = 3  # running headers and footers are among these


@dataclass(slots=True)
class Part:
    """A block of a page before it gets its place in the text."""

    kind: BlockKind
    words: str
    level: int = 0


@dataclass(slots=True)
class PageParts:
    """A page's body, and the running headers and footers above and below it."""

    body: list[Part] = field(default_factory=list)
    above: list[Part] = field(default_factory=list)
    below: list[Part] = field(default_factory=list)


def lay_out(pages: Sequence[list[Line]], hyphens: Hyphens) -> list[PageParts]:
    """Tells blocks apart by place and size; gives the parts of each page, in order."""
    sizes: Counter[float] = Counter()
    bold = 0
    for line in (line for lines in pages for line in lines):
        sizes[round(line.size, 1)] += len(line.words)
        bold += len(line.words) * line.is_bold
    style = _Style(sizes, bold, hyphens)
    running = _running_keys(pages)
    return [_page_parts(lines, style, running) for lines in pages]


class _Style:
    """What the document's body looks like, and so what stands out as a heading."""

    def __init__(self, sizes: Counter[float], bold: int, hyphens: Hyphens) -> None:
        self.hyphens = hyphens
        self.body = sizes.most_common(1)[0][0] if sizes else 0.0
        self.bold_stands_out = bold * 2 < sum(sizes.values())
        larger = sorted({s for s in sizes if s >= self.body * _LARGER}, reverse=True)
        self._levels = {size: min(i + 1, 5) for i, size in enumerate(_merged(larger))}

    def is_large(self, lines: list[Line]) -> bool:
        """Says whether the lines are larger than the body."""
        return max(line.size for line in lines) >= self.body * _LARGER

    def heading_level(self, lines: list[Line]) -> int:
        """Gives the level, 1 to 6, of the heading that the lines are; 0 where they are none."""
        words = " ".join(line.words for line in lines)
        size = max(line.size for line in lines)
        if len(words) > _LONGEST_HEADING or len(lines) > 3 or not any(map(str.isalpha, words)):
            return 0
        if self.is_large(lines):
            return min((abs(size - s), level) for s, level in self._levels.items())[1]
        is_bold = self.bold_stands_out and all(line.is_bold for line in lines)
        if is_bold and len(words) <= _LONGEST_BOLD_HEADING and not words.endswith(_NOT_A_HEADING):
            return min(len(self._levels) + 1, 6)
        return 0


def _merged(sizes: list[float]) -> list[float]:
    """Leaves out sizes that differ from a larger one by less than a twentieth."""
    kept: list[float] = []
    for size in sizes:
        if not kept or size < kept[-1] * 0.95:
            kept.append(size)
    return kept


# Running headers and footers.


def _running_keys(pages: Sequence[list[Line]]) -> frozenset[str]:
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update({_key(line) for line in _edge_lines(lines)})
    least = max(3, len(pages) // 6)  # the chapters of a book have each their own
    return frozenset(key for key, count in counts.items() if count >= least)


def _key(line: Line) -> str:
    return _DIGITS.sub("#", line.words.lower())


def _edge_lines(lines: list[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: -line.top)
    return by_height[:_EDGE_LINES] + by_height[_EDGE_LINES:][-_EDGE_LINES:]


def _page_parts(lines: list[Line], style: _Style, running: frozenset[str]) -> PageParts:
    parts = PageParts()
    if not lines:
        return parts
    by_height = sorted(lines, key=lambda line: -line.top)
    edge = {id(line) for line in _edge_lines(lines) if _key(line) in running}
    edge |= {id(li) for li in (by_height[0], by_height[-1]) if _PAGE_NUMBER.match(li.words)}
    if len(edge) == len(lines):
        edge = set()
    middle = (by_height[0].top + by_height[-1].bottom) / 2
    for line in lines:
        if id(line) in edge:
            side = parts.above if line.bottom > middle else parts.below
            kind: BlockKind = "table_row" if line.is_row else "paragraph"
            side.append(Part(kind, _row_words(line, style)))
    parts.body = _body([line for line in lines if id(line) not in edge], style)
    return parts


# Paragraphs.


def _body(lines: list[Line], style: _Style) -> list[Part]:
    leading = _leading(lines)
    parts: list[Part] = []
    group: list[Line] = []
    for i, line in enumerate(lines):
        if _is_row(lines, i):
            _end_group(parts, group, lines, style)
            parts.append(Part("table_row", _row_words(line, style)))
            group = []
        elif group and _joins(group, line, leading):
            group.append(line)
        else:
            _end_group(parts, group, lines, style)
            group = [line]
    _end_group(parts, group, lines, style)
    return parts


def _row_words(line: Line, style: _Style) -> str:
    cells = (functools.reduce(style.hyphens.join, c.words.split("\n")) for c in line.cells)
    return "\t".join(cells).strip()


def _end_group(parts: list[Part], group: list[Line], lines: list[Line], style: _Style) -> None:
    if not group:
        return
    words = functools.reduce(style.hyphens.join, (li.words.replace("\t", " ") for li in group))
    level = style.heading_level(group)
    if level and (style.is_large(group) or _is_heading_place(group, lines)):
        parts.append(Part("heading", words, level))
    else:
        parts.append(Part("list_item" if ITEM.match(words) else "paragraph", words))


def _leading(lines: list[Line]) -> float:
    """Gives the usual distance in points from one line to the next."""
    steps = [
        round(above.bottom - below.bottom, 1)
        for above, below in itertools.pairwise(lines)
        if 0.4 * above.size < above.bottom - below.bottom < 2.6 * above.size
    ]
    return Counter(steps).most_common(1)[0][0] if steps else 0.0


def _is_heading_place(group: list[Line], lines: list[Line]) -> bool:
    """A bold heading begins where the text does; the bold heads of a table stand further right."""
    lefts = Counter(round(line.left) for line in lines if len(line.cells) == 1)
    usual = sorted(left for left, _ in lefts.most_common(3))
    return any(abs(group[0].left - left) <= group[0].size for left in usual)


def _is_row(lines: list[Line], i: int) -> bool:
    """Several cells are a table's row beside another such line, or where they are three."""
    if lines[i].is_row:
        return True
    if len(lines[i].cells) < 2 or ITEM.match(lines[i].words.replace("\t", " ")):
        return False
    neighbours = [n for n in (i - 1, i + 1) if 0 <= n < len(lines)]
    return len(lines[i].cells) > 2 or any(len(lines[n].cells) > 1 for n in neighbours)


def _joins(group: list[Line], line: Line, leading: float) -> bool:
    above = group[-1]
    if ITEM.match(line.words.replace("\t", " ")) or (
        above.is_bold != line.is_bold and len(group) == 1
    ):
        return False
    if abs(line.size - above.size) > _SAME_SIZE * above.size:
        return False
    step = above.bottom - line.bottom
    goes_on = line.words[:1].islower() and not _ENDS_SENTENCE.search(above.words)
    if step <= 0.3 * above.size:
        return goes_on or abs(step) <= 0.3 * above.size  # next column, or more of the same line
    is_larger = above.size > leading  # a heading's lines stand further apart than the body's
    if step > max(leading * 1.2, above.size * (1.45 if is_larger else 1.05)):
        return False
    if line.left > above.right or above.left > line.right:
        return False
    return goes_on or not (_ended_early(group, line) or _is_indented(group, line))


def _ended_early(group: list[Line], line: Line) -> bool:
    """Says whether the next line's first word would have fitted on the line before it."""
    above = group[-1]
    width = (line.right - line.left) / max(len(line.words), 1)
    column = max(line.right, *(member.right for member in group))
    return above.right + width * (len(line.words.split(maxsplit=1)[0]) + 2) < column


def _is_indented(group: list[Line], line: Line) -> bool:
    if ITEM.match(group[0].words) or not _ENDS_SENTENCE.search(group[-1].words):
        return False
    return line.left > group[-1].left + 0.7 * line.size

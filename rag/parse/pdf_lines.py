"""The characters of a PDF page → its lines, each with its place and its cells."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from rag.parse.clean import clean_words
from rag.parse.pdf_rules import Rule

ITEM = re.compile(r"(?:[•◦▪‣●■○–*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_CELL_GAP = 1.5  # times the height of the letters; spaces between words are under one
_PART_GAP = 0.7  # likewise; spaces in justified lines may be wider
_HYPHENS = (0x2, 0xFFFE)  # how pdfium writes the hyphen at the end of a line
_SAMPLED_LETTERS = 200

# The space after a Latin word in an Arabic or Hebrew line stands to its right, as all of the word
# does, and so seems to stand before it.
_SPACE_BEFORE_LATIN = re.compile(
    r"(?<=[\u0590-\u08ff]) ([A-Za-z0-9.+-]+(?: [A-Za-z0-9.+-]+)*)(?=[\u0590-\u08ff])"
)
_WRITTEN = {0x17F: "s"}  # pdfium takes the ligature of long s and t apart, but keeps the long s

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points as the page is seen


@dataclass(slots=True)
class Cell:
    """Words of one line without a wide gap or a rule between them; or of all lines of a cell."""

    words: str
    left: float
    right: float
    parts: tuple[Cell, ...] = ()
    """What gaps too wide for a space and too narrow for a cell take it into, if there are any."""
    runs: tuple[range, ...] = ()
    """Where its letters stand among the characters of the page, a range for each line or more."""


@dataclass(slots=True)
class Line:
    """A line as it is seen, or a row of a table, whose cells may have several lines each.

    Attributes:
        size: the height of its letters in points.
    """

    cells: list[Cell]
    bottom: float
    top: float
    size: float
    is_bold: bool = False
    is_row: bool = False
    words: str = field(init=False)

    def __post_init__(self) -> None:
        self.words = "\t".join(cell.words for cell in self.cells)

    @property
    def left(self) -> float:
        return min(cell.left for cell in self.cells)

    @property
    def right(self) -> float:
        return max(cell.right for cell in self.cells)


class Unseen(Protocol):
    """Knows which characters of a page nobody sees."""

    def takes(self, index: int, letter: str, box: Box | None) -> bool:
        """Says whether a character is left out, and keeps it if so; ``box`` is None for a space."""


def read_lines(
    text_page: Any,
    rotation: int = 0,
    rules: Sequence[Rule] = (),
    unseen: Unseen | None = None,
) -> list[Line]:
    """Reads a page's lines in the order in which the file writes them.

    Args:
        text_page: a ``pypdfium2.PdfTextPage``.
        rotation: quarter turns against the clock of its letters (``usual_turn``).
        rules: the upright ones, which part cells.
        unseen: tells what is left out, and is told it.
    """
    characters: list[tuple[int, int]] = []
    lines: list[Line] = []

    def end_line() -> None:
        lines.extend(_line(text_page, characters, rotation, rules, unseen))
        characters.clear()

    for index, code in _codes(text_page):
        if code in (10, 13):
            end_line()
        else:
            characters.append((index, code))
            if code in _HYPHENS:  # pdfium leaves out the line break after it
                end_line()
    end_line()
    return _upright(lines)


def usual_turn(text_page: Any) -> int:
    """Gives the quarter turns against the clock of most letters, told from a sample of them."""
    from pypdfium2 import raw

    indices = [index for index, code in _codes(text_page) if code > 32]
    sample = indices[:: max(len(indices) // _SAMPLED_LETTERS, 1)]
    angles = (raw.FPDFText_GetCharAngle(text_page, index) for index in sample)
    turns = Counter(round(-angle / (math.pi / 2)) % 4 for angle in angles)
    return turns.most_common(1)[0][0] if turns else 0


def _upright(lines: list[Line]) -> list[Line]:
    """Turns round the lines of a page whose file writes them from the bottom to the top."""
    steps = [above.bottom - below.bottom for above, below in itertools.pairwise(lines)]
    if steps and all(step < 0 for step in steps):
        return lines[::-1]
    return lines


def _codes(text_page: Any) -> Iterator[tuple[int, int]]:
    from pypdfium2 import raw

    for index in range(raw.FPDFText_CountChars(text_page)):
        code = int(raw.FPDFText_GetUnicode(text_page, index))
        if code:
            yield index, code


def _line(
    text_page: Any,
    characters: list[tuple[int, int]],
    rotation: int,
    rules: Sequence[Rule],
    unseen: Unseen | None,
) -> Iterator[Line]:
    """Yields the line of these characters (index, code), if there are words in it."""
    seen: list[tuple[int, str, Box | None]] = []
    for index, code in characters:
        letter = _letter(code)
        box = None if letter.isspace() else _box(text_page, index, rotation)
        if unseen and unseen.takes(index, letter, box):
            continue
        seen.append((index, letter, box))
    placed = [box for _, _, box in seen if box]
    if not placed:
        return
    size = sorted(box[3] - box[1] for box in placed)[len(placed) // 2]
    bottom, top = min(b[1] for b in placed), max(b[3] for b in placed)
    cells = _cells(seen, size, [r.at for r in rules if r.covers((bottom + top) / 2)])
    if cells:
        yield Line(cells, bottom, top, size, _is_bold(text_page, characters))


def _letter(code: int) -> str:
    return "-" if code in _HYPHENS else _WRITTEN.get(code, chr(code))


def letters_of(text_page: Any, cell: Cell) -> list[list[tuple[int, str]]]:
    """Gives the letters of each of a cell's runs, with their places among the page's characters.

    Gives none where they are not exactly those of ``cell.words``, white space aside.
    """
    runs = [_letters_in(text_page, run) for run in cell.runs]
    words = "".join(letter for run in runs for _, letter in run)
    return runs if words == "".join(cell.words.split()) else []


def _letters_in(text_page: Any, run: range) -> list[tuple[int, str]]:
    from pypdfium2 import raw

    found: list[tuple[int, str]] = []
    for index in run:
        letter = _letter(int(raw.FPDFText_GetUnicode(text_page, index)))
        if found and "\ud800" <= found[-1][1] <= "\udbff" and "\udc00" <= letter <= "\udfff":
            pair = (found[-1][1] + letter).encode("utf-16", "surrogatepass").decode("utf-16")
            found[-1] = (found[-1][0], pair)
        elif letter != "\0" and not letter.isspace():
            found.append((index, letter))
    return [(index, letter) for index, letter in found if clean_words(letter)]


def _box(text_page: Any, index: int, rotation: int) -> Box:
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text_page, index, rect)
    return turn_box((rect.left, rect.bottom, rect.right, rect.top), rotation)


def turn_box(box: Box, rotation: int) -> Box:
    """Gives a box of a page as it is seen after so many quarter turns."""
    left, bottom, right, top = box
    turned: tuple[Box, ...] = (
        (left, bottom, right, top),
        (bottom, -right, top, -left),
        (-right, -top, -left, -bottom),
        (-top, left, -bottom, right),
    )
    return turned[rotation % 4]


def _cells(
    seen: list[tuple[int, str, Box | None]], size: float, rules: Sequence[float] = ()
) -> list[Cell]:
    cells: list[list[_Part]] = []
    right = 0.0
    before = -1
    for index, letter, box in seen:
        skips = index != before + 1  # over what nobody sees
        before = index
        if box is None:
            if cells:
                cells[-1][-1].letters.append(" ")
            continue
        if not cells or _are_apart(right, box[0], size, rules):
            cells.append([_Part([], box[0], box[2])])
        elif box[0] - right > _PART_GAP * size:
            cells[-1].append(_Part([], box[0], box[2]))
        part = cells[-1][-1]
        part.letters.append(letter)
        part.left, part.right = min(part.left, box[0]), max(part.right, box[2])
        if skips or not part.runs:
            part.runs.append(range(index, index + 1))
        part.runs[-1] = range(part.runs[-1].start, index + 1)
        right = max(part.right for part in cells[-1])
    return [cell for parts in cells if (cell := _join_parts(parts)).words]


@dataclass(slots=True)
class _Part:
    letters: list[str]
    left: float
    right: float
    runs: list[range] = field(default_factory=list)


def _are_apart(right: float, left: float, size: float, rules: Sequence[float]) -> bool:
    """Says whether what ends and begins at these places is of two cells."""
    slack = size / 5  # letters may touch a rule
    is_ruled = any(right - slack <= at <= left + slack for at in rules)
    return left - right > _CELL_GAP * size or (is_ruled and left > right - slack)


def _join_parts(parts: list[_Part]) -> Cell:
    left, right = min(part.left for part in parts), max(part.right for part in parts)
    cells = [Cell(_written(p.letters), p.left, p.right, runs=tuple(p.runs)) for p in parts]
    kept = tuple(cell for cell in cells if cell.words)
    words = _written([letter for part in parts for letter in part.letters])
    runs = tuple(run for part in parts for run in part.runs)
    return Cell(words, left, right, kept if len(kept) > 1 else (), runs)


def _written(letters: list[str]) -> str:
    joined = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _SPACE_BEFORE_LATIN.sub(r"\1 ", clean_words(joined))


def _is_bold(text_page: Any, characters: list[tuple[int, int]]) -> bool:
    """Says whether the first and the last letter are of a bold font."""
    from pypdfium2 import raw

    letters = [index for index, code in characters if not chr(code).isspace()]
    buffer = ctypes.create_string_buffer(128)
    for index in (letters[0], letters[-1]):
        raw.FPDFText_GetFontInfo(text_page, index, buffer, 128, None)
        name = buffer.value.lower()
        if b"bold" not in name and b"black" not in name:
            return False
    return True

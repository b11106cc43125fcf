"""The characters of a PDF page → its lines, each with its place and its cells."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.parse.clean import clean_words

_CELL_GAP = 1.5  # times the height of the letters; spaces between words are under one
_HYPHENS = (0x2, 0xFFFE)  # how pdfium writes the hyphen at the end of a line
_SAMPLED_LETTERS = 200
_LEAST_COLUMN_LINES = 6
_LEAST_COLUMN_CHARACTERS = 18  # on average; the cells of a table are shorter

# The space after a Latin word in an Arabic or Hebrew line stands to its right, as all of the word
# does, and so seems to stand before it.
_SPACE_BEFORE_LATIN = re.compile(
    r"(?<=[\u0590-\u08ff]) ([A-Za-z0-9.+-]+(?: [A-Za-z0-9.+-]+)*)(?=[\u0590-\u08ff])"
)
_WRITTEN = {0x17F: "s"}  # pdfium takes the ligature of long s and t apart, but keeps the long s

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points as the page is seen


@dataclass(slots=True)
class Cell:
    """Words of one line without a wide gap between them.

    ``first`` and ``last`` are the places of its letters among the characters of the page.
    """

    words: str
    left: float
    right: float
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class Line:
    """A line as it is seen: ``size`` is the height of its letters in points."""

    cells: list[Cell]
    bottom: float
    top: float
    size: float
    is_bold: bool = False
    words: str = field(init=False)

    def __post_init__(self) -> None:
        self.words = "\t".join(cell.words for cell in self.cells)

    @property
    def left(self) -> float:
        return min(cell.left for cell in self.cells)

    @property
    def right(self) -> float:
        return max(cell.right for cell in self.cells)


def read_lines(text_page: Any) -> list[Line]:
    """Reads a page's lines in reading order, whichever way round they stand on it.

    Args:
        text_page: a ``pypdfium2.PdfTextPage``.
    """
    characters: list[tuple[int, int]] = []
    lines: list[Line] = []
    codes = list(_codes(text_page))
    rotation = _usual_turn(text_page, [index for index, code in codes if code > 32])
    for index, code in codes:
        if code in (10, 13):
            lines.extend(_line(text_page, characters, rotation))
            characters = []
        else:
            characters.append((index, code))
            if code in _HYPHENS:  # pdfium leaves out the line break after it
                lines.extend(_line(text_page, characters, rotation))
                characters = []
    lines.extend(_line(text_page, characters, rotation))
    return by_columns(_upright(lines))


def _usual_turn(text_page: Any, indices: Sequence[int]) -> int:
    """Gives the quarter turns against the clock of most letters, told from a sample of them."""
    from pypdfium2 import raw

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


def _line(text_page: Any, characters: list[tuple[int, int]], rotation: int) -> Iterator[Line]:
    """Yields the line of these characters (index, code), if there are words in it."""
    seen: list[tuple[int, str, Box | None]] = []
    for index, code in characters:
        letter = _letter(code)
        seen.append((index, letter, None if letter.isspace() else _box(text_page, index, rotation)))
    boxes = sorted(box[3] - box[1] for _, _, box in seen if box)
    if not boxes:
        return
    size = boxes[len(boxes) // 2]
    cells = _cells(seen, size)
    if cells:
        placed = [box for _, _, box in seen if box]
        bottom, top = min(b[1] for b in placed), max(b[3] for b in placed)
        yield Line(cells, bottom, top, size, _is_bold(text_page, characters))


def _letter(code: int) -> str:
    return "-" if code in _HYPHENS else _WRITTEN.get(code, chr(code))


def letters_of(text_page: Any, cell: Cell) -> list[tuple[int, str]]:
    """Gives the letters of a cell's words, each with its place among the page's characters.

    Gives none where they are not exactly those of ``cell.words``, white space aside.
    """
    from pypdfium2 import raw

    found: list[tuple[int, str]] = []
    for index in range(cell.first, cell.last + 1):
        letter = _letter(int(raw.FPDFText_GetUnicode(text_page, index)))
        if found and "\ud800" <= found[-1][1] <= "\udbff" and "\udc00" <= letter <= "\udfff":
            pair = (found[-1][1] + letter).encode("utf-16", "surrogatepass").decode("utf-16")
            found[-1] = (found[-1][0], pair)
        elif letter != "\0" and not letter.isspace():
            found.append((index, letter))
    kept = [(index, letter) for index, letter in found if clean_words(letter)]
    words = "".join(letter for _, letter in kept)
    return kept if words == "".join(cell.words.split()) else []


def _box(text_page: Any, index: int, rotation: int) -> Box:
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text_page, index, rect)
    left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
    turned: tuple[Box, ...] = (
        (left, bottom, right, top),
        (bottom, -right, top, -left),
        (-right, -top, -left, -bottom),
        (-top, left, -bottom, right),
    )
    return turned[rotation % 4]


def _cells(seen: list[tuple[int, str, Box | None]], size: float) -> list[Cell]:
    cells: list[Cell] = []
    letters: list[str] = []
    left = right = 0.0
    first = last = 0
    for index, letter, box in seen:
        if box is None:
            letters.append(" ")
            continue
        if letters and right and box[0] - right > _CELL_GAP * size:
            _end_cell(cells, letters, left, right, first, last)
            letters, left, right, first = [], box[0], box[2], index
        elif not right:
            left, right, first = box[0], box[2], index
        letters.append(letter)
        left, right, last = min(left, box[0]), max(right, box[2]), index
    _end_cell(cells, letters, left, right, first, last)
    return cells


def _end_cell(
    cells: list[Cell], letters: list[str], left: float, right: float, first: int, last: int
) -> None:
    joined = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if words := _SPACE_BEFORE_LATIN.sub(r"\1 ", clean_words(joined)):
        cells.append(Cell(words, left, right, first, last))


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


# Columns that the file writes line by line across the page.


def by_columns(lines: list[Line]) -> list[Line]:
    """Puts lines that run across two columns into the order in which people read them."""
    ordered: list[Line] = []
    i = 0
    while i < len(lines):
        run = _column_run(lines, i)
        if len(run) < _LEAST_COLUMN_LINES or not _reads_as_columns(run):
            ordered.extend(run or [lines[i]])
        else:
            for side in (0, 1):
                ordered.extend(_side(line, side) for line in run)
        i += len(run) or 1
    return ordered


def _column_run(lines: list[Line], i: int) -> list[Line]:
    """Gives the lines from ``i`` on that have two cells with one gutter through all of them."""
    run: list[Line] = []
    gutter_left, gutter_right = float("-inf"), float("inf")
    for line in lines[i:]:
        if len(line.cells) != 2:
            break
        gutter_left = max(gutter_left, line.cells[0].right)
        gutter_right = min(gutter_right, line.cells[1].left)
        if gutter_left >= gutter_right:
            break
        run.append(line)
    return run


def _reads_as_columns(run: list[Line]) -> bool:
    return all(
        sum(len(line.cells[side].words) for line in run) >= _LEAST_COLUMN_CHARACTERS * len(run)
        for side in (0, 1)
    )


def _side(line: Line, side: int) -> Line:
    return Line([line.cells[side]], line.bottom, line.top, line.size, line.is_bold)

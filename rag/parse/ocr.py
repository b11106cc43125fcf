"""Text recognition (OCR) for pages that are pictures, where RapidOCR is installed."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Any

from rag.parse.clean import clean_words
from rag.parse.pdf_columns import by_columns
from rag.parse.pdf_lines import Cell, Line

SECONDS = 40  # for all pages of a file, so that one with many pictures keeps the text of the others
_DOTS_PER_INCH = 200
_LONGEST_SIDE = 2_200  # pixels of a page's picture: a sheet of A4, and no poster
_SHORTEST_SIDE = 32
_LIKE_MEDIAN = 0.3  # a line's height is measured no better than so
# Small enough for the 1 GiB that a file may take; larger ones recognise no better.
_ENGINE = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Det.limit_type": "max",
    "Det.limit_side_len": 960,
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


@dataclass(frozen=True, slots=True)
class Word:
    """Words that were recognised, and where: in pixels, from the top of the picture."""

    words: str
    left: float
    top: float
    right: float
    bottom: float


def is_installed() -> bool:
    """Whether scanned pages can be read here."""
    return find_spec("rapidocr") is not None


class PageRecogniser:
    """Reads pictures of pages until its time is over."""

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS

    def read(self, page: Any) -> list[Line] | None:
        """Gives the lines of a ``pypdfium2.PdfPage``, or None where no time is left for it."""
        if time.monotonic() > self._end:
            return None
        scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(*page.get_size(), 1))
        if min(page.get_size()) * scale < _SHORTEST_SIDE:
            return []
        picture = page.render(scale=scale).to_numpy()
        return lines_of_words(recognise(picture), picture.shape[0], scale)


def recognise(picture: Any) -> list[Word]:
    """Finds the words of a picture, an array of rows, columns and colours."""
    found = _engine()(picture)
    if found.boxes is None:
        return []
    return [
        Word(clean_words(words), *map(float, (*box.min(axis=0), *box.max(axis=0))))
        for words, box in zip(found.txts, found.boxes, strict=True)
        if clean_words(words)
    ]


@functools.cache
def _engine() -> Any:
    import rapidocr

    return rapidocr.RapidOCR(params=_ENGINE)


def lines_of_words(words: Iterable[Word], height: float, scale: float) -> list[Line]:
    """Puts words that stand side by side into lines, in reading order, in points."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.top):
        row = rows[-1] if rows else []
        middle = (word.top + word.bottom) / 2
        if row and all(other.top < middle < other.bottom for other in row):
            row.append(word)
        else:
            rows.append([word])
    usual = median(word.bottom - word.top for row in rows for word in row) if rows else 0.0
    return by_columns([_line(row, height, scale, usual) for row in rows])


def _line(row: list[Word], height: float, scale: float, usual: float) -> Line:
    row.sort(key=lambda word: word.left)
    size = max(word.bottom - word.top for word in row)
    if abs(size - usual) <= _LIKE_MEDIAN * usual:
        size = usual
    bottom = max(word.bottom for word in row)
    cells = [Cell(word.words, word.left / scale, word.right / scale) for word in row]
    # All lines of one size stand as high, so that the steps between them tell paragraphs.
    return Line(cells, (height - bottom) / scale, (height - bottom + size) / scale, size / scale)

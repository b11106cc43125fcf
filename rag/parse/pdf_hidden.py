"""What nobody sees of a PDF page's text: invisible, of the colour of the paper, tiny, or beside it.

Text recognition lays invisible text over the picture of a scanned page; that is the page's own
text. Pale letters are looked at on a picture of the page: white on a dark bar is seen.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from typing import Any

from rag.parse.clean import clean_words
from rag.parse.pdf_lines import Box, turn_box
from rag.parse.pdf_rules import Drawn, matrix_of, times

SECONDS = 10.0  # for the pictures of all pages of a file; afterwards pale letters are taken as seen
_INVISIBLE = 3  # the text rendering mode, ISO 32000-1, table 106
_TINIEST = 1.5  # points of a sheet of A4, on smaller pages in proportion
_A4_HEIGHT = 842.0
_PALE = 0xC0  # of 255: the darkest of the three colours of letters that may be lost on paper
_THIN = 64  # of 255: an opacity at which letters may be lost
_CONTRAST = 10  # of 255: between the letters and what is around them
_SCANNED_SHARE = 0.5  # of the page, which pictures cover, and of its texts, which are invisible
_LONGEST_SIDE = 1_600  # pixels


class PageSight:
    """Tells what is not seen of one page, and collects it in ``words``."""

    def __init__(
        self, page: Any, text_page: Any, objects: Sequence[Drawn], rotation: int, until: float
    ) -> None:
        """``until`` is when, by ``time.monotonic``, no more pictures of pages are made."""
        self._text_page = text_page
        self._frame = turn_box(page.get_bbox(), rotation)
        width, height = page.get_size()
        self._tiniest = _TINIEST * min(max(width, height) / _A4_HEIGHT, 1)
        invisible, pale = _suspects(objects, width * height)
        self._indices = _characters_of(text_page, invisible)
        if pale and time.monotonic() < until:
            self._indices |= _lost(page, text_page, _characters_of(text_page, pale))
        self._letters: list[str] = []

    @property
    def words(self) -> str:
        """What was left out."""
        return clean_words("".join(self._letters))

    def takes(self, index: int, letter: str, box: Box | None) -> bool:
        """Says whether a character is left out, and keeps it if so."""
        if box is None:
            self._letters.append(" ")
            return False
        if index in self._indices or self._is_outside(box) or self._is_tiny(index, box):
            self._letters.append(letter)
            return True
        return False

    def _is_outside(self, box: Box) -> bool:
        left, bottom, right, top = self._frame
        return box[2] <= left or box[0] >= right or box[3] <= bottom or box[1] >= top

    def _is_tiny(self, index: int, box: Box) -> bool:
        if max(box[3] - box[1], box[2] - box[0]) >= self._tiniest:
            return False
        left, right, bottom, top = _tight_box(self._text_page, index)
        return bool(max(top - bottom, right - left) < self._tiniest)


def _suspects(objects: Sequence[Drawn], area: float) -> tuple[set[int], set[int]]:
    """Gives the addresses of the texts that are invisible, and of those in a pale colour."""
    from pypdfium2 import raw

    invisible: set[int] = set()
    pale: set[int] = set()
    texts = 0
    covered = 0.0
    colour = [ctypes.c_uint() for _ in range(4)]
    for kind, drawn, matrix in objects:
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            a, b, c, d, _, _ = times(matrix_of(drawn), matrix)
            covered += abs(a * d - b * c)
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
            if raw.FPDFTextObj_GetTextRenderMode(drawn) == _INVISIBLE:
                invisible.add(_address(drawn))
            elif raw.FPDFPageObj_GetFillColor(drawn, *colour):
                *channels, opacity = (value.value for value in colour)
                if min(channels) >= _PALE or opacity <= _THIN:
                    pale.add(_address(drawn))
    is_scan = covered >= _SCANNED_SHARE * area and len(invisible) >= _SCANNED_SHARE * texts
    return (set() if is_scan else invisible), pale


def _address(drawn: Any) -> int:
    return ctypes.cast(drawn, ctypes.c_void_p).value or 0


def _characters_of(text_page: Any, texts: set[int]) -> set[int]:
    from pypdfium2 import raw

    if not texts:
        return set()
    return {
        index
        for index in range(raw.FPDFText_CountChars(text_page))
        if _address(raw.FPDFText_GetTextObject(text_page, index)) in texts
    }


def _tight_box(text_page: Any, index: int) -> tuple[float, float, float, float]:
    """Gives left, right, bottom and top of the ink of a character."""
    from pypdfium2 import raw

    sides = [ctypes.c_double() for _ in range(4)]
    raw.FPDFText_GetCharBox(text_page, index, *sides)
    left, right, bottom, top = (side.value for side in sides)
    return left, right, bottom, top


def _lost(page: Any, text_page: Any, indices: set[int]) -> set[int]:
    """Gives those characters that a picture of the page shows in one colour with the ground."""
    from pypdfium2 import raw

    scale = min(2.0, _LONGEST_SIDE / max(*page.get_size(), 1))
    if scale < 0.5:
        return set()
    picture = page.render(scale=scale).to_numpy()
    height, width = picture.shape[:2]
    lost: set[int] = set()
    x, y = ctypes.c_int(), ctypes.c_int()
    for index in indices:
        left, right, bottom, top = _tight_box(text_page, index)
        corners = []
        for corner in ((left, bottom), (right, top)):
            raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, *corner, x, y)
            corners.append((x.value, y.value))
        (x0, y0), (x1, y1) = corners
        rows = slice(max(min(y0, y1) - 1, 0), max(y0, y1) + 2)
        columns = slice(max(min(x0, x1) - 1, 0), max(x0, x1) + 2)
        ink = picture[rows, columns]
        if ink.size and int((ink.max(axis=(0, 1)) - ink.min(axis=(0, 1))).max()) < _CONTRAST:
            lost.add(index)
    return lost

"""The process that opens PDFs: draws a page, or says where its letters stand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from rag.errors import PageUnavailable
from rag.isolate.wire import Message
from rag.isolate.worker import serve_requests
from rag.pages.layout import MOST_LETTERS, WHOLE, take_apart
from rag.parse.pdf_lines import Line, letters_of
from rag.parse.pdf_pages import order_lines

MOST_PIXELS = 16_000_000  # of a picture: 48 MB while it is drawn
TALLEST = 12_000  # pixels
QUALITY = 88  # of the JPEG: small, and ten times as quick as PNG
SIGHT_SECONDS = 2.0  # at most, for telling what nobody sees of a page
_FINE = 1 << 20  # how finely a page is divided to learn how it is turned


def main() -> None:
    serve_requests(handle)


def handle(facts: dict[str, Any], _data: bytes) -> Message:
    """Answers one request: ``do`` is ``draw`` or ``read``."""
    with _page(facts["path"], facts["number"]) as (document, page):
        if facts["do"] == "draw":
            return {"outcome": "drawn"}, draw(page, facts["width"])
        described, places = read(document, page)
        return {"outcome": "read", **described}, places


@contextmanager
def _page(path: str, number: int) -> Iterator[tuple[Any, Any]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        try:
            if not 1 <= number <= len(document):
                raise PageUnavailable(f"There is no page {number} in this file.")
            page = document[number - 1]
            try:
                yield document, page
            finally:
                page.close()
        finally:
            document.close()
    except (pypdfium2.PdfiumError, OSError) as error:
        raise PageUnavailable(
            f"The file is damaged at page {number}, which cannot be drawn; its text is under Text."
        ) from error


def draw(page: Any, width: int) -> bytes:
    """Gives the page as a JPEG of so many pixels across, or fewer where it were too large."""
    wide, high = page.get_size()
    if wide <= 0 or high <= 0:
        raise PageUnavailable("This page has no size, so there is nothing to draw.")
    width = min(width, int((MOST_PIXELS * wide / high) ** 0.5), int(TALLEST * wide / high))
    picture = page.render(scale=max(width, 1) / wide, rev_byteorder=True).to_pil()
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def read(document: Any, page: Any) -> tuple[dict[str, Any], bytes]:
    """Gives size and letters of the page, as ``layout.take_apart`` does."""
    size = page.get_size()
    text_page = page.get_textpage()
    try:
        if text_page.count_chars() > MOST_LETTERS:
            return take_apart(len(document), size, [], [])
        lines, _ = order_lines(page, text_page, time.monotonic() + SIGHT_SECONDS)
        cells, places = _letters(page, text_page, lines)
    finally:
        text_page.close()
    return take_apart(len(document), size, cells, places)


def _letters(
    page: Any, text_page: Any, lines: list[Line]
) -> tuple[list[tuple[str, bool]], list[int]]:
    from pypdfium2 import raw

    seen = _Seen(page)
    cells: list[tuple[str, bool]] = []
    places: list[int] = []
    rect = raw.FS_RECTF()
    for line in lines:
        for cell in line.cells:
            runs = [run for run in letters_of(text_page, cell) if run]
            for run in runs:
                for index, _ in run:
                    raw.FPDFText_GetLooseCharBox(text_page, index, rect)
                    places += seen.place(rect.left, rect.bottom, rect.right, rect.top)
                words = "".join(letter for _, letter in run)
                ends_line = run is not runs[-1] or cell is line.cells[-1]
                cells.append((words, ends_line))
    return cells, places


class _Seen:
    """Turns a place on the page into one on its picture, which is cropped and turned."""

    def __init__(self, page: Any) -> None:
        (self._x, self._y), (ax, ay), (bx, by) = (
            _to_picture(page, *point) for point in ((0, 0), (1000, 0), (0, 1000))
        )
        self._across = (ax - self._x) / 1000, (ay - self._y) / 1000
        self._up = (bx - self._x) / 1000, (by - self._y) / 1000

    def place(self, left: float, bottom: float, right: float, top: float) -> list[int]:
        """Gives left, top, right and bottom on the picture, of ``WHOLE`` each."""
        one, other = self._point(left, bottom), self._point(right, top)
        (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return [max(0, min(WHOLE, round(share * WHOLE))) for share in (left, top, right, bottom)]

    def _point(self, x: float, y: float) -> tuple[float, float]:
        across, up = self._across, self._up
        return self._x + x * across[0] + y * up[0], self._y + x * across[1] + y * up[1]


def _to_picture(page: Any, x: float, y: float) -> tuple[float, float]:
    import ctypes

    from pypdfium2 import raw

    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, across, down)
    return across.value / _FINE, down.value / _FINE

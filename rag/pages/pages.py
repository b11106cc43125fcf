"""Pages that were asked for, remembered for those who ask next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from rag.errors import PageUnavailable
from rag.pages.layout import PageLayout
from rag.pages.process import PageProcess

WIDTHS = (480, 800, 1_200, 1_800, 2_600)  # pixels across a picture; few, so that many share one
REMEMBERED_BYTES = 64 * 1024**2  # of pictures: some 200 pages
REMEMBERED_LETTERS = 2_000_000  # of layouts: some 700 pages, in 24 MB

Original = Callable[[], Path | None]
"""Gives the file a document was made from, or None where it is gone."""

T = TypeVar("T")


def width_for(pixels: int) -> int:
    """Gives the width of ``WIDTHS`` that is wide enough, or the widest."""
    return next((width for width in WIDTHS if width >= pixels), WIDTHS[-1])


class PdfPages:
    """The pages of PDF documents, from any thread.

    Nothing is kept on disk, so that nothing of a removed document is left there.
    """

    def __init__(self, process: PageProcess) -> None:
        self._process = process
        self._drawing = threading.Lock()
        self._pictures: _Remembered[bytes] = _Remembered(REMEMBERED_BYTES, len)
        self._layouts: _Remembered[PageLayout] = _Remembered(
            REMEMBERED_LETTERS, lambda layout: len(layout.letters) + 500
        )

    def close(self) -> None:
        """Ends the process that draws."""
        self._process.close()

    def picture(self, document_id: str, number: int, width: int, original: Original) -> bytes:
        """Gives a page (from 1) as a JPEG, ``width_for(width)`` pixels wide.

        Raises:
            PageUnavailable: it cannot be drawn, or the file is gone.
            LibraryError: the process that draws does not start.
        """
        wide = width_for(width)
        return self._get(
            self._pictures,
            (document_id, number, wide),
            lambda: self._process.draw(_there(original), number, wide),
        )

    def layout(self, document_id: str, number: int, original: Original) -> PageLayout:
        """Gives where the letters of a page stand; raises as ``picture`` does."""
        return self._get(
            self._layouts,
            (document_id, number, 0),
            lambda: self._process.read(_there(original), number),
        )

    def _get(self, remembered: _Remembered[T], key: _Key, make: Callable[[], T]) -> T:
        found = remembered.get(key)
        if found is None:
            with self._drawing:  # the process does one thing at a time; the next may find it made
                found = remembered.get(key)
                if found is None:
                    found = self._make(remembered, key, make)
        if isinstance(found, PageUnavailable):
            raise PageUnavailable(str(found))
        return found

    def _make(
        self, remembered: _Remembered[T], key: _Key, make: Callable[[], T]
    ) -> T | PageUnavailable:
        try:
            made: T | PageUnavailable = make()
        except _Gone:
            raise  # it may come back
        except PageUnavailable as error:
            made = error  # whoever asks next need not wait for it to fail again
        remembered.put(key, made)
        return made


class _Gone(PageUnavailable):
    pass


def _there(original: Original) -> Path:
    path = original()
    if path is None:
        raise _Gone(
            "The file is not at its place any more, or has changed, so its pages cannot be drawn; "
            "add it again to see them."
        )
    return path


_Key = tuple[str, int, int]


class _Remembered(Generic[T]):
    """Keeps what was used last, up to a size."""

    def __init__(self, most: int, size: Callable[[T], int]) -> None:
        self._most, self._size = most, size
        self._kept: OrderedDict[_Key, T | PageUnavailable] = OrderedDict()
        self._taken = 0
        self._guard = threading.Lock()

    def get(self, key: _Key) -> T | PageUnavailable | None:
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: _Key, value: T | PageUnavailable) -> None:
        with self._guard:
            self._kept[key] = value
            self._taken += self._weigh(value)
            while self._taken > self._most and len(self._kept) > 1:
                self._taken -= self._weigh(self._kept.popitem(last=False)[1])

    def _weigh(self, value: T | PageUnavailable) -> int:
        return 500 if isinstance(value, PageUnavailable) else self._size(value)

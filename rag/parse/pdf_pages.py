"""The pages of a PDF → their lines, by its text layer or by text recognition."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from rag.errors import UnreadableDocument
from rag.parse import ocr
from rag.parse.pdf_columns import by_columns, split_at_columns
from rag.parse.pdf_hidden import SECONDS, PageSight
from rag.parse.pdf_lines import Line, read_lines, usual_turn
from rag.parse.pdf_rows import join_wrapped_rows
from rag.parse.pdf_rules import iterate_objects, read_rules
from rag.parse.pdf_tables import find_grids, join_ruled_rows

_PDFIUM = threading.Lock()  # pdfium must not be entered by two threads
_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
# Pages in the clear around attachments that a password protects, which are what the file is for.
# The dictionary that says so is never compressed.
_LOCKED_ATTACHMENTS = re.compile(
    rb"/StmF\s*/Identity\b.{0,2000}?/EFF\s*/(?!Identity)|/EFF\s*/(?!Identity).{0,2000}?/StmF\s*/Identity",
    re.DOTALL,
)
_MOST_CHARACTERS = 60_000_000  # ten million words; more is no document but an attack
_OBJECTS_DEPTH = 3  # forms within forms that are looked into for a picture


@dataclass(slots=True)
class Pages:
    """What was read.

    Attributes:
        lines: of each page, in reading order.
        empty, pictures: numbers of pages without text: with nothing on them, or something drawn.
        recognised: numbers of the pages whose text was recognised from a picture.
        late: numbers of the pages for whose recognition no time was left.
        damaged: numbers of the pages that could not be read.
        hidden: numbers of pages, each with text on it that nobody sees, which was left out.
        facts: what the file says of itself.
    """

    lines: list[list[Line]] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    recognised: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    hidden: list[tuple[int, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def read_pages(data: bytes, name: str) -> Pages:
    """Reads all pages; raises UnreadableDocument for a file that is damaged, locked or endless."""
    if _LOCKED_ATTACHMENTS.search(data):
        raise _protected(name)
    with _PDFIUM:
        document = _open(data, name)
        try:
            return _read(document, name)
        finally:
            document.close()


def _open(data: bytes, name: str) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == _WRONG_PASSWORD
        if is_locked or "password" in str(error).lower():
            raise _protected(name) from error
        raise UnreadableDocument(
            f'"{name}" is a damaged PDF; open it in a PDF program, save it again and add that.'
        ) from error


def _protected(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f'"{name}" is protected by a password; remove the protection and add it again.'
    )


def _read(document: Any, name: str) -> Pages:
    import pypdfium2

    pages = Pages(facts=dict(document.get_metadata_dict()))
    until = time.monotonic() + SECONDS
    recogniser = ocr.PageRecogniser() if ocr.is_installed() else None
    for number in range(1, len(document) + 1):
        pages.lines.append([])
        try:
            page = document[number - 1]
            try:
                pages.lines[-1], hidden = _text_layer(page, until)
                if hidden:
                    pages.hidden.append((number, hidden))
                if not pages.lines[-1]:
                    _read_picture(pages, page, number, recogniser)
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            pages.damaged.append(number)
        _refuse_endless(pages, name)
    return pages


def _text_layer(page: Any, until: float) -> tuple[list[Line], str]:
    """Gives the lines of a page that are seen, and the words that are not."""
    text_page = page.get_textpage()
    try:
        return order_lines(page, text_page, until)
    finally:
        text_page.close()


def order_lines(page: Any, text_page: Any, until: float) -> tuple[list[Line], str]:
    """Gives the lines and the rows of tables of a page as people read them, and unseen words.

    Args:
        page, text_page: as pypdfium2 has them.
        until: when, by ``time.monotonic``, no more time is taken to tell what is seen.
    """
    turn = usual_turn(text_page)
    objects = list(iterate_objects(page))
    grids = find_grids(read_rules(objects, turn))
    sight = PageSight(page, text_page, objects, turn, until)
    rules = [rule for grid in grids for rule in grid.vertical]
    lines = join_ruled_rows(read_lines(text_page, turn, rules, sight), grids)
    return join_wrapped_rows(by_columns(split_at_columns(lines))), sight.words


def _read_picture(
    pages: Pages, page: Any, number: int, recogniser: ocr.PageRecogniser | None
) -> None:
    if next(page.get_objects(max_depth=_OBJECTS_DEPTH), None) is None:
        pages.empty.append(number)
        return
    lines = recogniser.read(page) if recogniser else []
    if lines is None:
        pages.late.append(number)
    elif lines:
        pages.lines[-1] = lines
        pages.recognised.append(number)
    else:
        pages.pictures.append(number)


def _refuse_endless(pages: Pages, name: str) -> None:
    if len(pages.lines) % 100:
        return
    if sum(len(line.words) for lines in pages.lines for line in lines) > _MOST_CHARACTERS:
        raise UnreadableDocument(
            f'"{name}" has more than ten million words; split it and add the parts.'
        )

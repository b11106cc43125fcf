"""PDF documents: their text layer, page by page, in reading order."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_words
from rag.parse.dates import read_date
from rag.parse.head import read_head
from rag.parse.pdf_hyphens import Hyphens
from rag.parse.pdf_layout import PageParts, Part, lay_out
from rag.parse.pdf_lines import Line, read_lines
from rag.records import ParsedDocument

_PDFIUM = threading.Lock()  # pdfium must not be entered by two threads
_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
# Pages in the clear around attachments that a password protects, which are what the file is for.
# The dictionary that says so is never compressed.
_LOCKED_ATTACHMENTS = re.compile(
    rb"/StmF\s*/Identity\b.{0,2000}?/EFF\s*/(?!Identity)|/EFF\s*/(?!Identity).{0,2000}?/StmF\s*/Identity",
    re.DOTALL,
)
_MOST_CHARACTERS = 60_000_000  # ten million words; more is no document but an attack
_NO_TITLE = re.compile(
    r"(?:microsoft \w+ - |untitled|\(?anonymous|document\d*$|slide \d)"
    r"|.*\.(?:docx?|indd|tex|dvi|od[tps])$",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"\(?anonymous|unknown$|ARRAY\(|user$|\W*$", re.IGNORECASE)


def parse_pdf(data: bytes, name: str) -> ParsedDocument:
    """Reads a PDF; raises UnreadableDocument where it is damaged, locked, or has no text layer."""
    with _PDFIUM:
        pages, unread, facts = _read(data, name)
    if not any(pages):
        raise UnreadableDocument(_no_text_message(len(pages), name))
    builder = TextBuilder()
    hyphens = Hyphens(pages)
    _assemble(builder, lay_out(pages, hyphens), hyphens)
    text = builder.text()
    head = read_head(text[b.start : b.end] for b in builder.blocks[:15] if b.end - b.start <= 100)
    return ParsedDocument(
        text,
        "application/pdf",
        tuple(builder.blocks),
        builder.pages(),
        title=title_or_fallback(_title(facts), text, builder.blocks),
        author=_author(facts) or head.author,
        date=head.date or read_date(facts.get("CreationDate", "")),
        warnings=_warnings(pages, unread, name),
    )


def _title(facts: dict[str, str]) -> str | None:
    title = clean_words(facts.get("Title", ""))
    return title if any(map(str.isalpha, title)) and not _NO_TITLE.match(title) else None


def _author(facts: dict[str, str]) -> str | None:
    author = clean_words(facts.get("Author", ""))
    return None if _NO_AUTHOR.match(author) else author


def _read(data: bytes, name: str) -> tuple[list[list[Line]], list[int], dict[str, str]]:
    """Gives the lines of each page, the numbers of pages that failed, and the metadata."""
    import pypdfium2

    if _LOCKED_ATTACHMENTS.search(data):
        raise _protected(name)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _not_opened(error, name) from error
    try:
        pages: list[list[Line]] = []
        unread: list[int] = []
        for number in range(len(document)):
            try:
                pages.append(_page_lines(document, number))
            except pypdfium2.PdfiumError:
                pages.append([])
                unread.append(number + 1)
            _refuse_endless(pages, name)
        return pages, unread, dict(document.get_metadata_dict())
    finally:
        document.close()


def _page_lines(document: Any, number: int) -> list[Line]:
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            return read_lines(text_page)
        finally:
            text_page.close()
    finally:
        page.close()


def _refuse_endless(pages: list[list[Line]], name: str) -> None:
    if len(pages) % 100 == 0 and sum(len(li.words) for p in pages for li in p) > _MOST_CHARACTERS:
        raise UnreadableDocument(
            f'"{name}" has more than ten million words; split it and add the parts.'
        )


def _not_opened(error: Any, name: str) -> UnreadableDocument:
    if getattr(error, "err_code", None) == _WRONG_PASSWORD or "password" in str(error).lower():
        return _protected(name)
    return UnreadableDocument(
        f'"{name}" is a damaged PDF; open it in a PDF program, save it again and add that.'
    )


def _protected(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f'"{name}" is protected by a password; remove the protection and add it again.'
    )


def _no_text_message(pages: int, name: str) -> str:
    which = "its one page is" if pages == 1 else f"all of its {pages} pages are"
    return (
        f'"{name}" has no text: {which} empty or scanned (pictures of pages); run a text '
        "recognition (OCR) over it and add the result."
    )


def _warnings(pages: list[list[Line]], unread: list[int], name: str) -> tuple[str, ...]:
    empty = [i + 1 for i, lines in enumerate(pages) if not lines and i + 1 not in unread]
    warnings = []
    if empty:
        warnings.append(
            f'"{name}" has no text on {_name_pages(empty)} (empty or scanned), so nothing can be '
            "found there."
        )
    if unread:
        warnings.append(f'"{name}" is damaged on {_name_pages(unread)}, which could not be read.')
    return tuple(warnings)


def _name_pages(numbers: Sequence[int]) -> str:
    """Names pages with runs drawn together: ``pages 3 and 5 to 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = [str(a) if a == b else f"{a} to {b}" for a, b in runs]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{'page' if len(numbers) == 1 else 'pages'} {listed}"


# Page by page into one text.


def _assemble(builder: TextBuilder, pages: list[PageParts], hyphens: Hyphens) -> None:
    """Adds the pages; a paragraph that runs over a page's end is joined before what frames it."""
    runs_on = False
    for i, page in enumerate(pages):
        following = pages[i + 1] if i + 1 < len(pages) else None
        body = list(page.body)
        if runs_on:
            body.pop(0)  # it was added with the page before
        else:
            builder.begin_page(i + 1)
        _add_all(builder, page.above)
        runs_on = bool(following and body and _continues(body[-1], following))
        _add_all(builder, body[:-1] if runs_on else body)
        _add_all(builder, page.below)
        if runs_on and following:
            last, first = body[-1], following.body[0]
            words = hyphens.join(last.words, first.words)
            builder.add(last.kind, words)
            builder.begin_page_inside_last_block(i + 2, len(words) - len(first.words))


def _add_all(builder: TextBuilder, parts: list[Part]) -> None:
    for part in parts:
        builder.add(part.kind, part.words, part.level)


def _continues(last: Part, following: PageParts) -> bool:
    """Says whether a page's last paragraph goes on as the first one of the next page."""
    if not following.body:
        return False
    first = following.body[0]
    if last.kind not in ("paragraph", "list_item") or first.kind != "paragraph":
        return False
    return first.words[:1].islower() and last.words[-1:] not in '.!?:;…"”'

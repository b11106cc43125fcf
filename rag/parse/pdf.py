"""PDF documents: their text, page by page, in reading order."""

from __future__ import annotations

import re

from rag.errors import UnreadableDocument
from rag.parse import ocr
from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_words
from rag.parse.dates import read_date
from rag.parse.head import read_head
from rag.parse.hidden import name_pages, warn_of_hidden
from rag.parse.pdf_hyphens import Hyphens
from rag.parse.pdf_layout import PageParts, Part, lay_out
from rag.parse.pdf_pages import Pages, read_pages
from rag.records import ParsedDocument

_NO_TITLE = re.compile(
    r"(?:microsoft \w+ - |untitled|\(?anonymous|document\d*$|slide \d)"
    r"|.*\.(?:docx?|indd|tex|dvi|od[tps])$",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"\(?anonymous|unknown$|ARRAY\(|user$|\W*$", re.IGNORECASE)


def parse_pdf(data: bytes, name: str) -> ParsedDocument:
    """Reads a PDF; raises UnreadableDocument where it is damaged, locked, or has no text."""
    pages = read_pages(data, name)
    if not any(pages.lines):
        raise UnreadableDocument(_no_text_message(pages, name))
    builder = TextBuilder()
    hyphens = Hyphens(pages.lines)
    _assemble(builder, lay_out(pages.lines, hyphens), hyphens)
    text = builder.text()
    head = read_head(text[b.start : b.end] for b in builder.blocks[:15] if b.end - b.start <= 100)
    return ParsedDocument(
        text,
        "application/pdf",
        tuple(builder.blocks),
        builder.pages(),
        title=title_or_fallback(_title(pages.facts), text, builder.blocks),
        author=_author(pages.facts) or head.author,
        date=head.date or read_date(pages.facts.get("CreationDate", "")),
        warnings=_warnings(pages, name),
    )


def _title(facts: dict[str, str]) -> str | None:
    title = clean_words(facts.get("Title", ""))
    return title if any(map(str.isalpha, title)) and not _NO_TITLE.match(title) else None


def _author(facts: dict[str, str]) -> str | None:
    author = clean_words(facts.get("Author", ""))
    return None if _NO_AUTHOR.match(author) else author


_INSTALL = "add text recognition with `pip install -r requirements-ocr.txt`"


def _no_text_message(pages: Pages, name: str) -> str:
    if pages.pictures and ocr.is_installed():
        return (
            f'"{name}" has no text: nothing was recognised in the pictures on '
            f"{name_pages(pages.pictures)}; add a better scan, or the text in another form."
        )
    if pages.pictures:
        return (
            f'"{name}" has no text: it is scanned (pictures) on {name_pages(pages.pictures)}; '
            f"{_INSTALL}, or run one over it, and add the file again."
        )
    numbers = sorted([*pages.empty, *pages.damaged, *pages.late])
    which = name_pages(numbers) if numbers else "every page"
    return f'"{name}" has no text: it is empty on {which}; check the file, and add one with text.'


def _warnings(pages: Pages, name: str) -> tuple[str, ...]:
    hint = "" if ocr.is_installed() else f"; {_INSTALL} and add the file again"
    told = (
        (pages.empty, "has no text on {} (empty), so nothing can be found there"),
        (pages.pictures, f"has no text on {{}} (pictures), so nothing can be found there{hint}"),
        (pages.recognised, "is scanned on {}, whose text was recognised; check what you quote"),
        (pages.late, "had no time left to recognise the text of {}; split it and add the parts"),
        (pages.damaged, "is damaged on {}, which could not be read"),
    )
    said = tuple(f'"{name}" {words.format(name_pages(n))}.' for n, words in told if n)
    return said + warn_of_hidden(name, pages.hidden)


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

"""OpenDocument files (odt, ods, odp): the body in order, with its lists, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.errors import UnreadableDocument
from rag.parse.archive import Archive
from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_lines, clean_words
from rag.parse.head import Facts, read_head
from rag.parse.xlsx import add_sheet
from rag.parse.xml import attribute_of, read_dublin_core, tag_of
from rag.records import BlockKind, ParsedDocument

_MOST_REPEATED = 100  # a cell or row is written once with a count, up to a million for empty ones
_LEFT_OUT = frozenset({"annotation", "tracked-changes", "forms", "sequence-decls", "note-citation"})
_ASIDE = frozenset({"frame", "note", "custom-shape", "text-box"})


def parse_opendocument(data: bytes, name: str) -> ParsedDocument:
    """Reads a text, a spreadsheet or a presentation, its slides as pages.

    Raises:
        UnreadableDocument: it is damaged, protected by a password, a bomb, or declares entities.
    """
    archive = Archive(data, name, "OpenDocument file")
    _refuse_locked(archive, name)
    content = archive.read_xml("content.xml")
    builder = TextBuilder()
    _Reader(builder, _titles(content)).read(_body(content, archive))
    facts = (
        read_dublin_core(archive.read_xml("meta.xml").iter()) if _has_facts(archive) else Facts()
    )
    text = builder.text()
    head = read_head(text[block.start : block.end] for block in builder.blocks[:15])
    return ParsedDocument(
        text,
        _media_type(archive),
        tuple(builder.blocks),
        builder.pages(),
        title=title_or_fallback(facts.title or head.title, text, builder.blocks),
        author=facts.author or head.author,
        date=head.date or facts.date,
    )


def _refuse_locked(archive: Archive, name: str) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names and any(
        tag_of(element) == "encryption-data" for element in archive.read_xml(manifest).iter()
    ):
        raise UnreadableDocument(
            f'"{name}" is protected by a password; remove the protection and add it again.'
        )


def _has_facts(archive: Archive) -> bool:
    return "meta.xml" in archive.names


def _media_type(archive: Archive) -> str:
    return clean_words(archive.read("mimetype").decode("ascii", "replace"))


def _body(content: Any, archive: Archive) -> Any:
    body = next((element for element in content if tag_of(element) == "body"), None)
    if body is None:
        raise archive.damaged()
    return body


def _titles(content: Any) -> frozenset[str]:
    """Gives the names of the paragraph styles that mark a title."""
    derived = {
        attribute_of(style, "name") or ""
        for style in content.iter()
        if tag_of(style) == "style" and attribute_of(style, "parent-style-name") == "Title"
    }
    return frozenset(derived | {"Title"})


class _Reader:
    """Walks the body and adds what it finds to the builder."""

    def __init__(self, builder: TextBuilder, titles: frozenset[str]) -> None:
        self._builder = builder
        self._titles = titles
        self._slides = 0

    def read(self, container: Any, kind: BlockKind = "paragraph") -> None:
        is_spreadsheet = tag_of(container) == "spreadsheet"
        for element in container.iterchildren():
            tag = tag_of(element)
            if tag in {"p", "h"}:
                self._read_paragraph(element, kind)
            elif tag == "table" and is_spreadsheet:
                add_sheet(self._builder, attribute_of(element, "name") or "", list(_rows(element)))
            elif tag == "table":
                for cells in _rows(element):
                    self._builder.add_row(cells)
            elif tag == "page":
                self._slides += 1
                self._builder.begin_page(self._slides)
                self.read(element)
            elif tag and tag not in _LEFT_OUT:
                self.read(element, "list_item" if tag == "list-item" else kind)

    def _read_paragraph(self, element: Any, kind: BlockKind) -> None:
        words = clean_lines("".join(_texts(element)))
        if tag_of(element) == "h":
            level = attribute_of(element, "outline-level") or "1"
            digits = int(level) if level.isdecimal() and len(level) < 3 else 1
            self._builder.add("heading", clean_words(words), level=min(max(digits, 1), 6))
        elif attribute_of(element, "style-name") in self._titles:
            self._builder.add("heading", clean_words(words), level=1)
        else:
            self._builder.add(kind, words)
        for aside in _asides(element):
            self.read(aside)


def _texts(element: Any) -> Iterator[str]:
    """Yields the characters of a paragraph, without its notes and text boxes."""
    yield element.text or ""
    for child in element.iterchildren():
        tag = tag_of(child)
        if tag == "s":
            count = attribute_of(child, "c") or "1"
            yield " " if count.isdecimal() else ""  # white space is drawn together anyway
        elif tag == "tab":
            yield "\t"
        elif tag == "line-break":
            yield "\n"
        elif tag and tag not in _LEFT_OUT and tag not in _ASIDE:
            yield from _texts(child)
        yield child.tail or ""


def _asides(element: Any) -> Iterator[Any]:
    for child in element.iterchildren():
        if tag_of(child) in _ASIDE:
            yield child
        elif tag_of(child) not in _LEFT_OUT:
            yield from _asides(child)


def _rows(table: Any) -> Iterator[list[str]]:
    for row in table.iter():
        if tag_of(row) != "table-row":
            continue
        cells: list[str] = []
        for cell in row.iterchildren():
            if tag_of(cell) in {"table-cell", "covered-table-cell"}:
                words = clean_words(" ".join("".join(_texts(p)) for p in _paragraphs(cell)))
                cells.extend([words] * _count(cell, "number-columns-repeated"))
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield from [cells] * _count(row, "number-rows-repeated")


def _paragraphs(cell: Any) -> Iterator[Any]:
    for element in cell.iter():
        if tag_of(element) in {"p", "h"}:
            yield element


def _count(element: Any, name: str) -> int:
    value = attribute_of(element, name) or "1"
    return min(int(value), _MOST_REPEATED) if value.isdecimal() and len(value) < 9 else 1

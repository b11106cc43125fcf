"""Word documents (docx): the body in order, with its tables, text boxes and footnotes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_lines, clean_words
from rag.parse.docx_hidden import RunSight
from rag.parse.head import read_head
from rag.parse.hidden import warn_of_hidden
from rag.parse.office import open_package, read_properties, telling_damage
from rag.parse.xml import attribute_of, tag_of
from rag.records import BlockKind, ParsedDocument

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADING_NAME = re.compile(r"(?:heading|überschrift|titre|заголовок|título)\s*(\d)", re.IGNORECASE)
_CONTAINERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "smartTag", "body"})
_LEFT_OUT = frozenset(
    {"del", "moveFrom", "Fallback", "pPr", "rPr", "instrText", "delText", "sectPr"}
)
_FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"


def parse_docx(data: bytes, name: str) -> ParsedDocument:
    """Reads a docx; raises UnreadableDocument for a damaged one, a bomb, or one with entities."""
    import docx

    archive, safe = open_package(data, name, "Word document", "word/")
    builder = TextBuilder()
    with telling_damage(archive):
        document = docx.Document(io.BytesIO(safe))
        sight = RunSight(document)
        reader = _BodyReader(builder, _heading_levels(document), sight)
        reader.read(document.element.body)
        reader.read_footnotes(document.part)
    facts = read_properties(archive)
    text = builder.text()
    head = read_head(text[block.start : block.end] for block in builder.blocks[:15])
    return ParsedDocument(
        text,
        MEDIA_TYPE,
        tuple(builder.blocks),
        title=title_or_fallback(facts.title, text, builder.blocks),
        author=facts.author or head.author,
        date=head.date or facts.date,
        warnings=warn_of_hidden(name, [(None, " ".join(sight.words))]),
    )


# The body.


def _heading_levels(document: Any) -> dict[str, int]:
    """Gives the heading level of each paragraph style that is one, by the style's id."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iterchildren():
        names = [child for child in style.iterchildren() if tag_of(child) == "name"]
        if tag_of(style) != "style" or not names:
            continue
        name = attribute_of(names[0], "val") or ""
        if match := _HEADING_NAME.match(name):
            levels[attribute_of(style, "styleId") or name] = min(int(match[1]) or 1, 6)
        elif name.lower() == "title":
            levels[attribute_of(style, "styleId") or name] = 1
    return levels


class _BodyReader:
    """Walks the body and adds what it finds to the builder."""

    def __init__(self, builder: TextBuilder, levels: dict[str, int], sight: RunSight) -> None:
        self._builder = builder
        self._levels = levels
        self._sight = sight

    def read(self, container: Any) -> None:
        for element in container.iterchildren():
            tag = tag_of(element)
            if tag == "p":
                self._read_paragraph(element)
            elif tag == "tbl":
                self._read_table(element)
            elif tag in _CONTAINERS:
                self.read(element)

    def read_footnotes(self, part: Any) -> None:
        from lxml import etree

        safe = etree.XMLParser(resolve_entities=False, no_network=True)
        for relation in part.rels.values():
            if relation.reltype == _FOOTNOTES and not relation.is_external:
                for note in etree.fromstring(relation.target_part.blob, safe):
                    if tag_of(note) == "footnote" and not attribute_of(note, "type"):
                        self.read(note)

    def _read_paragraph(self, paragraph: Any) -> None:
        words = clean_lines("".join(_texts(paragraph, self._sight)))
        kind, level = self._kind(paragraph)
        if kind == "heading":
            words = clean_words(words)
        self._builder.add(kind, words, level)
        for box in _text_boxes(paragraph):
            self.read(box)

    def _kind(self, paragraph: Any) -> tuple[BlockKind, int]:
        properties = next((c for c in paragraph.iterchildren() if tag_of(c) == "pPr"), None)
        if properties is None:
            return "paragraph", 0
        found = {tag_of(child): child for child in properties.iterchildren()}
        style = (attribute_of(found["pStyle"], "val") or "") if "pStyle" in found else ""
        if level := self._levels.get(style, 0):
            return "heading", level
        if "outlineLvl" in found and (attribute_of(found["outlineLvl"], "val") or "9") in "012345":
            return "heading", int(attribute_of(found["outlineLvl"], "val") or 0) + 1
        is_item = "numPr" in found or style.lower().startswith("list")
        return ("list_item" if is_item else "paragraph"), 0

    def _read_table(self, table: Any) -> None:
        for row in _children(table, "tr"):
            texts = (_cell_texts(cell, self._sight) for cell in _children(row, "tc"))
            cells = [clean_words(" ".join(text)) for text in texts]
            if any(cells):
                self._builder.add("table_row", " | ".join(cells).strip())
            for box in _text_boxes(row):
                self.read(box)


def _children(element: Any, tag: str) -> Iterator[Any]:
    """Yields the children of that tag, those inside content controls included."""
    for child in element.iterchildren():
        if tag_of(child) == tag:
            yield child
        elif tag_of(child) in _CONTAINERS:
            yield from _children(child, tag)


def _cell_texts(cell: Any, sight: RunSight) -> Iterator[str]:
    for element in cell.iter():
        if tag_of(element) == "p":
            yield "".join(_texts(element, sight))


def _texts(element: Any, sight: RunSight | None) -> Iterator[str]:
    """Yields the characters of a paragraph, without deleted ones and those of text boxes.

    Those that ``sight`` hides are left out too, and told to it; None takes them all.
    """
    for child in element.iterchildren():
        tag = tag_of(child)
        if tag == "t":
            yield child.text or ""
        elif tag in {"tab", "ptab"}:
            yield "\t"
        elif tag in {"br", "cr"}:
            yield "\n"
        elif tag == "noBreakHyphen":
            yield "-"
        elif sight and tag == "r" and sight.hides(child):
            sight.words.extend(_texts(child, None))
        elif tag not in _LEFT_OUT and tag != "txbxContent":
            yield from _texts(child, sight)


def _text_boxes(element: Any) -> Iterator[Any]:
    for child in element.iterchildren():
        tag = tag_of(child)
        if tag == "txbxContent":
            yield child
        elif tag not in _LEFT_OUT and tag != "p":
            yield from _text_boxes(child)

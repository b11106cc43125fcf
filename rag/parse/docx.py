"""Word documents (docx): the body in order, with its tables, text boxes and footnotes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder, title_or_fallback
from rag.parse.clean import clean_lines, clean_words
from rag.parse.head import read_head
from rag.records import BlockKind, ParsedDocument

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LARGEST_UNPACKED_BYTES = 200 * 1024 * 1024
_LARGEST_RATIO = 200  # deflate reaches 1,000 on zeros; written documents stay below 100
_RATIO_MATTERS_BYTES = 20 * 1024 * 1024
_DECLARES_ENTITIES = re.compile(rb"<!DOCTYPE|<!ENTITY")
# ISO 29500 "strict" files differ from the usual ones in the names of their namespaces alone.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/main",
        b"http://schemas.openxmlformats.org/drawingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
)
_HEADING_NAME = re.compile(r"(?:heading|überschrift|titre|заголовок|título)\s*(\d)", re.IGNORECASE)
_CONTAINERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "smartTag", "body"})
_LEFT_OUT = frozenset(
    {"del", "moveFrom", "Fallback", "pPr", "rPr", "instrText", "delText", "sectPr"}
)
_FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"


def parse_docx(data: bytes, name: str) -> ParsedDocument:
    """Reads a docx; raises UnreadableDocument for a damaged one, a bomb, or one with entities."""
    import docx

    safe = _checked(data, name)
    try:
        document = docx.Document(io.BytesIO(safe))
    except (
        KeyError,
        ValueError,
        SyntaxError,
        zipfile.BadZipFile,
    ) as error:  # lxml's are SyntaxErrors
        raise _damaged(name) from error
    builder = TextBuilder()
    reader = _BodyReader(builder, _heading_levels(document))
    reader.read(document.element.body)
    reader.read_footnotes(document.part)
    facts = _core_properties(document)
    text = builder.text()
    head = read_head(text[block.start : block.end] for block in builder.blocks[:15])
    return ParsedDocument(
        text,
        MEDIA_TYPE,
        tuple(builder.blocks),
        title=title_or_fallback(_title(facts), text, builder.blocks),
        author=_author(facts) or head.author,
        date=head.date or _date(facts),
    )


def _core_properties(document: Any) -> Any | None:
    """Gives the file's properties; python-docx would make some up, with today's date."""
    relations = document.part.package.rels.values()
    has_own = any(relation.reltype.endswith("/core-properties") for relation in relations)
    return document.core_properties if has_own else None


def _title(facts: Any | None) -> str | None:
    return clean_words(facts.title or "") or None if facts else None


def _author(facts: Any | None) -> str | None:
    author = clean_words(facts.author or "") if facts else ""
    return None if author == "python-docx" else author or None


def _date(facts: Any | None) -> str | None:
    when = (facts.created or facts.modified) if facts else None
    # python-docx's own template is dated 2013-12-23; a copy of it tells nothing of the document.
    return when.date().isoformat() if when and when.date().isoformat() != "2013-12-23" else None


def _damaged(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f'"{name}" is a damaged Word document; open it in Word, save it again and add that.'
    )


# Before anything is parsed.


def _checked(data: bytes, name: str) -> bytes:
    """Gives the archive's bytes, with strict namespaces replaced, if it is safe to parse."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bomb(archive, len(data), name)
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError) as error:
        raise _damaged(name) from error
    except (RuntimeError, NotImplementedError) as error:
        raise UnreadableDocument(
            f'"{name}" is protected by a password; remove the protection and add it again.'
        ) from error
    for part, content in parts.items():
        if part.endswith((".xml", ".rels")) and _DECLARES_ENTITIES.search(content):
            raise UnreadableDocument(
                f'"{name}" declares entities in its XML, which a Word document never does and '
                "which can do harm; save it again in Word and add that."
            )
    is_strict = any(old in parts.get("word/document.xml", b"") for old, _ in _STRICT)
    return _with_usual_namespaces(parts) if is_strict else data


def _refuse_bomb(archive: zipfile.ZipFile, packed: int, name: str) -> None:
    unpacked = sum(info.file_size for info in archive.infolist())
    is_bomb = unpacked > _RATIO_MATTERS_BYTES and unpacked > packed * _LARGEST_RATIO
    if unpacked > LARGEST_UNPACKED_BYTES or is_bomb:
        raise UnreadableDocument(
            f'"{name}" would unpack to {unpacked // 1024**2} MB, more than a document needs; '
            "save its text as a new document and add that."
        )


def _with_usual_namespaces(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, content in parts.items():
            if part.endswith((".xml", ".rels")):
                for old, new in _STRICT:
                    content = content.replace(old, new)  # noqa: PLW2901 (each pair in turn)
            archive.writestr(part, content)
    return packed.getvalue()


# The body.


def _heading_levels(document: Any) -> dict[str, int]:
    """Gives the heading level of each paragraph style that is one, by the style's id."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iterchildren():
        names = [child for child in style.iterchildren() if _tag(child) == "name"]
        if _tag(style) != "style" or not names:
            continue
        name = _attribute(names[0], "val") or ""
        if match := _HEADING_NAME.match(name):
            levels[_attribute(style, "styleId") or name] = min(int(match[1]) or 1, 6)
        elif name.lower() == "title":
            levels[_attribute(style, "styleId") or name] = 1
    return levels


class _BodyReader:
    """Walks the body and adds what it finds to the builder."""

    def __init__(self, builder: TextBuilder, levels: dict[str, int]) -> None:
        self._builder = builder
        self._levels = levels

    def read(self, container: Any) -> None:
        for element in container.iterchildren():
            tag = _tag(element)
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
                    if _tag(note) == "footnote" and not _attribute(note, "type"):
                        self.read(note)

    def _read_paragraph(self, paragraph: Any) -> None:
        words = clean_lines("".join(_texts(paragraph)))
        kind, level = self._kind(paragraph)
        if kind == "heading":
            words = clean_words(words)
        self._builder.add(kind, words, level)
        for box in _text_boxes(paragraph):
            self.read(box)

    def _kind(self, paragraph: Any) -> tuple[BlockKind, int]:
        properties = next((c for c in paragraph.iterchildren() if _tag(c) == "pPr"), None)
        if properties is None:
            return "paragraph", 0
        found = {_tag(child): child for child in properties.iterchildren()}
        style = (_attribute(found["pStyle"], "val") or "") if "pStyle" in found else ""
        if level := self._levels.get(style, 0):
            return "heading", level
        if "outlineLvl" in found and (_attribute(found["outlineLvl"], "val") or "9") in "012345":
            return "heading", int(_attribute(found["outlineLvl"], "val") or 0) + 1
        is_item = "numPr" in found or style.lower().startswith("list")
        return ("list_item" if is_item else "paragraph"), 0

    def _read_table(self, table: Any) -> None:
        for row in _children(table, "tr"):
            cells = [clean_words(" ".join(_cell_texts(cell))) for cell in _children(row, "tc")]
            if any(cells):
                self._builder.add("table_row", " | ".join(cells).strip())
            for box in _text_boxes(row):
                self.read(box)


def _children(element: Any, tag: str) -> Iterator[Any]:
    """Yields the children of that tag, those inside content controls included."""
    for child in element.iterchildren():
        if _tag(child) == tag:
            yield child
        elif _tag(child) in _CONTAINERS:
            yield from _children(child, tag)


def _cell_texts(cell: Any) -> Iterator[str]:
    for element in cell.iter():
        if _tag(element) == "p":
            yield "".join(_texts(element))


def _texts(element: Any) -> Iterator[str]:
    """Yields the characters of a paragraph, without deleted ones and those of text boxes."""
    for child in element.iterchildren():
        tag = _tag(child)
        if tag == "t":
            yield child.text or ""
        elif tag in {"tab", "ptab"}:
            yield "\t"
        elif tag in {"br", "cr"}:
            yield "\n"
        elif tag == "noBreakHyphen":
            yield "-"
        elif tag not in _LEFT_OUT and tag != "txbxContent":
            yield from _texts(child)


def _text_boxes(element: Any) -> Iterator[Any]:
    for child in element.iterchildren():
        tag = _tag(child)
        if tag == "txbxContent":
            yield child
        elif tag not in _LEFT_OUT and tag != "p":
            yield from _text_boxes(child)


def _tag(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _attribute(element: Any, local_name: str) -> str | None:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == local_name:
            return str(value)
    return None

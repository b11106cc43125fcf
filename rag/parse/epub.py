"""EPUB books: the chapters in the order of the book, below its title."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from rag.errors import UnreadableDocument
from rag.parse.archive import Archive
from rag.parse.build import TextBuilder
from rag.parse.html import decode_page
from rag.parse.html_walk import read_blocks, read_tree
from rag.parse.xml import attribute_of, read_dublin_core, tag_of
from rag.records import ParsedDocument

MEDIA_TYPE = "application/epub+zip"
_ENCRYPTION = "META-INF/encryption.xml"


def parse_epub(data: bytes, name: str) -> ParsedDocument:
    """Reads a book; raises UnreadableDocument for one that is damaged, a bomb or locked."""
    archive = Archive(data, name, "EPUB book")
    _refuse_locked(archive, name)
    package_name = _package_name(archive)
    package = archive.read_xml(package_name)
    facts = read_dublin_core(e for e in package.iter() if "/dc/" in str(e.tag))
    builder = TextBuilder()
    builder.add("heading", facts.title or "", level=1)
    missing = 0
    for chapter in _chapters(package, posixpath.dirname(package_name)):
        if chapter in archive.names:
            _add_chapter(builder, archive.read(chapter))
        else:
            missing += 1
    lacks = f'"{name}" lacks {missing} of its chapters, which its own list names.'
    return ParsedDocument(
        builder.text(),
        MEDIA_TYPE,
        tuple(builder.blocks),
        title=facts.title,
        author=facts.author,
        date=facts.date,
        warnings=(lacks,) if missing else (),
    )


def _refuse_locked(archive: Archive, name: str) -> None:
    """Fonts may be obscured in any book; a book with more than these encrypted is locked."""
    if _ENCRYPTION not in archive.names:
        return
    for element in archive.read_xml(_ENCRYPTION).iter():
        uri = attribute_of(element, "URI") or ""
        if tag_of(element) == "CipherReference" and uri.lower().endswith(("html", "htm", "xml")):
            raise UnreadableDocument(
                f'"{name}" is locked by its seller (DRM); add a copy without the lock.'
            )


def _package_name(archive: Archive) -> str:
    container = archive.read_xml("META-INF/container.xml")
    paths = (attribute_of(e, "full-path") for e in container.iter() if tag_of(e) == "rootfile")
    path = next((path for path in paths if path), None)
    if path is None:
        raise archive.damaged()
    return path


def _chapters(package: Any, folder: str) -> Iterator[str]:
    """Yields the names of the pages in the order in which they are read."""
    targets = {
        attribute_of(item, "id"): attribute_of(item, "href") or ""
        for item in package.iter()
        if tag_of(item) == "item"
    }
    for item in package.iter():
        if tag_of(item) == "itemref" and (href := targets.get(attribute_of(item, "idref"))):
            yield posixpath.normpath(posixpath.join(folder, unquote(urlsplit(href).path)))


def _add_chapter(builder: TextBuilder, page: bytes) -> None:
    decoded = decode_page(page)
    root = read_tree(decoded.text) if decoded else None
    if root is None:
        return
    for block in read_blocks(root, whole=True):
        builder.add(block.kind, block.words, min(block.level + 1, 6) if block.level else 0)

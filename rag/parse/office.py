"""What docx, pptx and xlsx have in common: one package of XML parts, which is checked first."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from rag.parse.archive import Archive
from rag.parse.head import Facts
from rag.parse.xml import read_dublin_core

# ISO 29500 "strict" files differ from the usual ones in the names of their namespaces alone.
_STRICT = b"http://purl.oclc.org/ooxml/"
STRICT_TO_USUAL: tuple[tuple[bytes, bytes], ...] = tuple(
    (_STRICT + strict, b"http://schemas.openxmlformats.org/" + usual)
    for strict, usual in (
        (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
        (b"presentationml/main", b"presentationml/2006/main"),
        (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
        (b"drawingml/main", b"drawingml/2006/main"),
        (b"drawingml/chart", b"drawingml/2006/chart"),
        (b"drawingml/wordprocessingDrawing", b"drawingml/2006/wordprocessingDrawing"),
        (b"drawingml/spreadsheetDrawing", b"drawingml/2006/spreadsheetDrawing"),
    )
)
_TYPES = "[Content_Types].xml"
_OFFICE_TYPE = b"application/vnd.openxmlformats-officedocument."
# Documents with macros, templates and slide shows are built like others and differ in this name.
_KINDRED_TYPES: tuple[tuple[bytes, bytes], ...] = tuple(
    (kindred + b".main+xml", _OFFICE_TYPE + usual + b".main+xml")
    for kindred, usual in (
        (b"application/vnd.ms-word.document.macroEnabled", b"wordprocessingml.document"),
        (b"application/vnd.ms-word.template.macroEnabledTemplate", b"wordprocessingml.document"),
        (_OFFICE_TYPE + b"wordprocessingml.template", b"wordprocessingml.document"),
        (
            b"application/vnd.ms-powerpoint.presentation.macroEnabled",
            b"presentationml.presentation",
        ),
        (_OFFICE_TYPE + b"presentationml.slideshow", b"presentationml.presentation"),
        (_OFFICE_TYPE + b"presentationml.template", b"presentationml.presentation"),
    )
)
# What python-docx, python-pptx and openpyxl raise where parts contradict one another; lxml's errors
# are SyntaxErrors.
_BROKEN = (
    *(KeyError, ValueError, SyntaxError, TypeError, AttributeError, IndexError, OSError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
)
_CORE_PROPERTIES = "docProps/core.xml"
_LIBRARIES = frozenset({"python-docx", "python-pptx", "openpyxl"})
# The templates of python-docx and python-pptx bear these dates, whenever the document was made.
_TEMPLATE_DATES = frozenset({"2013-12-23", "2013-01-27"})


def open_package(data: bytes, name: str, kind: str, folder: str) -> tuple[Archive, bytes]:
    """Gives the package, and its bytes with the names that the libraries know.

    Args:
        folder: where the package keeps what it is about: ``word/``.

    Raises:
        UnreadableDocument: it is damaged, protected, a bomb, or declares entities.
    """
    archive = Archive(data, name, kind)
    main_parts = [n for n in archive.names if re.fullmatch(rf"{folder}[^/]+\.xml", n)]
    if not main_parts:
        raise archive.damaged()
    archive.refuse_entities()
    is_strict = any(_STRICT in archive.read(part) for part in main_parts)
    types = archive.read(_TYPES)
    is_kindred = any(kindred in types for kindred, _ in _KINDRED_TYPES)
    return archive, _with_usual_names(archive) if is_strict or is_kindred else data


@contextmanager
def telling_damage(archive: Archive) -> Iterator[None]:
    """Turns what the libraries raise on a damaged package into UnreadableDocument."""
    try:
        yield
    except _BROKEN as error:
        raise archive.damaged() from error


def read_properties(archive: Archive) -> Facts:
    """Gives title, author and date where the package tells its own."""
    if _CORE_PROPERTIES not in archive.names:
        return Facts()
    facts = read_dublin_core(archive.read_xml(_CORE_PROPERTIES).iter())
    if facts.author in _LIBRARIES:
        facts.author = None
    if facts.date in _TEMPLATE_DATES:
        facts.date = None
    return facts


def _with_usual_names(archive: Archive) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as usual:
        for name in dict.fromkeys(archive.names):
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                for other, usual_name in (*STRICT_TO_USUAL, *_KINDRED_TYPES):
                    content = content.replace(other, usual_name)
            usual.writestr(name, content)
    return packed.getvalue()

"""What a file is: by its content first, by its ending second."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

Format = Literal["plain", "markdown", "html", "pdf", "docx"]

ENDINGS: dict[str, Format] = {
    ".txt": "plain",
    ".text": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
WORDS: dict[Format, str] = {
    "plain": "plain text",
    "markdown": "Markdown",
    "html": "a web page",
    "pdf": "a PDF",
    "docx": "a Word document",
}
_PDF_HEADER_WITHIN = 1024  # bytes; readers accept rubbish before it
_HTML_START = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ANYWHERE = re.compile(rb"<(?:html|body|div|p|h1|table)[\s>]", re.IGNORECASE)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "a file of the older Office formats, or one that a password protects"),
    (b"{\\rtf", "an RTF document"),
)


def ending_of(name: str) -> str:
    """Gives a name's ending in lower case with its dot; empty where it has none."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > max(name.rfind("/"), name.rfind("\\")) + 1 else ""


def recognise(data: bytes, name: str) -> Format | None:
    """Says which of the formats the bytes are, or might be as text; None for another one."""
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return "pdf"
    if data.startswith(b"PK"):
        return "docx" if _is_docx(data) else None
    if foreign_kind(data):
        return None
    by_ending = ENDINGS.get(ending_of(name))
    if by_ending == "markdown":
        return by_ending  # Markdown may hold HTML
    if _HTML_START.match(data[:4096]):
        return "html"
    if by_ending == "html":
        return "html" if _HTML_ANYWHERE.search(data) or b"\x00" in data[:64] else "plain"
    return by_ending if by_ending == "pdf" and not _looks_like_text(data) else "plain"


def foreign_kind(data: bytes) -> str | None:
    """Names a format that is not read, where the first bytes tell it."""
    for start, kind in _FOREIGN:
        if data.startswith(start):
            return kind
    if data.startswith(b"PK"):
        return "a zip archive or an Office file other than docx"
    return None


def _is_docx(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower() == "word/document.xml" for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return b"word/" in data[:65536]  # cut off: the parser says that it is damaged


def _looks_like_text(data: bytes) -> bool:
    sample = data[:4096]
    return not any(byte < 9 or 13 < byte < 27 for byte in sample)

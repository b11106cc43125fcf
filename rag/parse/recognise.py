"""What a file is: by its content first, by its ending second."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

Format = Literal[
    "plain",
    "markdown",
    "rst",
    "json",
    "notebook",
    "csv",
    "tsv",
    "html",
    "mhtml",
    "mail",
    "rtf",
    "pdf",
    "docx",
    "pptx",
    "xlsx",
    "opendocument",
    "epub",
    "zip",
]

READ_FORMATS = (
    "txt, md, rst, html, mhtml, pdf, docx, pptx, xlsx, csv, tsv, odt, epub, rtf, eml, json, ipynb "
    "and zip"
)
ENDINGS: dict[str, Format] = {
    ".txt": "plain",
    ".text": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".rst": "rst",
    ".json": "json",
    ".ipynb": "notebook",
    ".csv": "csv",
    ".tsv": "tsv",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".eml": "mail",
    ".rtf": "rtf",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".odt": "opendocument",
    ".ods": "opendocument",
    ".odp": "opendocument",
    ".epub": "epub",
    ".zip": "zip",
}
WORDS: dict[Format, str] = {
    "plain": "plain text",
    "markdown": "Markdown",
    "rst": "reStructuredText",
    "json": "JSON",
    "notebook": "a notebook",
    "csv": "a table in plain text",
    "tsv": "a table in plain text",
    "html": "a web page",
    "mhtml": "a saved web page",
    "mail": "a mail",
    "rtf": "an RTF document",
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "opendocument": "an OpenDocument file",
    "epub": "an EPUB book",
    "zip": "a zip archive",
}
# What no content tells from plain text for certain, so that the ending decides.
_BY_ENDING = frozenset({"markdown", "rst", "json", "notebook", "csv", "tsv", "mail", "mhtml"})
_PDF_HEADER_WITHIN = 1024  # bytes; readers accept rubbish before it
_HTML_START = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ANYWHERE = re.compile(rb"<(?:html|body|div|p|h1|table)[\s>]", re.IGNORECASE)
_MAIL_HEAD = re.compile(rb"(?:[!-9;-~]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_MIME = re.compile(rb"^MIME-Version:", re.IGNORECASE | re.MULTILINE)
_WEB_ARCHIVE = re.compile(rb"^Content-Type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_NOTEBOOK = re.compile(rb'^\s*\{.*"nbformat"\s*:', re.DOTALL)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_OLD_OFFICE_PARTS = (  # names of streams inside, the surest first
    ("EncryptedPackage", "an Office document that a password protects"),
    ("WordDocument", "a Word document of the older kind (doc)"),
    ("PowerPoint Document", "a presentation of the older kind (ppt)"),
    ("Workbook", "a workbook of the older kind (xls)"),
    ("__substg1.0_", "a mail of Outlook (msg)"),
)
_OFFICE: tuple[tuple[str, Format], ...] = (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx"))
_BOOK = "META-INF/container.xml"
_OPENDOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."


def ending_of(name: str) -> str:
    """Gives a name's ending in lower case with its dot; empty where it has none."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > max(name.rfind("/"), name.rfind("\\")) + 1 else ""


def recognise(data: bytes, name: str) -> Format | None:
    """Says which of the formats the bytes are, or might be as text; None for another one."""
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)  # first, as a PDF may stand at its beginning
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return "pdf"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if foreign_kind(data):
        return None
    return _kind_of_text(data, name)


def foreign_kind(data: bytes) -> str | None:
    """Names a format that is not read, where the first bytes tell it."""
    for start, kind in _FOREIGN:
        if data.startswith(start):
            return kind
    if data.startswith(_OLD_OFFICE):
        for part, kind in _OLD_OFFICE_PARTS:
            if part.encode("utf-16-le") in data:
                return kind
        return "a file of the older Office formats, or one that a password protects"
    return None


def _kind_of_zip(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        # Cut off: the parser of what it seems to be says that it is damaged.
        return next((f for folder, f in _OFFICE if folder.encode() in data[:65536]), "zip")
    if "[Content_Types].xml" in names:
        for folder, format_ in _OFFICE:
            if any(name.startswith(folder) for name in names):
                return format_
    if _BOOK in names:
        return "epub"
    return "opendocument" if _OPENDOCUMENT in data[:128] else "zip"


def _kind_of_text(data: bytes, name: str) -> Format:
    by_ending = ENDINGS.get(ending_of(name))
    if by_ending in {"markdown", "rst"}:
        return by_ending  # both may hold HTML
    if _HTML_START.match(data[:4096]):
        return "html"
    if by_ending == "html" and (_HTML_ANYWHERE.search(data) or b"\x00" in data[:64]):
        return "html"
    if by_ending in _BY_ENDING:
        return by_ending
    if (head := _MAIL_HEAD.match(data[:65536])) and _MIME.search(head[0]):
        return "mhtml" if _WEB_ARCHIVE.search(head[0]) else "mail"
    if by_ending is None and _NOTEBOOK.match(data):
        return "notebook"
    return by_ending if by_ending == "pdf" and not _looks_like_text(data) else "plain"


def _looks_like_text(data: bytes) -> bool:
    sample = data[:4096]
    return not any(byte < 9 or 13 < byte < 27 for byte in sample)

"""A file → its text, its blocks and its pages.

``parse_bytes`` and ``parse_file`` are the room's doors; one file a format family stands behind
them, each a function of the bytes and the name (``Parser``).
"""

from __future__ import annotations

import dataclasses
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from rag.errors import UnreadableDocument
from rag.instructions import first_instruction
from rag.parse.build import refuse_if_empty
from rag.parse.clean import name_without_ending, plain_name
from rag.parse.hidden import show_words
from rag.parse.recognise import (
    ENDINGS,
    READ_FORMATS,
    WORDS,
    Format,
    ending_of,
    foreign_kind,
    recognise,
)
from rag.records import ParsedDocument
from rag.settings import LARGEST_FILE_BYTES

__all__ = ["SUPPORTED_ENDINGS", "parse_bytes", "parse_file"]

SUPPORTED_ENDINGS: frozenset[str] = frozenset(ENDINGS)

_PARSERS: dict[Format, tuple[str, str]] = {
    "plain": ("rag.parse.plain", "parse_plain"),
    "markdown": ("rag.parse.plain", "parse_markdown"),
    "rst": ("rag.parse.plain", "parse_rst"),
    "json": ("rag.parse.json", "parse_json"),
    "notebook": ("rag.parse.json", "parse_notebook"),
    "csv": ("rag.parse.csv", "parse_csv"),
    "tsv": ("rag.parse.csv", "parse_tsv"),
    "html": ("rag.parse.html", "parse_html"),
    "mhtml": ("rag.parse.mail", "parse_mhtml"),
    "mail": ("rag.parse.mail", "parse_mail"),
    "rtf": ("rag.parse.rtf", "parse_rtf"),
    "pdf": ("rag.parse.pdf", "parse_pdf"),
    "docx": ("rag.parse.docx", "parse_docx"),
    "pptx": ("rag.parse.pptx", "parse_pptx"),
    "xlsx": ("rag.parse.xlsx", "parse_xlsx"),
    "opendocument": ("rag.parse.opendocument", "parse_opendocument"),
    "epub": ("rag.parse.epub", "parse_epub"),
    "zip": ("rag.parse.zip", "parse_zip"),
}


INSTRUCTING = "holds text that speaks to a language model"
LONGEST_SEARCHED = 5_000_000  # characters that are searched for such text: more takes seconds


class Parser(Protocol):
    """Reads the bytes of one format; raises UnreadableDocument where they cannot be taken in."""

    def __call__(self, data: bytes, name: str) -> ParsedDocument: ...


def parse_file(path: Path) -> ParsedDocument:
    """Reads a file of at most ``LARGEST_FILE_BYTES`` bytes.

    Raises:
        UnreadableDocument: the file cannot be opened, is too large, or cannot be taken in.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UnreadableDocument(
            f'"{plain_name(path.name)}" cannot be opened ({reason}); check that it is a file that '
            "you may read."
        ) from error
    return parse_bytes(data, path.name)


def parse_bytes(data: bytes, name: str) -> ParsedDocument:
    """Reads a file's bytes; the format is told by the content first, by the name's ending second.

    Raises:
        UnreadableDocument: with one sentence that says why, and what to do.
    """
    _check_size(data, name)
    format_ = recognise(data, name)
    if format_ is None:
        raise UnreadableDocument(
            f'"{plain_name(name)}" is {foreign_kind(data) or "no text"}; save it as one of '
            f"{READ_FORMATS}, which are read, and add that."
        )
    module, function = _PARSERS[format_]
    parser = cast(Parser, getattr(import_module(module), function))
    document = parser(data, plain_name(name))
    refuse_if_empty(document.text, name)
    return dataclasses.replace(
        document,
        title=document.title or name_without_ending(name),
        warnings=(
            *_ending_warnings(format_, name),
            *document.warnings,
            *_instruction_warnings(document, name),
        ),
    )


def _check_size(data: bytes, name: str) -> None:
    if not data:
        raise UnreadableDocument(
            f'"{plain_name(name)}" is empty (0 bytes); save or download it again and add that.'
        )
    if len(data) > LARGEST_FILE_BYTES:
        raise UnreadableDocument(
            f'"{plain_name(name)}" is larger than {LARGEST_FILE_BYTES // 1024**2} MB; split it and '
            "add the parts."
        )


def _instruction_warnings(document: ParsedDocument, name: str) -> tuple[str, ...]:
    """Warns of text that speaks to a language model, unless a member's warning has told already."""
    if any(INSTRUCTING in warning for warning in document.warnings):
        return ()
    words = first_instruction(document.text[:LONGEST_SEARCHED])
    if words is None:
        return ()
    place = document.text.find(words)
    pages = [p.number for p in document.pages if p.start <= place < p.end]
    where = f" on page {pages[0]}" if pages else ""
    shown = show_words(words)
    quoted = f" (“{shown}”)" if shown else ", in characters that show nothing"
    return (
        f'"{plain_name(name)}" {INSTRUCTING}{where}{quoted}; nothing in it is followed, and such a '
        "paragraph supports no written sentence.",
    )


def _ending_warnings(format_: Format, name: str) -> tuple[str, ...]:
    ending = ending_of(name)
    expected = ENDINGS.get(ending)
    if expected == format_ or (expected is None and format_ == "plain"):
        return ()
    what = f"the ending {ending}" if ending else "no ending"
    return (f'"{plain_name(name)}" has {what} but is {WORDS[format_]}, and was read as that.',)

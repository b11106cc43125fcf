"""RTF documents: their paragraphs and the rows of their tables."""

from __future__ import annotations

import re

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder
from rag.parse.clean import clean_words
from rag.parse.head import read_head
from rag.records import ParsedDocument

_PICTURE = re.compile(rb"[0-9A-Fa-f\s]{512,}")  # hexadecimal, and slow to read letter by letter
_FACT = re.compile(rb"\{\\(title|author)\s((?:[^{}\\]|\\[^{}]|\\[{}])*)\}")
_LATIN = "cp1252"  # what RTF is written in where it does not say otherwise


def parse_rtf(data: bytes, name: str) -> ParsedDocument:
    """Reads an RTF document; raises UnreadableDocument for a damaged one."""
    builder = TextBuilder()
    try:
        words = _words(_PICTURE.sub(b"", data))
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise UnreadableDocument(
            f'"{name}" is a damaged RTF document; open it in a word processor, save it again and '
            "add that."
        ) from error
    for line in words.splitlines():
        cells = line.split("|")
        if line.rstrip().endswith("|") and len(cells) > 2:
            builder.add_row(cells[:-1])
        else:
            builder.add("paragraph", clean_words(line))
    text = builder.text()
    facts = {
        match[1]: clean_words(_words(b"{" + match[2] + b"}"))
        for match in _FACT.finditer(data[:65536])
    }
    head = read_head(text[block.start : block.end] for block in builder.blocks[:15])
    return ParsedDocument(
        text,
        "application/rtf",
        tuple(builder.blocks),
        title=facts.get(b"title") or head.title,
        author=facts.get(b"author") or head.author,
        date=head.date,
    )


def _words(rtf: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    words: str = rtf_to_text(rtf.decode("latin-1"), encoding=_LATIN, errors="ignore")
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

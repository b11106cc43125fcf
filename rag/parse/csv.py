"""Tables in plain text (csv, tsv): the file's own text, a block for each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rag.parse.plain import decode_text, encoding_warnings
from rag.parse.tables import find_head
from rag.records import Block, ParsedDocument

_SEPARATORS = ",;\t|"
_SAMPLE_LINES = 20


def parse_csv(data: bytes, name: str) -> ParsedDocument:
    """Reads a table whose cells stand apart by commas, semicolons, tabs or bars."""
    return _parse(data, name, "text/csv", None)


def parse_tsv(data: bytes, name: str) -> ParsedDocument:
    """Reads a table whose cells stand apart by tabs."""
    return _parse(data, name, "text/tab-separated-values", "\t")


def _parse(data: bytes, name: str, media_type: str, separator: str | None) -> ParsedDocument:
    decoded = decode_text(data, name)
    text = decoded.text
    try:
        rows = list(_rows(text, separator or _find_separator(text)))
        warnings = encoding_warnings(decoded, name)
    except csv.Error:
        rows = list(_lines(text))
        broken = f'"{name}" breaks the rules of a table in plain text, so it was read line by line.'
        warnings = (*encoding_warnings(decoded, name), broken)
    return ParsedDocument(text, media_type, tuple(_blocks(text, rows)), warnings=warnings)


def _find_separator(text: str) -> str:
    """Gives the mark that stands in most of the first lines equally often."""
    lines = [line for line in text[:65536].split("\n")[:_SAMPLE_LINES] if line.strip()]
    return max(_SEPARATORS, key=lambda mark: (min((li.count(mark) for li in lines), default=0),
                                              sum(li.count(mark) for li in lines)))  # fmt: skip


def _rows(text: str, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yields each row's start and end in the text with its cells; a quoted cell may hold lines."""
    ends = [0]
    for line in io.StringIO(text, newline="\n"):
        ends.append(ends[-1] + len(line))
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator)
    before = 0
    for cells in reader:
        yield ends[before], ends[reader.line_num], cells
        before = reader.line_num


def _lines(text: str) -> Iterator[tuple[int, int, list[str]]]:
    start = 0
    for line in io.StringIO(text, newline="\n"):
        yield start, start + len(line), []
        start += len(line)


def _blocks(text: str, rows: list[tuple[int, int, list[str]]]) -> Iterator[Block]:
    filled = [row for row in rows if text[row[0] : row[1]].strip()]
    head = find_head([cells for _, _, cells in filled])
    for i, (start, end, _) in enumerate(filled):
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())  # noqa: PLW2901
        is_head = i == head
        yield Block(
            start, start + len(piece.strip()), "heading" if is_head else "table_row", int(is_head)
        )

"""Excel workbooks: every sheet row by row, under the names of its columns."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from typing import Any

from rag.parse.archive import Archive
from rag.parse.build import TextBuilder
from rag.parse.office import open_package, read_properties, telling_damage
from rag.parse.tables import find_head
from rag.records import ParsedDocument

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NO_NAME = re.compile(r"(?:sheet|tabelle|feuil|hoja|лист)\s?\d*", re.IGNORECASE)
_NO_VALUE = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_DIGITS = ".15g"  # as many as Excel keeps: 0.1 + 0.2 is 0.3
_DECIMALS = re.compile(r"\.(0+)")


def parse_xlsx(data: bytes, name: str) -> ParsedDocument:
    """Reads a workbook; raises UnreadableDocument for a damaged one, a bomb, or one with entities.

    Of a formula it gives the value that the file keeps, or the formula where it keeps none.
    """
    archive, safe = open_package(data, name, "Excel workbook", "xl/")
    builder = TextBuilder()
    for title, rows in _sheets(archive, safe):
        add_sheet(builder, title, rows)
    facts = read_properties(archive)
    return ParsedDocument(
        builder.text(),
        MEDIA_TYPE,
        tuple(builder.blocks),
        title=facts.title,
        author=facts.author,
        date=facts.date,
    )


def add_sheet(builder: TextBuilder, title: str, rows: list[list[str]]) -> None:
    """Adds a sheet: its name, if it has one of its own, the heads of its columns, and its rows."""
    if not rows:
        return
    if not _NO_NAME.fullmatch(title):
        builder.add("heading", " ".join(title.split()), level=1)
    head = find_head(rows)
    for i, cells in enumerate(rows):
        builder.add_row(cells, level=2 if i == head else 0)


def _sheets(archive: Archive, data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    with telling_damage(archive):
        values = _open(data, data_only=True)
        formulas = _open(data, data_only=False) if _lacks_values(archive) else None
        for sheet in values.worksheets:
            rows = list(_rows(sheet))
            if formulas:
                rows = [
                    [value or formula for value, formula in zip(row, written, strict=False)]
                    for row, written in zip(rows, _rows(formulas[sheet.title]), strict=False)
                ]
            yield sheet.title, [row for row in rows if any(row)]


def _open(data: bytes, *, data_only: bool) -> Any:
    import openpyxl

    return openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False
    )


def _lacks_values(archive: Archive) -> bool:
    """Says whether any formula was written without its value, as programs other than Excel do."""
    sheets = (name for name in archive.names if name.startswith("xl/worksheets/"))
    return any(_NO_VALUE.search(archive.read(name)) for name in sheets)


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what a file says of its size need not be true
    for row in sheet.iter_rows():
        yield [_words(cell) for cell in row]


def _words(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    return str(value)


def _number(value: float, number_format: str) -> str:
    if "%" in number_format:
        decimals = _DECIMALS.search(number_format)
        return f"{value * 100:.{len(decimals[1]) if decimals else 0}f}%"
    return str(value) if isinstance(value, int) else format(value, _DIGITS)
